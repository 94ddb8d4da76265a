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

// record writes one batch so that everything about it can be computed again: spikes.bspk with a population for each
// layer (neuron = unit x N + neuron in the unit), presentation i in the i-th stretch of time; inputs, targets,
// weights and the changes that were learned as tables.
func (g *Gradient) record(ctx context.Context, r *task.Run) error {
	p := g.problem(g.Hidden, g.Gain, r.Seed)
	s := g.settings(recordedEvents)
	stretch := spike.FromSeconds((s.Settle+s.Learn)/1000 + 0.1)
	h := recordings.Header{Experiment: "gradient", Seed: r.Seed, Program: "burstplex", Resolution: spike.Microsecond}
	next := spike.ID(0)
	first := make([]spike.ID, len(p.Sizes))
	for l := 1; l < len(p.Sizes); l++ {
		first[l] = next
		pop := spike.Population{Name: fmt.Sprintf("layer%d", l), First: next, Size: p.Sizes[l] * s.Neurons}
		next += spike.ID(pop.Size)
		h.Populations = append(h.Populations, recordings.Population{Population: pop, Detector: spike.DefaultDetector()})
	}
	w, err := recordings.Create(filepath.Join(r.Dir, "spikes.bspk"), h, recordings.Replace())
	if err != nil {
		return err
	}
	sum := zeroUpdates(p.Network)
	key := rng.New(r.Seed, "recorded")
	m := NewSimulator(p.BurstCCN, s, true, key)
	for i := range g.Batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := stretch * spike.Tick(i)
		m.Present(mat.DenseCopyOf(p.input.ColView(i)), mat.DenseCopyOf(p.target.ColView(i)), uint64(i))
		var events []spike.Event
		for l := 1; l < len(p.Sizes); l++ {
			events = m.Spikes(events, l, first[l], from, func(unit int) rng.Stream {
				return key.Sub("neurons").Stream(uint64(i)<<32|uint64(l)<<24|uint64(unit), 0)
			})
		}
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
