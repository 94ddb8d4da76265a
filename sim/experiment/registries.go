package experiment

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/cell"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/credit"
	"github.com/burstplex/burstplex/sim/curve"
	"github.com/burstplex/burstplex/sim/deep"
	"github.com/burstplex/burstplex/sim/kind"
	"github.com/burstplex/burstplex/sim/task"
	"github.com/burstplex/burstplex/synapse"
)

// Registries is everything that a file can name. A program makes it with report.NewRegistries, adds the kinds of its
// own, and hands it to Load.
type Registries struct {
	Models      kind.Registry[neuron.Spec]           // populations.NAME.model
	Backgrounds kind.Registry[neuron.BackgroundSpec] // populations.NAME.backgrounds.NAME.kind
	Receptors   kind.Registry[neuron.ReceptorSpec]   // populations.NAME.receptors.NAME.kind
	Connectors  kind.Registry[Connector]             // projections.NAME.connector
	ShortTerm   kind.Registry[*synapse.ShortTerm]    // projections.NAME.short_term.kind
	Rules       kind.Registry[plasticity.Spec]       // projections.NAME.rule.kind
	Waves       kind.Registry[Wave]                  // stimuli.NAME.wave
	Teachers    kind.Registry[TeacherLaw]            // teachers.NAME.kind
	Figures     kind.Registry[FigureSpec]            // figures.NAME.kind
	Tasks       kind.Registry[task.Spec]             // task.kind
	Formats     kind.Registry[*export.Format]        // burstplex spikes export --to
}

// Sort is a registry with the name that people call it by.
type Sort struct {
	Name string // "models"
	Of   kind.Listing
}

// Sorts lists the registries.
func (r *Registries) Sorts() []Sort {
	return []Sort{{"models", &r.Models}, {"backgrounds", &r.Backgrounds}, {"receptors", &r.Receptors},
		{"connectors", &r.Connectors},
		{"short-term", &r.ShortTerm}, {"rules", &r.Rules}, {"waves", &r.Waves},
		{"teachers", &r.Teachers}, {"figures", &r.Figures}, {"tasks", &r.Tasks}, {"formats", &r.Formats}}
}

// NewRegistries returns the kinds that Burstplex has, but for figures: report.NewRegistries adds those.
func NewRegistries() *Registries {
	r := &Registries{}
	for _, m := range neuron.Models() {
		r.Models.Add(kind.Of[neuron.Spec]{Name: m.Name, Doc: m.Doc, New: m.Default})
	}
	r.Models.Add(kind.Of[neuron.Spec]{Name: "ensemble",
		Doc: "units of many bursting neurons that share their drive; size counts units",
		New: func() neuron.Spec { return ensemble.Default() }})
	for _, k := range plasticity.Kinds() {
		r.Rules.Add(kind.Of[plasticity.Spec]{Name: k.Name, Doc: k.Doc, New: k.Default})
	}
	r.Rules.Add(kind.Of[plasticity.Spec]{Name: "equations",
		Doc: "a rule of your own: traces and statements; see docs/equations.md", New: newEquationRule})
	r.Backgrounds.Add(
		kind.Of[neuron.BackgroundSpec]{Name: poissonBackground, Doc: "independent Poisson trains for every neuron",
			New: func() neuron.BackgroundSpec { return neuron.DefaultPoissonBackground() }},
		kind.Of[neuron.BackgroundSpec]{Name: "ornstein-uhlenbeck", Doc: "a fluctuating current, independent for every neuron",
			New: func() neuron.BackgroundSpec { return neuron.DefaultOrnsteinUhlenbeck() }})
	r.ShortTerm.Add(
		kind.Of[*synapse.ShortTerm]{Name: "depressing", Doc: "synapses that tire; defaults of Payeur et al. (2021)",
			New: func() *synapse.ShortTerm { s := synapse.Depressing(); return &s }},
		kind.Of[*synapse.ShortTerm]{Name: "facilitating", Doc: "synapses that warm up; defaults of Payeur et al. (2021)",
			New: func() *synapse.ShortTerm { s := synapse.Facilitating(); return &s }})
	r.Teachers.Add(
		kind.Of[TeacherLaw]{Name: "cross-entropy", Doc: "decides between two sides of a threshold; Payeur et al. (2021)",
			New: func() TeacherLaw { return sim.DefaultCrossEntropy() }},
		kind.Of[TeacherLaw]{Name: "linear", Doc: "a target rate, or a compensation, in straight lines",
			New: func() TeacherLaw { return sim.DefaultLinear() }})
	r.Tasks.Add(
		kind.Of[task.Spec]{Name: "plasticity-curve",
			Doc: "weight changes in rate and pairing protocols, beside the closed form",
			New: func() task.Spec { return curve.Default() }},
		kind.Of[task.Spec]{Name: "gradient", Doc: "changes learned from bursts beside the exact gradient",
			New: func() task.Spec { return credit.DefaultGradient() }},
		kind.Of[task.Spec]{Name: "regression", Doc: "a continuous function, learned in spikes",
			New: func() task.Spec { return credit.DefaultRegression() }},
		kind.Of[task.Spec]{Name: "response-curve", Doc: "rates and burst probability of neurons of the file over a current",
			New: func() task.Spec { return cell.DefaultCurve() }},
		kind.Of[task.Spec]{Name: "protocols",
			Doc: "what a neuron of the file is judged by: resistance, time constant, sag, rheobase, attenuation, " +
				"back-propagation, summation, coincidence",
			New: func() task.Spec { return cell.DefaultProtocols() }},
		kind.Of[task.Spec]{Name: "images", Doc: "networks of ensembles that learn to tell images",
			New: func() task.Spec { return deep.Default() }})
	for _, f := range export.All() {
		r.Formats.Add(kind.Of[*export.Format]{Name: f.Name, Doc: f.Doc, New: func() *export.Format { return f }})
	}
	addReceptors(r)
	addConnectors(r)
	addWaves(r)
	return r
}

// registriesOf returns what Load handed to the decoder.
func registriesOf(d *config.Decoder) *Registries { return d.Context.(*Registries) }
