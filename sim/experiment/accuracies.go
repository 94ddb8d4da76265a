package experiment

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// accurateBudget is how many steps of neurons a measurement of accuracy may take in each of its runs.
const accurateBudget = 400_000

// Accuracies runs the network for a moment (at most 300 ms) three times: as it is, with the models that are written as
// equations in parts of half a step, and by the reference integrator. It returns a line for each such population:
// median and 99 % of how far spikes are from the reference's, the order by which the median falls, and the substeps
// that would bring it to 10 us where it is above. Trains are compared up to where they part by more than 2 ms.
func (x *Experiment) Accuracies() (lines []string, err error) {
	judged, neurons := map[string]*equationPopulation{}, 0
	for name, p := range x.Populations.All() {
		neurons += p.Size
		e, ok := p.Spec.(*equationPopulation)
		switch {
		case !ok || e.Integrator == "reference":
		case e.Model.Noisy():
			lines = append(lines, fmt.Sprintf("%s: not judged, its equations hold noise", name))
		default:
			judged[name] = e
		}
	}
	if len(judged) == 0 || x.Task != nil {
		return append(lines, "no population has a model written as equations that can be judged"), nil
	}
	step := x.Experiment.Step
	until := min(x.Experiment.Duration/step, spike.Tick(accurateBudget/max(1, neurons)), 300*spike.Millisecond/step) * step
	coarse, net, err := x.moment(until, func(*equationPopulation) {})
	if err != nil {
		return nil, err
	}
	half, _, err := x.moment(until, func(e *equationPopulation) { e.Substeps = 2 * e.Parts() })
	if err != nil {
		return nil, err
	}
	exact, _, err := x.moment(until, func(e *equationPopulation) { e.Integrator = "reference" })
	if err != nil {
		return nil, err
	}
	first := spike.ID(0)
	for _, p := range net.Populations {
		if e := judged[p.Name]; e != nil {
			a, b := shiftsOf(coarse, exact, first, p.Size), shiftsOf(half, exact, first, p.Size)
			part := step / spike.Tick(e.Parts())
			if len(a) == 0 || len(b) == 0 {
				lines = append(lines, fmt.Sprintf("%s: no spikes within %v to judge parts of %v by", p.Name, until, part))
			} else {
				lines = append(lines, accuracyLine(p.Name, part, until, e.Parts(), a, b))
			}
		}
		first += spike.ID(p.Size)
	}
	return lines, nil
}

// accuracyLine says how accurate a population is; a and b are sorted shifts, us, of whole and of half parts.
func accuracyLine(name string, part, until spike.Tick, parts int, a, b []float64) string {
	median, most := a[len(a)/2], a[min(len(a)-1, len(a)*99/100)]
	line := fmt.Sprintf("%s: median %.3g us, 99 %% %.3g us at parts of %v, %d spikes within %v", name, median, most, part,
		len(a), until)
	if finer := b[len(b)/2]; finer > 0.02 && median > finer {
		line += fmt.Sprintf(", order %.1f", math.Log2(median/finer))
	} else {
		line += ", order not measurable"
	}
	if median > accurate {
		line += fmt.Sprintf("; substeps = %d would do", int(math.Ceil(float64(parts)*math.Sqrt(median/accurate)*1.2)))
	}
	return line
}

// shiftsOf returns the sorted differences of spike times in us, over the spikes of a population up to where trains
// part.
func shiftsOf(a, b spikeTimes, first spike.ID, n int) (out []float64) {
	const apart = 2000
	for i := first; i < first+spike.ID(n); i++ {
		for k := range min(len(a[i]), len(b[i])) {
			d := math.Abs((a[i][k] - b[i][k]).Milliseconds()) * 1e3
			if d > apart {
				break
			}
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out
}
