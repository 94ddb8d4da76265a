package credit

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity/reference"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/task"
)

// recordedEvents is K of the recorded batch.
const recordedEvents = 1000

// record writes one batch so that everything about it can be computed again: spikes.bspk with a population for each layer
// (neuron = unit x N + neuron in the unit), presentation i in the i-th stretch of time; inputs, targets, weights and the changes
// that were learned as tables.
func (g *Gradient) record(ctx context.Context, r *task.Run) error {
	p := g.problem(g.Hidden, g.Gain, r.Seed)
	s := g.settings(recordedEvents)
	stretch := spike.FromSeconds(s.Duration + 0.1)
	h := recordings.Header{Experiment: "gradient", Seed: r.Seed, Program: "burstplex", Resolution: spike.Microsecond}
	next := spike.ID(0)
	first := make([]spike.ID, len(p.Sizes))
	for l := 1; l < len(p.Sizes); l++ {
		first[l] = next
		pop := spike.Population{Name: fmt.Sprintf("layer%d", l), First: next, Size: p.Sizes[l] * s.Ensemble.Neurons}
		next += spike.ID(pop.Size)
		h.Populations = append(h.Populations, recordings.Population{Population: pop, Detector: spike.DefaultDetector()})
	}
	w, err := recordings.Create(filepath.Join(r.Dir, "spikes.bspk"), h, recordings.Replace())
	if err != nil {
		return err
	}
	sum := zeroUpdates(p.Network)
	m := NewSimulator(p.BurstCCN, s)
	for i := range g.Batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := stretch * spike.Tick(i)
		var events []spike.Event
		m.spikes = func(layer, unit int, t float64, neuron uint16, burst bool) {
			id := first[layer] + spike.ID(unit*s.Ensemble.Neurons+int(neuron))
			at := from + spike.FromSeconds(t)
			events = append(events, spike.Event{At: at, Src: id, Kind: spike.Onset})
			if burst {
				events = append(events, spike.Event{At: at + spike.FromSeconds(s.BurstDelay), Src: id, Kind: spike.Burst})
			}
		}
		m.Present(mat.DenseCopyOf(p.input.ColView(i)), mat.DenseCopyOf(p.target.ColView(i)), rng.New(r.Seed, "recorded", fmt.Sprint(i)))
		m.Updates(&sum)
		slices.SortFunc(events, spike.Compare)
		if err := w.WriteSpikes(spike.Window{From: from, To: from + stretch}, events); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	tables := map[string]*mat.Dense{"inputs": p.input, "targets": p.target}
	for l := 1; l < len(p.Sizes); l++ {
		sum.W[l].Scale(1/float64(g.Batch), sum.W[l])
		tables[fmt.Sprintf("weights-layer%d", l)], tables[fmt.Sprintf("changes-layer%d", l)] = p.W[l], sum.W[l]
	}
	for name, t := range tables {
		if err := writeMatrix(r, name+".csv", t); err != nil {
			return err
		}
	}
	e := p.Forward(p.input)
	bp := p.Gradient(e, p.target, nil)
	line := fmt.Sprintf("recorded batch (spikes.bspk, K = %d):", recordedEvents)
	for l := 1; l < len(p.Sizes); l++ {
		line += fmt.Sprintf("  layer %d %.1f°", l, reference.Angle(sum.W[l], bp.W[l]))
	}
	r.Say(line)
	return nil
}

// writeMatrix writes a matrix as a table with a line per row.
func writeMatrix(r *task.Run, name string, m *mat.Dense) error {
	rows, cols := m.Dims()
	head := make([]string, cols)
	for j := range head {
		head[j] = fmt.Sprint(j)
	}
	var lines [][]string
	for i := range rows {
		line := make([]string, cols)
		for j := range line {
			line[j] = fmt.Sprintf("%.9g", m.At(i, j))
		}
		lines = append(lines, line)
	}
	return r.Table(name, head, lines)
}
