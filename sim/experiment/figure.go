package experiment

import (
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
)

// Figure is an entry of [figures]. A kind has only keys that change what it shows.
type Figure struct {
	Kind        string     `toml:"kind,required" oneof:"multiplexing|traces|raster|isi|responses|coherence|sensitivity|patterns|learning|teaching" doc:"what is drawn"`
	Populations []string   `toml:"populations" doc:"which populations; all by default (coherence, responses: that of the stimulus; multiplexing: the lower and the upper)"`
	Inputs      []string   `toml:"inputs" doc:"stimuli shown with them (traces), the somatic and the dendritic signal (multiplexing), what the populations answer to (responses, coherence)"`
	Neurons     int        `toml:"neurons" range:"[1, 10000]" doc:"neurons of a raster (raster, multiplexing)"`
	From        spike.Tick `toml:"from" unit:"ms" range:"[0, inf)" doc:"start of the time shown or measured; default 0 (traces, raster, multiplexing) or experiment.settle (isi, responses, coherence, sensitivity)"`
	To          spike.Tick `toml:"to" unit:"ms" range:"[0, inf)" doc:"end of the time shown or measured; 0 means the end"`
	Skip        spike.Tick `toml:"skip" unit:"ms" range:"(0, inf)" doc:"left out after each step of a stimulus, until the cells have adapted (responses)"`
	Reference   string     `toml:"reference" doc:"embedded CSV with time courses to draw beside (multiplexing, traces)"`
}

// SetDefaults implements config.Defaulter.
func (f *Figure) SetDefaults() { f.Neurons, f.Skip = 60, 120*spike.Millisecond }

// FigureKeys returns the keys of each kind of figure, beside kind.
func FigureKeys() map[string]string {
	return map[string]string{
		"multiplexing": "populations, inputs, neurons, from, to, reference",
		"traces":       "populations, inputs, from, to, reference",
		"raster":       "populations, neurons, from, to",
		"isi":          "populations, from, to",
		"responses":    "populations, inputs, from, to, skip",
		"coherence":    "populations, inputs, from, to",
		"sensitivity":  "populations, from, to",
		"patterns":     "populations",
		"learning":     "populations",
		"teaching":     "populations",
	}
}

// OfPresentations reports whether a figure needs nothing but the table of presentations.
func (f *Figure) OfPresentations() bool {
	return f.Kind == "patterns" || f.Kind == "learning" || f.Kind == "teaching"
}

// Shows reports whether a figure includes a population.
func (f *Figure) Shows(population string) bool {
	return len(f.Populations) == 0 || slices.Contains(f.Populations, population)
}

// Shown returns the time that a figure shows or measures: by default what shows courses shows all, and what measures
// leaves out the settling.
func (x *Experiment) Shown(f *Figure) spike.Window {
	w := spike.Window{From: f.From, To: f.To}
	if measures := f.Kind != "traces" && f.Kind != "raster" && f.Kind != "multiplexing"; measures && w.From == 0 {
		w.From = x.Experiment.Settle
	}
	if w.To == 0 || w.To > x.Experiment.Duration {
		w.To = x.Experiment.Duration
	}
	return w
}

// checkFigure looks for what a figure needs, before anything is simulated, and for keys that it would ignore.
func (x *Experiment) checkFigure(errs *config.List, name string, f *Figure) {
	key := "figures." + name
	if f.OfPresentations() && x.Protocol.Len() == 0 {
		errs.Add(x.At(key+".kind", "there is no protocol that would present anything"))
	}
	for _, p := range f.Populations {
		x.population(errs, key+".populations", p)
	}
	for _, s := range f.Inputs {
		if x.Stimuli.Get(s) == nil {
			errs.Add(x.At(key+".inputs", "there is no stimulus %q", s).Allow(strings.Join(x.Stimuli.Names(), ", ")))
		}
	}
	allowed := strings.Split(FigureKeys()[f.Kind], ", ")
	if all := x.tree.Get("figures"); all != nil && all.Get(name) != nil {
		for _, k := range all.Get(name).Keys() {
			if k != "kind" && !slices.Contains(allowed, k) {
				errs.Add(x.At(key+"."+k, "changes nothing in a figure of the kind %q", f.Kind).Allow(strings.Join(allowed, ", ")))
			}
		}
	}
	switch f.Kind {
	case "multiplexing":
		if len(f.Populations) != 2 {
			errs.Add(x.At(key+".populations", "must name two populations, the lower and the upper"))
		}
		if len(f.Inputs) != 2 {
			errs.Add(x.At(key+".inputs", "must name two stimuli, the somatic and the dendritic signal"))
		}
	case "responses", "coherence":
		if len(f.Inputs) == 0 {
			errs.Add(x.At(key+".inputs", "must name the stimuli that the populations answer to"))
		}
	}
	if f.To != 0 && f.To <= f.From {
		errs.Add(x.At(key+".to", "leaves nothing of the time from %v on", f.From))
	}
	if w := x.Shown(f); f.Kind == "coherence" && w.Len() < fewestBins*x.Experiment.Bin {
		errs.Add(x.At(key+".kind", "the time from %v to %v is shorter than %d bins of %v", w.From, w.To, fewestBins, x.Experiment.Bin))
	}
}

// fewestBins is the shortest time in which a coherence can be told from chance, in bins.
const fewestBins = 32
