package experiment

import (
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/synapse"
)

// File is what an experiment file says. Every key is described by its tags; `burstplex list --keys` prints them.
type File struct {
	Experiment  About                    `toml:"experiment,required"`
	Burst       Burst                    `toml:"burst"`
	Task        *Task                    `toml:"task"`
	Data        Data                     `toml:"data"`
	Models      config.Table[Model]      `toml:"models" doc:"neurons written as equations"`
	Populations config.Table[Population] `toml:"populations"`
	Projections config.Table[Projection] `toml:"projections"`
	Stimuli     config.Table[Stimulus]   `toml:"stimuli"`
	Teachers    config.Table[Teacher]    `toml:"teachers"`
	Patterns    config.Table[Pattern]    `toml:"patterns"`
	Protocol    config.Table[Stage]      `toml:"protocol"`
	Record      Record                   `toml:"record"`
	Probes      config.Table[Probe]      `toml:"probes"`
	Compare     []Compare                `toml:"compare"`
	Figures     config.Table[Figure]     `toml:"figures"`
	Variants    config.Table[Variant]    `toml:"variants"`
	Sweep       *Sweep                   `toml:"sweep"`
}

// About is the [experiment] table.
type About struct {
	Name       string     `toml:"name,required" doc:"short name"`
	Title      string     `toml:"title" doc:"one line: what it shows"`
	Reproduces string     `toml:"reproduces" doc:"paper and figure"`
	Duration   spike.Tick `toml:"duration" unit:"ms" range:"(0, inf)" doc:"model time; required, except that of a protocol by default"`
	Settle     spike.Tick `toml:"settle" unit:"ms" range:"[0, inf)" doc:"time at the start that the analysis leaves out, and after which the protocol starts; until then the first pattern is on, and nothing is taught or learned"`
	Step       spike.Tick `toml:"step" unit:"ms" range:"(0, 10]" doc:"integration step"`
	Bin        spike.Tick `toml:"bin" unit:"ms" range:"(0, inf)" doc:"bin of the time courses"`
	Seed       uint64     `toml:"seed" doc:"seed of all random numbers"`
	Checkpoint spike.Tick `toml:"checkpoint" unit:"ms" range:"[0, inf)" doc:"wall time between checkpoints, from which an interrupted run can be resumed; 0: none"`
	Seeds      int        `toml:"seeds" range:"[1, 10000]" doc:"number of runs, with seed, seed+1, ..."`
}

// Data is the [data] table: files that a task reads.
type Data struct {
	Dir string `toml:"dir" doc:"directory of the data files, for example of MNIST or CIFAR-10"`
}

// Burst is the [burst] table: how bursts are told from events.
type Burst struct {
	Threshold  spike.Tick `toml:"threshold" unit:"ms" range:"(0, 1000]" doc:"ISI below which two spikes belong to one burst"`
	Continue   spike.Tick `toml:"continue" unit:"ms" range:"(0, 1000]" doc:"the same for the spikes after the second; default: threshold"`
	MinSpikes  int        `toml:"min_spikes" range:"[2, 200]" doc:"spikes that make an event a burst; fewer are one event without a burst"`
	Longest    spike.Tick `toml:"max_duration" unit:"ms" range:"(0, 100000]" doc:"a spike so long after the onset of an event is an onset itself; default: no limit"`
	Accumulate bool       `toml:"accumulate" doc:"use the accumulating trace of the published program instead of the plain ISI; goes together with threshold only"`
}

// Detector returns the rule.
func (b Burst) Detector() spike.Detector {
	d := spike.Detector{Threshold: b.Threshold, Accumulate: b.Accumulate}
	if !b.Accumulate {
		d.Continue, d.MaxDuration = b.Continue, b.Longest
		if b.MinSpikes > 2 {
			d.MinSpikes = b.MinSpikes
		}
	}
	return d
}

// Population is an entry of [populations].
type Population struct {
	Model       string                     `toml:"model,required" doc:"neuron model; see burstplex list --models"`
	Size        int                        `toml:"size,required" range:"[1, 100000000]" doc:"number of neurons; of units, where the model is ensemble"`
	Backgrounds config.Table[Background]   `toml:"backgrounds" doc:"private random input of every neuron"`
	Receptors   config.Table[Receptor]     `toml:"receptors" doc:"receptors beside those of the model"`
	Currents    config.Table[AddedCurrent] `toml:"currents" doc:"currents written as equations that a built-in model takes beside its own; see docs/equations.md"`
	Burst       Burst                      `toml:"burst" doc:"what a burst of this population is; keys that are absent as in [burst]"`
	Spec        neuron.Spec
}

// Neurons returns how many neurons the population has: its size times the neurons of a unit.
func (p *Population) Neurons() int { return p.Size * neuron.UnitSize(p.Spec) }

// DecodeConfig implements config.NodeDecoder: the model chooses the other keys.
func (p *Population) DecodeConfig(n *config.Node, d *config.Decoder) error {
	models, own := &registriesOf(d).Models, modelNames(n.Root())
	names := models.Names()
	for _, name := range own {
		if slices.Contains(names, name) {
			return n.Root().At("models." + name).Errorf("is the name of a built-in model; choose another")
		}
	}
	name := d.Choice(n, "model", append(names, own...), true)
	if slices.Contains(own, name) {
		model, err := modelAt(n.Root(), name)
		if err != nil {
			return err
		}
		spec := &equationPopulation{Spec: equations.NewSpec(model), tables: map[string]*config.Node{}}
		p.Spec = spec
		d.Fields(n, (*populationKeys)(p), spec)
		if p.Currents.Len() > 0 {
			return n.At("currents").Errorf(
				"currents are added to built-in models; the equations of %q are yours: add them there", name)
		}
	} else if name != "" {
		k, _ := models.Get(name)
		defer bare(d, unitless(k.New()))()
		wrong := len(d.Errors)
		p.Spec = models.Decode(d, n, "model", "", (*populationKeys)(p))
		if p.Currents.Len() > 0 && len(d.Errors) == wrong {
			spec, err := withCurrents(n, name, p.Spec, &p.Currents)
			if err != nil {
				return err
			}
			p.Spec = spec
		}
	}
	return nil
}

// populationKeys is Population without its DecodeConfig.
type populationKeys Population

// Background is an entry of [populations.NAME.backgrounds].
type Background struct {
	Kind     string `toml:"kind" doc:"private Poisson trains (poisson, the default) or a fluctuating current; see burstplex list --backgrounds"`
	Port     string `toml:"port,required" doc:"where it ends: soma, apical"`
	Receptor string `toml:"receptor" doc:"receptor of poisson input: ampa, nmda, gaba, delta, ..."`
	Spec     neuron.BackgroundSpec
}

type backgroundKeys Background

// DecodeConfig implements config.NodeDecoder.
func (b *Background) DecodeConfig(n *config.Node, d *config.Decoder) error {
	b.Kind = poissonBackground
	b.Spec = registriesOf(d).Backgrounds.Decode(d, n, "kind", poissonBackground, (*backgroundKeys)(b))
	return nil
}

// poissonBackground is the kind of background that needs a receptor, and the default.
const poissonBackground = "poisson"

// Projection is an entry of [projections].
type Projection struct {
	Source    string       `toml:"source,required" doc:"population that sends"`
	Target    string       `toml:"target,required" doc:"population that receives"`
	Port      string       `toml:"port" doc:"where the synapses end: soma, apical"`
	Receptor  string       `toml:"receptor,required" doc:"ampa, nmda, gaba, current, delta, drive: as the target's model has it"`
	Connector string       `toml:"connector,required" doc:"which pairs are connected; it has keys of its own: see burstplex list --connectors"`
	Weight    Weight       `toml:"weight" doc:"weight, or its distribution, in the unit of the receptor: conductances in multiples of the leak conductance where the synapse ends (0.35 or \"0.35 leak\"; \"3 nS\" is divided by that leak), currents in pA (or as weight_unit of the target says), delta in mV, drive without unit; not negative for conductances and excitatory currents, not positive for gaba as a current, any sign for delta and drive"`
	Half      bool         `toml:"half_weights" doc:"round drawn weights to 8 significant bits (bfloat16: 0.4 % at most, 0.1 % on average): 4 bytes a synapse in place of 6, read faster; not with a rule"`
	Delay     neuron.Value `toml:"delay" unit:"ms" range:"[0, 10000]" doc:"axonal delay, or its distribution (rounded to steps; at least half a step)"`
	Transmit  string       `toml:"transmit" oneof:"all|events|bursts" doc:"which spikes are carried: all, event onsets, second spikes of bursts; with short_term, the others use up resources all the same"`
	ShortTerm *ShortTerm   `toml:"short_term" doc:"short-term plasticity"`
	Rule      *Rule        `toml:"rule" doc:"how the weights learn"`
	Pairs     Connector
}

type projectionKeys Projection

// DecodeConfig implements config.NodeDecoder: the connector has keys of its own.
func (p *Projection) DecodeConfig(n *config.Node, d *config.Decoder) error {
	p.Pairs = registriesOf(d).Connectors.Decode(d, n, "connector", "", (*projectionKeys)(p))
	return nil
}

// SetDefaults implements config.Defaulter.
func (p *Projection) SetDefaults() {
	s := synapse.DefaultSpec("", nil)
	*p = Projection{Port: neuron.Soma, Weight: Weight{Value: s.Weight}, Delay: s.Delay, Transmit: "all"}
}

// ShortTerm is short-term plasticity in a file: a kind with its defaults, of which single values can be replaced.
type ShortTerm struct {
	Kind string `toml:"kind" doc:"see burstplex list --short-term"`
	Spec *synapse.ShortTerm
}

type shortTermKeys ShortTerm

// DecodeConfig implements config.NodeDecoder.
func (s *ShortTerm) DecodeConfig(n *config.Node, d *config.Decoder) error {
	s.Spec = registriesOf(d).ShortTerm.Decode(d, n, "kind", "", (*shortTermKeys)(s))
	if s.Spec == nil {
		return nil
	}
	if n.Get("u") != nil && n.Get("u0") == nil {
		s.Spec.U0 = s.Spec.U
	}
	return nil
}

// Stimulus is an entry of [stimuli]: a current into a port.
type Stimulus struct {
	Population string       `toml:"population,required" doc:"who receives it"`
	Port       string       `toml:"port" doc:"soma, apical"`
	Wave       string       `toml:"wave" doc:"time course, constant by default; it has keys of its own: see burstplex list --waves"`
	Amplitude  neuron.Value `toml:"amplitude" unit:"pA" doc:"current (a drive without unit, into ensembles), or its distribution over neurons; times the wave (constant, sine, fluctuation)"`
	Scale      neuron.Value `toml:"scale" doc:"factor, or its distribution over neurons, on waves that are currents (steps, table, pattern)"`
	From       spike.Tick   `toml:"from" unit:"ms" range:"[0, inf)" doc:"start"`
	To         spike.Tick   `toml:"to" unit:"ms" range:"[0, inf)" doc:"end; 0 means the end of the run"`
	First      int          `toml:"first" range:"[0, 100000000]" doc:"first neuron that it acts on"`
	Last       int          `toml:"last" range:"[0, 100000000]" doc:"one past the last neuron that it acts on; 0 means all"`
	Parameter  string       `toml:"parameter" doc:"in place of a port: a parameter of a model written as equations that it drives, for example the command of a voltage clamp"`
	Change     modelText    `toml:"change" doc:"what it adds to the parameter, in its unit, or a distribution over neurons; times the wave (constant, sine, fluctuation)"`
	Course     Wave
	amplitude  neuron.Value // of a parameter, in internal units
}

type stimulusKeys Stimulus

// DecodeConfig implements config.NodeDecoder: the wave has keys of its own.
func (s *Stimulus) DecodeConfig(n *config.Node, d *config.Decoder) error {
	defer bareFor(n, d)()
	s.Course = registriesOf(d).Waves.Decode(d, n, "wave", "constant", (*stimulusKeys)(s))
	return nil
}

// SetDefaults implements config.Defaulter.
func (s *Stimulus) SetDefaults() {
	*s = Stimulus{Port: "soma", Wave: "constant", Amplitude: neuron.Const(1), Scale: neuron.Const(1)}
}

// Record is the [record] table.
type Record struct {
	Spikes       bool                  `toml:"spikes" doc:"write a recording of the spikes, and of probes and weights; without it probes are not taken"`
	Resolution   spike.Tick            `toml:"resolution" unit:"ms" range:"(0, 10]" doc:"resolution of recorded times"`
	Neurons      config.Table[Neurons] `toml:"neurons" doc:"which neurons of a population are recorded; all by default"`
	Weights      []string              `toml:"weights" doc:"projections whose weights are saved at the end"`
	Format       string                `toml:"weights_format" oneof:"csv|npz|bspk" doc:"format of saved weights: files of their own, or tables in the recording"`
	ExpectedRate float64               `toml:"expected_rate" unit:"Hz" range:"(0, 1000]" doc:"mean rate of neurons that are no Poisson sources: for the estimate of what the recording takes on disk, nothing else"`
	WeightsEvery spike.Tick            `toml:"weights_every" unit:"ms" range:"[0, inf)" doc:"interval of snapshots of the weights in the recording; 0 takes none"`
}

// Neurons selects neurons of a population.
type Neurons struct {
	First int `toml:"first" range:"[0, 100000000]" doc:"first neuron"`
	Last  int `toml:"last" range:"[0, 100000000]" doc:"one past the last neuron; 0 means all"`
	Every int `toml:"every" range:"[1, 100000000]" doc:"take every n-th"`
}

// SetDefaults implements config.Defaulter.
func (s *Neurons) SetDefaults() { s.Every = 1 }

// Of returns how many neurons it selects from a population of some size.
func (s *Neurons) Of(size int) int { return selected(s.First, s.Last, s.Every, size) }

// selected returns how many numbers there are from first on to last (0: size) by steps of every, below size.
func selected(first, last, every, size int) int {
	if last == 0 || last > size {
		last = size
	}
	return max(0, (last-first+every-1)/every)
}

// Probe is an entry of [probes]: a state variable, sampled.
type Probe struct {
	Population string     `toml:"population,required" doc:"whose state"`
	Variable   string     `toml:"variable,required" doc:"name of the state variable, for example v_s"`
	Every      spike.Tick `toml:"every" unit:"ms" range:"(0, inf)" doc:"interval of the samples"`
	First      int        `toml:"first" range:"[0, 100000000]" doc:"first neuron"`
	Last       int        `toml:"last" range:"[0, 100000000]" doc:"one past the last neuron; 0 means all"`
	Stride     int        `toml:"stride" range:"[1, 100000000]" doc:"take every n-th neuron"`
}

// SetDefaults implements config.Defaulter.
func (p *Probe) SetDefaults() { p.Every, p.Stride = spike.Millisecond, 1 }

// Compare is an entry of [[compare]]: a measured quantity beside known values.
type Compare struct {
	Name        string   `toml:"name,required" doc:"label"`
	Mean        string   `toml:"mean" doc:"trace whose mean after settling is taken, for example pyr1.event_rate"`
	Correlation []string `toml:"correlation" doc:"two traces whose correlation after settling is taken"`
	Column      string   `toml:"column" doc:"column of presentations.csv whose value in one presentation is taken, for example post burst_probability"`
	At          int      `toml:"presentation" range:"[0, 1000000000]" doc:"which presentation, from 0 (column)"`
	Published   *float64 `toml:"published" doc:"value of the published program"`
	Limit       *float64 `toml:"limit" doc:"value in the limit of small steps"`
	LimitSD     float64  `toml:"limit_sd" doc:"its standard deviation over seeds"`
}

// defaults returns a file with the values that a key that is absent has.
func defaults() *File {
	return &File{
		Experiment: About{Step: 100 * spike.Microsecond, Bin: 50 * spike.Millisecond, Seed: 1, Seeds: 1,
			Checkpoint: 60 * spike.Second},
		Burst:  Burst{Threshold: 16 * spike.Millisecond, MinSpikes: 2},
		Record: Record{Spikes: true, Resolution: spike.Microsecond, Format: "csv", ExpectedRate: 10},
	}
}
