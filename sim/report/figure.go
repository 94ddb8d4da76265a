package report

import (
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/kind"
)

// Figure is a kind of figure, one type in one file: a pointer to a struct whose tagged fields are the keys that a file
// has for it. Most embed OfSpikes or OfPresentations, which have a method for everything but Draw and Caption.
type Figure interface {
	// Check adds to errs what the figure would lack, before anything is simulated; key is that of the figure in the file.
	Check(x *experiment.Experiment, key string, errs *config.List)
	// Observe arranges, before the first spike of a seed, that what the figure needs is gathered (Observation.Attach), and
	// returns it for Draw. A figure that needs no more than rates in bins or presentations returns nil.
	Observe(o *Observation) any
	// Draw returns what is drawn; observed has what Observe returned for each seed.
	Draw(r *Report, observed []any) figure.Figure
	// Caption says in a sentence or two what is drawn. Neurons, seeds, time and the definition of a burst are added to it.
	Caption(r *Report) string
	// Shows reports whether a population is among those drawn.
	Shows(population string) bool
	// Window is the time that is shown or measured; ok is false if the figure needs nothing but the table of
	// presentations.
	Window(x *experiment.Experiment) (w spike.Window, ok bool)
}

// Register adds kinds of figures to what files can name.
func Register(to *experiment.Registries, kinds ...kind.Of[Figure]) {
	for _, k := range kinds {
		to.Figures.Add(kind.Of[experiment.FigureSpec]{Name: k.Name, Doc: k.Doc,
			New: func() experiment.FigureSpec { return k.New() }})
	}
}

// NewRegistries returns everything that a file can name in Burstplex, figures included.
func NewRegistries() *experiment.Registries {
	kinds := experiment.NewRegistries()
	Register(kinds,
		kind.Of[Figure]{Name: "multiplexing",
			Doc: "two populations that pass on two signals at once: currents, events, bursts, rasters",
			New: func() Figure { return &multiplexing{Neurons: defaultNeurons} }},
		kind.Of[Figure]{Name: "traces", Doc: "event rates, burst rates and burst probabilities over time",
			New: func() Figure { return &traces{} }},
		kind.Of[Figure]{Name: "raster", Doc: "spikes of some neurons, and rates below them",
			New: func() Figure { return &raster{Neurons: defaultNeurons} }},
		kind.Of[Figure]{Name: "isi", Doc: "distributions of interspike intervals",
			New: func() Figure { return &intervals{OfSpikes: settled} }},
		kind.Of[Figure]{Name: "responses", Doc: "rates and burst probability against the levels of stimuli",
			New: func() Figure { return &responses{Times: settled.Times, Skip: defaultSkip} }},
		kind.Of[Figure]{Name: "coherence", Doc: "which frequencies of stimuli event rate and burst probability follow",
			New: func() Figure { return &coherence{Times: settled.Times} }},
		kind.Of[Figure]{Name: "sensitivity", Doc: "rates and burst probability against the threshold of a burst",
			New: func() Figure { return &sensitivity{OfSpikes: settled} }},
		kind.Of[Figure]{Name: "probes", Doc: "what probes have recorded of a neuron, with units, spikes and bursts marked",
			New: func() Figure { return &probes{Neuron: -1} }},
		kind.Of[Figure]{Name: "weights", Doc: "weights of projections: distribution at first and at last, mean and single " +
			"synapses over time",
			New: func() Figure { return &weights{Synapses: 4} }},
		kind.Of[Figure]{Name: "patterns", Doc: "what populations answer to each pattern, stage by stage",
			New: func() Figure { return &patterns{} }},
		kind.Of[Figure]{Name: "learning", Doc: "output, cost, rates and weights over the repeats of training",
			New: func() Figure { return &learning{} }},
		kind.Of[Figure]{Name: "teaching", Doc: "burst probabilities against what teaches them",
			New: func() Figure { return &teaching{} }})
	return kinds
}

// settled are the keys of figures that measure: without the time in which a network settles.
var settled = OfSpikes{Times: Times{Settled: true}}

// Populations is the key of figures that show populations.
type Populations struct {
	Populations []string `toml:"populations" doc:"which populations; all by default"`
}

// Shows implements Figure.
func (p *Populations) Shows(population string) bool {
	return len(p.Populations) == 0 || slices.Contains(p.Populations, population)
}

// Times are the keys of figures that show or measure a part of the time.
type Times struct {
	From    *spike.Tick `toml:"from" unit:"ms" range:"[0, inf)" doc:"start of the time shown; where something is measured, experiment.settle by default"`
	To      spike.Tick  `toml:"to" unit:"ms" range:"[0, inf)" doc:"end of the time shown or measured; 0 means the end"`
	Settled bool        // From is experiment.settle by default
}

// Window implements Figure.
func (t *Times) Window(x *experiment.Experiment) (spike.Window, bool) {
	w := spike.Window{To: t.To}
	switch {
	case t.From != nil:
		w.From = *t.From
	case t.Settled:
		w.From = x.Experiment.Settle
	}
	if w.To == 0 || w.To > x.Experiment.Duration {
		w.To = x.Experiment.Duration
	}
	return w, true
}

func (t *Times) check(x *experiment.Experiment, key string, errs *config.List) {
	// later: of another run, see Experiment.Warnings
	if w, _ := t.Window(x); w.To <= w.From && w.From < x.Experiment.Duration {
		errs.Add(x.At(key+".to", "leaves nothing of the time from %v on", w.From))
	}
}

// OfSpikes is what a figure of spikes embeds: its keys, and all methods but Draw and Caption.
type OfSpikes struct {
	Populations
	Times
}

// Check implements Figure.
func (f *OfSpikes) Check(x *experiment.Experiment, key string, errs *config.List) {
	x.CheckPopulations(errs, key+".populations", f.Populations.Populations...)
	f.Times.check(x, key, errs)
}

// Observe implements Figure, for figures that need no more than rates in bins.
func (f *OfSpikes) Observe(*Observation) any { return nil }

// OfPresentations is what a figure embeds that needs nothing but the table of presentations: all methods but Draw and
// Caption.
type OfPresentations struct{ Populations }

// Check implements Figure.
func (f *OfPresentations) Check(x *experiment.Experiment, key string, errs *config.List) {
	if x.Protocol.Len() == 0 {
		errs.Add(x.At(key+".kind", "there is no protocol that would present anything"))
	}
	x.CheckPopulations(errs, key+".populations", f.Populations.Populations...)
}

// Observe implements Figure.
func (f *OfPresentations) Observe(*Observation) any { return nil }

// Window implements Figure.
func (f *OfPresentations) Window(*experiment.Experiment) (w spike.Window, ok bool) { return w, false }

// Reference is the key of figures that draw known courses beside those measured.
type Reference struct {
	Reference string `toml:"reference" doc:"embedded CSV with time courses to draw beside"`
}

func (f *Reference) check(x *experiment.Experiment, key string, errs *config.List) {
	if f.Reference == "" {
		return
	}
	if _, _, ok := experiment.Reference(f.Reference, "time_s"); !ok {
		errs.Add(x.At(key+".reference", "there is no embedded table of this name with a column time_s"))
	}
}

// references reads the known courses of a trace.
func (f *Reference) references(trace string) (out []figure.Reference) {
	if f.Reference == "" {
		return nil
	}
	for _, known := range []struct{ key, name string }{
		{" limit", "limit of small steps"}, {" published", "published program"},
	} {
		time, values, ok := experiment.Reference(f.Reference, trace+known.key)
		if !ok {
			continue
		}
		if strings.HasSuffix(trace, "probability") {
			for i := range values {
				values[i] /= 100
			}
		}
		out = append(out, figure.Reference{Name: known.name, Time: time, Values: values})
	}
	return out
}
