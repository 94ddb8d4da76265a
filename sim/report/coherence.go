package report

import (
	"fmt"
	"slices"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// coherence draws which frequencies of the inputs populations transmit.
type coherence struct {
	Populations []string `toml:"populations" doc:"which populations answer; by default that of the stimulus"`
	Inputs      []string `toml:"inputs" doc:"stimuli that the populations answer to"`
	Times
}

// fewestBins is the shortest time in which a coherence can be told from chance, in bins.
const fewestBins = 32

// Check implements Figure.
func (f *coherence) Check(x *experiment.Experiment, key string, errs *config.List) {
	checkAnswers(x, key, errs, f.Populations, f.Inputs)
	f.Times.check(x, key, errs)
	if w, _ := f.Window(x); w.Len() < fewestBins*x.Experiment.Bin {
		errs.Add(x.At(key+".kind", "the time from %v to %v is shorter than %d bins of %v", w.From, w.To, fewestBins,
			x.Experiment.Bin))
	}
}

// Shows implements Figure.
func (f *coherence) Shows(population string) bool {
	return len(f.Populations) == 0 || slices.Contains(f.Populations, population)
}

// Observe implements Figure.
func (f *coherence) Observe(*Observation) any { return nil }

// Draw implements Figure.
func (f *coherence) Draw(d *Report, _ []any) figure.Figure {
	w, _ := f.Window(d.Experiment)
	var out figure.Coherence
	for _, name := range f.Inputs {
		s := d.Stimuli.Get(name)
		of := figure.CoherenceOf{Input: spaced(name), Confidence: 0.95}
		for _, population := range answering(f.Populations, s) {
			for _, v := range []struct{ key, name string }{
				{"event_rate", "event rate"}, {"burst_probability", "burst probability"},
			} {
				var values [][]float64
				for k, o := range d.obs {
					current := o.within(w, d.current(o, o.bins, d.nets[k], name))
					welch := analysis.NewWelch(segment(len(current)), d.Experiment.Experiment.Bin.Seconds())
					y, _ := analysis.Interpolate(o.within(w, d.trace(o, d.nets[k], population+"."+v.key)))
					welch.Add(current, y)
					spectrum := welch.Spectrum()
					of.Frequency, of.Level = spectrum.Frequency, spectrum.Level(0.95)
					values = append(values, spectrum.Coherence)
				}
				b := analysis.OverSeeds(values...)
				signal := figure.CoherentSignal{Name: v.name, Mean: b.Mean, SD: b.SD}
				if len(f.Populations) > 0 {
					signal.Name = population + " " + v.name
				}
				of.Signals = append(of.Signals, signal)
			}
		}
		out.Inputs = append(out.Inputs, of)
	}
	return out
}

// segment is the number of bins of a segment of the coherence, of n bins in all: 128 where there are enough for
// several.
func segment(n int) int { return max(4, min(128, n/8*2)) }

// Caption implements Figure.
func (f *coherence) Caption(d *Report) string {
	return fmt.Sprintf("Coherence of stimuli with event rate and burst probability in bins of %v "+
		"(Welch, Hann windows that overlap by half); bins without events are interpolated.", d.Experiment.Experiment.Bin)
}
