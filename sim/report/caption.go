package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// caption says what a figure shows, of how many neurons and seeds, over which time, and what a burst is.
func (d *Report) caption(f Figure) string {
	says := f.Caption(d)
	var n, bursts []string
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		n = append(n, fmt.Sprintf("%d of %s", p.Size, p.Name))
		if b := d.nets[0].Populations[i].Detector.Definition(); !slices.Contains(bursts, b) {
			bursts = append(bursts, b)
		}
	}
	if w, ok := f.Window(d.Experiment); ok {
		says += " From " + timeOf(w.From) + " to " + timeOf(w.To) + "."
	}
	return fmt.Sprintf("%s Neurons: %s; %s. Burst: %s; it counts when its event begins, "+
		"and burst probability is bursts over events.", says, strings.Join(n, ", "), overSeeds(len(d.obs)),
		strings.Join(bursts, " or "))
}

// timeOf is a time as people write it: "0 s", "200 ms".
func timeOf(t spike.Tick) string {
	if t == 0 {
		return "0 s"
	}
	text := t.String()
	unit := strings.TrimLeft(text, "-0123456789.")
	return strings.TrimSuffix(text, unit) + " " + unit
}

// overSeeds says over how many seeds a figure is.
func overSeeds(n int) string {
	if n == 1 {
		return "one seed"
	}
	return fmt.Sprintf("means over %d seeds, bands and bars one standard deviation", n)
}

// comparisonCaption is that of the figure that draws measured beside known values.
func (d *Report) comparisonCaption() string {
	var bursts []string
	for i := range d.nets[0].Populations {
		if b := d.nets[0].Populations[i].Detector.Definition(); !slices.Contains(bursts, b) {
			bursts = append(bursts, b)
		}
	}
	return fmt.Sprintf("What was measured, in %% of known values: the limit of small integration steps, and the "+
		"published program, "+
		"whose steps are finite; 0: equal; %s. Burst: %s. Numbers: comparison.csv of the results.", overSeeds(len(d.obs)),
		strings.Join(bursts, " or "))
}
