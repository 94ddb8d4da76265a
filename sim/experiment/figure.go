package experiment

import (
	"slices"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
)

// Figure is an entry of [figures]: a kind, which has the other keys.
type Figure struct {
	Kind string `toml:"kind,required" doc:"what is drawn; it has keys of its own: see burstplex list --figures"`
	Spec FigureSpec
}

// FigureSpec is a kind of figure as far as a file is concerned: a pointer to a struct whose tagged fields are its keys.
// What it gathers and draws is the matter of package report, where the kinds are.
type FigureSpec interface {
	// Check adds to errs what the figure would lack, before anything is simulated; key is that of the figure.
	Check(x *Experiment, key string, errs *config.List)
}

type figureKeys Figure

// DecodeConfig implements config.NodeDecoder.
func (f *Figure) DecodeConfig(n *config.Node, d *config.Decoder) error {
	f.Spec = registriesOf(d).Figures.Decode(d, n, "kind", "", (*figureKeys)(f))
	return nil
}

// CheckPopulations adds an error for each name, under a key, that is not one of a population.
func (x *Experiment) CheckPopulations(errs *config.List, key string, names ...string) {
	for i, name := range names {
		x.population(errs, key, name)
		if slices.Contains(names[:i], name) {
			errs.Add(x.At(key, "%q is named twice", name))
		}
	}
}

// CheckStimuli adds an error for each name, under a key, that is not one of a stimulus.
func (x *Experiment) CheckStimuli(errs *config.List, key string, names ...string) {
	for _, name := range names {
		if x.Stimuli.Get(name) == nil {
			errs.Add(x.At(key, "there is no stimulus %q", name).Allow(strings.Join(x.Stimuli.Names(), ", ")))
		}
	}
}
