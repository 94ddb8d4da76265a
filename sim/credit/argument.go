package credit

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/plasticity/reference"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/task"
)

// point is what spikes did in one unit and presentation, beside what the exact calculation says.
type point struct {
	Step, Layer  int // step of the argument in docs/derivation.md, and layer of the unit
	X, Y         float64
	Unit, Sample int
}

// argue simulates what each step of the derivation (docs/derivation.md) claims of single units, on the first seed,
// with at_k events a unit: one point per unit and presentation.
//
//	step 1: x = -p_b ∂E/∂v of an output unit, y = its bursts in excess of p_b, per K
//	step 2: x = what bursts bring to a hidden dendrite through Y without a teacher, y = what events take through Q
//	step 3: x = apical drive times h, y = burst probability of a hidden unit's events, over all gains
//	step 5: x = layers below the output in the deepest network, y = root mean square of apical drives; unit is the number of the gain
func (g *Gradient) argue(ctx context.Context, r *task.Run) ([]point, error) {
	s, seed := g.settings(g.AtK), r.Seed
	var all []point
	// gather runs one batch and appends the points of each presentation, in order.
	gather := func(p problem, teacher bool, name string, read func(i int, m *Simulator) []point) error {
		parts := make([][]point, g.Batch)
		err := p.present(ctx, r, s, teacher, rng.New(seed, "argument", name),
			func(i int, m *Simulator) { parts[i] = read(i, m) })
		for _, part := range parts {
			all = append(all, part...)
		}
		return err
	}
	p := g.problem(g.Hidden, g.Gain, seed)
	e := p.Forward(p.input)
	top := len(p.Sizes) - 1
	err := gather(p, true, "output", func(i int, m *Simulator) (points []point) {
		for j := range g.Outputs {
			rate, want := e[top].At(j, i), p.target.At(j, i)
			points = append(points, point{Step: 1, Layer: top, Unit: j, Sample: i,
				X: g.PB * (want - rate) * rate * (1 - rate), Y: m.Excess(top, j)})
		}
		return points
	})
	if err != nil {
		return nil, err
	}
	err = gather(p, false, "no teacher", func(i int, m *Simulator) (points []point) {
		for l := 1; l < top; l++ {
			bursts, events := m.Drive(l)
			for j := range g.Units {
				points = append(points, point{Step: 2, Layer: l, Unit: j, Sample: i, X: bursts.AtVec(j), Y: events.AtVec(j)})
			}
		}
		return points
	})
	if err != nil {
		return nil, err
	}
	for _, gain := range g.Gains {
		q := g.problem(g.Hidden, gain, seed)
		err := gather(q, true, fmt.Sprint("gain ", gain), func(i int, m *Simulator) (points []point) {
			l := top - 1
			bursts, events := m.Drive(l)
			for j := range g.Units {
				rate := m.Rate(l, j)
				points = append(points, point{Step: 3, Layer: l, Unit: j, Sample: i,
					X: (bursts.AtVec(j) - events.AtVec(j)) * (1 - rate), Y: g.PB + m.Excess(l, j)/rate})
			}
			return points
		})
		if err != nil {
			return nil, err
		}
	}
	deepest := slices.Max(append([]int{g.Hidden}, g.Depths...))
	for k, gain := range g.Gains {
		err := gather(g.problem(deepest, gain, seed), true, fmt.Sprint("depth, gain ", gain),
			func(i int, m *Simulator) (points []point) {
				for l := 1; l <= deepest; l++ {
					bursts, events := m.Drive(l)
					bursts.SubVec(bursts, events)
					points = append(points, point{Step: 5, Layer: l, Unit: k, Sample: i, X: float64(deepest + 1 - l),
						Y: mat.Norm(bursts, 2) / math.Sqrt(float64(g.Units))})
				}
				return points
			})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// drawArgument draws a figure for each step of the derivation, figures/step-N, and writes the points as steps.csv.
func (g *Gradient) drawArgument(r *task.Run, all []point, out []result, drifts []drift) error {
	var rows [][]string
	for _, p := range all {
		rows = append(rows, []string{fmt.Sprint(p.Step), fmt.Sprint(p.Layer), fmt.Sprint(p.Unit), fmt.Sprint(p.Sample),
			task.Number(p.X), task.Number(p.Y)})
	}
	if err := r.Table("steps.csv", []string{"step", "layer", "unit", "presentation", "x", "y"}, rows); err != nil {
		return err
	}
	cloud := func(step, layer int, name string, color figure.Color) figure.Points {
		c := figure.Points{Name: name, Color: color, Diameter: 2}
		for _, p := range all {
			if p.Step == step && p.Layer == layer {
				c.X, c.Y = append(c.X, p.X), append(c.Y, p.Y)
			}
		}
		return c
	}
	diagonal := func(name string, from, to float64) figure.Line {
		return figure.Line{Name: name, X: []float64{from, to}, Y: []float64{from, to}, Dash: figure.Dashed, Thin: true,
			Color: figure.Black}
	}
	span := func(v []float64) (low, high float64) { // infinite if there is nothing: without gains, for example
		low, high = math.Inf(1), math.Inf(-1)
		for _, x := range v {
			low, high = min(low, x), max(high, x)
		}
		return low, high
	}
	save := func(step int, panels ...figure.Panel) error {
		return figure.SaveWith(filepath.Join(r.Dir, "figures", fmt.Sprintf("step-%d", step)),
			figure.Page{Width: float64(len(panels)) * figure.SingleColumn, Rows: []figure.Row{{Height: 46, Panels: panels}}},
			fmt.Sprintf("Step %d of the argument of docs/derivation.md: what it says against what was simulated, in a batch "+
				"of %d "+
				"presentations, seed %d.", step, g.Batch, r.Seed))
	}

	output := cloud(1, g.Hidden+1, "units", figure.Cycle(0))
	low, high := span(output.X)
	if err := save(1, figure.Panel{Title: "output", Note: fmt.Sprintf("r = %.4f", stat.Correlation(output.X, output.Y,
		nil)),
		X:     figure.Axis{Label: "error, -p_b ∂E/∂v"},
		Y:     figure.Axis{Label: "excess bursts / K"},
		Marks: []figure.Mark{output, diagonal("equal", low, high)}}); err != nil {
		return err
	}

	cancel := figure.Panel{Title: "without a teacher", X: figure.Axis{Label: "brought by bursts, Yᵀb"},
		Y: figure.Axis{Label: "taken by events, Qᵀe"}}
	drifting := figure.Panel{Title: "weights", X: figure.Axis{Label: "layer", Names: layerNames(g.Hidden + 1)},
		Y: figure.Axis{Label: "mean change (r.m.s. with teacher)"}}
	low, high = math.Inf(1), math.Inf(-1)
	for l := 1; l <= g.Hidden; l++ {
		c := cloud(2, l, fmt.Sprintf("layer %d", l), figure.Cycle(l-1))
		a, b := span(c.X)
		low, high = min(low, a), max(high, b)
		cancel.Marks = append(cancel.Marks, c)
	}
	cancel.Marks = append(cancel.Marks, diagonal("equal", low, high))
	without := figure.Points{Name: "no teacher ± s.e.", Color: figure.Cycle(1)}
	for _, d := range drifts {
		without.X, without.Y, without.SD = append(without.X, float64(d.Layer)-.5), append(without.Y, d.Mean/d.Size),
			append(without.SD, d.Sem/d.Size)
	}
	drifting.Marks = []figure.Mark{figure.Rule{At: 0, Across: true}, without}
	if err := save(2, cancel, drifting); err != nil {
		return err
	}

	bend := cloud(3, g.Hidden, "units", figure.Cycle(0))
	tangent, curve := figure.Line{Name: "slope 1", Dash: figure.Dashed, Thin: true, Color: figure.Black},
		figure.Line{Name: "σ̄", Thin: true, Color: figure.Cycle(1)}
	low, high = span(bend.X)
	for i := range 101 {
		z := low + (high-low)*float64(i)/100
		curve.X, curve.Y = append(curve.X, z), append(curve.Y, reference.Probability(z, g.PB))
		if math.Abs(z) < g.PB {
			tangent.X, tangent.Y = append(tangent.X, z), append(tangent.Y, g.PB+z)
		}
	}
	if err := save(3, figure.Panel{Title: "last hidden layer", X: figure.Axis{Label: "apical drive × h"},
		Y:     figure.Axis{Label: "burst probability"},
		Marks: []figure.Mark{bend, tangent, curve}}); err != nil {
		return err
	}

	aligned := figure.Panel{Title: "every layer", X: figure.Axis{Label: "feedback gain"},
		Y: figure.Axis{Label: "angle to gradient", Unit: "degrees", Zero: true}}
	for l := 1; l <= g.Hidden+1; l++ {
		layer, gain := func(r result) bool { return r.Layer == l }, func(r result) float64 { return r.Gain }
		x, spikes, sd := pick(out, "gain", layer, gain, toBP)
		_, floor, _ := pick(out, "gain", layer, gain, func(r result) float64 { return r.Floor })
		color := figure.Cycle(l - 1)
		aligned.Marks = append(aligned.Marks, figure.Line{Name: fmt.Sprintf("layer %d", l), X: x, Y: spikes, SD: sd,
			Dots: true, Color: color},
			figure.Line{Name: "without noise", X: x, Y: floor, Dash: figure.Dashed, Thin: true, Color: color, Quiet: l > 1})
	}
	if err := save(4, aligned); err != nil {
		return err
	}

	shrink := figure.Panel{Title: "down the layers", X: figure.Axis{Label: "layers below the output"},
		Y: figure.Axis{Label: "r.m.s. apical drive", Log: true}}
	for k, gain := range g.Gains {
		squares := map[float64]float64{} // mean over presentations
		for _, p := range all {
			if p.Step == 5 && p.Unit == k {
				squares[p.X] += p.Y * p.Y / float64(g.Batch)
			}
		}
		line := figure.Line{Name: fmt.Sprint("gain ", gain), Dots: true}
		for x := 1.0; squares[x] > 0; x++ {
			line.X, line.Y = append(line.X, x), append(line.Y, math.Sqrt(squares[x]))
		}
		shrink.Marks = append(shrink.Marks, line)
	}
	return save(5, shrink)
}

func layerNames(n int) (names []string) {
	for l := range n {
		names = append(names, fmt.Sprint(l+1))
	}
	return names
}
