package report

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/sim/experiment"
)

// writeCaption writes beside a figure what it shows: DIR/NAME.txt.
func (d *Report) writeCaption(dir, name string, f *experiment.Figure) error {
	return os.WriteFile(filepath.Join(dir, name+".txt"), []byte(d.caption(f)+"\n"), 0o666)
}

// caption says what a figure shows, of how many neurons and seeds, over which time, and what a burst is.
func (d *Report) caption(f *experiment.Figure) string {
	about := &d.Experiment.Experiment
	w := d.Shown(f)
	bins := fmt.Sprintf("bins of %v", about.Bin)
	var says string
	switch f.Kind {
	case "traces":
		says = "Event rate, burst rate (Hz per neuron) and burst probability in " + bins + "; r: correlation with the current after " + about.Settle.String() + "."
	case "multiplexing":
		says = "Event rates, burst rate (Hz per neuron) and burst probabilities of two populations in " + bins + ", with the currents into them; r: correlations after " +
			about.Settle.String() + "."
	case "raster":
		says = fmt.Sprintf("Spikes of up to %d neurons of each population, evenly spaced, of the first seed; below, spikes per second and neuron in %s.", f.Neurons, bins)
	case "isi":
		says = "Interspike intervals pooled over neurons: shares in bins of equal ratio; shorter: share below the threshold of a burst."
	case "responses":
		says = fmt.Sprintf("Event rate, burst rate (Hz per neuron) and burst probability at each level of the stimuli, without the first %v after a step.", f.Skip)
	case "coherence":
		says = fmt.Sprintf("Coherence of stimuli with event rate and burst probability in %s (Welch, Hann windows that overlap by half); bins without events are interpolated.", bins)
	case "sensitivity":
		says = "Event rate, burst rate (Hz per neuron) and burst probability against the interval that tells bursts from events."
	case "patterns":
		says = "Event rate (Hz per neuron) and burst probability in the presentations of each pattern, over the time that each stage measures."
	case "learning":
		says = "Output, cost, event rates, burst probabilities and mean weights over the repeats of the training."
	case "teaching":
		says = "Burst probability of the output against the teacher's current, and of the others against the output's burst rate; a point for every presentation of the training."
	}
	var n, bursts []string
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		n = append(n, fmt.Sprintf("%d of %s", p.Size, p.Name))
		if b := d.nets[0].Populations[i].Detector.String(); !slices.Contains(bursts, b) {
			bursts = append(bursts, b)
		}
	}
	if !f.OfPresentations() {
		says += fmt.Sprintf(" From %v to %v.", w.From, w.To)
	}
	seeds := "one seed"
	if k := len(d.obs); k > 1 {
		seeds = fmt.Sprintf("means over %d seeds, bands and bars one standard deviation", k)
	}
	return fmt.Sprintf("%s Neurons: %s; %s. Burst: two or more spikes, %s; it counts when its event begins, and burst probability is bursts over events.",
		says, strings.Join(n, ", "), seeds, strings.Join(bursts, " or "))
}
