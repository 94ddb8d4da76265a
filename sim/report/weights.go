package report

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// weights draws, for each projection, how its weights are distributed in the first and the last snapshot of the first
// seed, and beside it their mean and single synapses over time.
type weights struct {
	Projections []string `toml:"projections" doc:"which projections, a row for each; those of record.weights by default"`
	Synapses    int      `toml:"synapses" range:"[0, 50]" doc:"single synapses that are drawn, evenly spaced in the list of all"`
	Times
	shown []string // populations
}

// Check implements Figure.
func (f *weights) Check(x *experiment.Experiment, key string, errs *config.List) {
	f.Times.check(x, key, errs)
	if x.Record.WeightsEvery == 0 {
		errs.Add(x.At("record.weights_every", "the figure %s draws snapshots of weights, and none are recorded",
			strings.TrimPrefix(key, "figures.")).Allow("the time between two snapshots, with record.weights"))
	}
	for i, name := range f.Projections {
		at := fmt.Sprintf("%s.projections[%d]", key, i)
		switch {
		case x.Projections.Get(name) == nil:
			errs.Add(x.NotFound(at, "projection", x.Projections.Names()))
		case !slices.Contains(x.Record.Weights, name):
			errs.Add(x.At(at, "its weights are not recorded").Allow("those of record.weights: " +
				strings.Join(x.Record.Weights, ", ")))
		case slices.Contains(f.Projections[:i], name):
			errs.Add(x.At(at, "is named twice"))
		}
	}
	for _, name := range f.names(x) {
		if p := x.Projections.Get(name); p != nil {
			f.shown = append(f.shown, p.Source, p.Target)
		}
	}
}

// names are the projections that are drawn.
func (f *weights) names(x *experiment.Experiment) []string {
	if len(f.Projections) > 0 {
		return f.Projections
	}
	return x.Record.Weights
}

// Observe implements Figure.
func (f *weights) Observe(*Observation) any { return nil }

// Shows implements Figure.
func (f *weights) Shows(population string) bool { return slices.Contains(f.shown, population) }

// Draw implements Figure.
func (f *weights) Draw(d *Report, _ []any) figure.Figure {
	page := figure.Page{}
	r, err := recordings.Open(filepath.Join(d.dir, RecordingFile(d.obs[0].seed)))
	if err != nil {
		return page
	}
	defer r.Close()
	w, _ := f.Window(d.Experiment)
	for _, name := range f.names(d.Experiment) {
		c := f.course(r, "weights-"+name, w)
		if len(c.at) == 0 {
			continue
		}
		t, unit := clock(w)
		x := make([]float64, len(c.at))
		for k, at := range c.at {
			x[k] = t(at)
		}
		edges := edgesOf(c.first, c.last)
		shares := figure.Panel{Title: spaced(name), X: figure.Axis{Label: "weight", Tight: true},
			Y: figure.Axis{Label: "share of synapses", Unit: "%", Zero: true}}
		for i, of := range [][]float32{c.first, c.last} {
			label := fmt.Sprintf("at %.4g %s", x[i*(len(x)-1)], unit)
			shares.Marks = append(shares.Marks, figure.Bars{Name: label, Edges: edges, Values: percentIn(edges, of),
				Color: figure.Cycle(i), Open: true})
		}
		course := figure.Panel{X: figure.Axis{Label: "time", Unit: unit, Range: [2]float64{t(w.From), t(w.To)}},
			Y: figure.Axis{Label: "weight"}}
		for i, y := range c.single {
			course.Marks = append(course.Marks, figure.Line{Name: fmt.Sprintf("synapse %d", c.which[i]), X: x, Y: y,
				Color: figure.Cycle((i + 2) % 6), Thin: true, Quiet: true})
		}
		course.Marks = append(course.Marks, figure.Line{Name: "mean", X: x, Y: c.mean, SD: c.sd, Color: figure.Black})
		page.Rows = append(page.Rows, figure.Row{Height: 36, Panels: []figure.Panel{shares, course}})
	}
	return page
}

// weightCourse is what is drawn of the snapshots of a projection.
type weightCourse struct {
	at          []spike.Tick
	mean, sd    []float64 // over synapses
	which       []int
	single      [][]float64 // of each of which, over time
	first, last []float32   // all weights
}

// course reads the snapshots of a table in a window, its end included, one after the other.
func (f *weights) course(r *recordings.Reader, table string, w spike.Window) (c weightCourse) {
	tables, _ := r.Tables() // without those that are damaged
	for _, info := range tables {
		if info.Name != table || info.At < w.From || info.At > w.To {
			continue
		}
		t, err := r.Table(table, info.At)
		if err != nil || t.Column("weight") == nil {
			continue
		}
		all, is := t.Column("weight").Data.([]float32)
		if !is || len(all) == 0 {
			continue
		}
		if c.first == nil {
			c.first = all
			n := min(f.Synapses, len(all))
			c.single = make([][]float64, n)
			for k := range n {
				c.which = append(c.which, k*len(all)/n)
			}
		}
		c.last = all
		sum, squares := 0.0, 0.0
		for _, v := range all {
			sum += float64(v)
		}
		mean := sum / float64(len(all))
		for _, v := range all {
			squares += (float64(v) - mean) * (float64(v) - mean)
		}
		c.at, c.mean = append(c.at, info.At), append(c.mean, mean)
		c.sd = append(c.sd, math.Sqrt(squares/float64(len(all))))
		for k, i := range c.which {
			c.single[k] = append(c.single[k], float64(all[i]))
		}
	}
	return c
}

const weightBins = 40

// edgesOf returns the edges of bins that hold all weights.
func edgesOf(of ...[]float32) (edges []float64) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, all := range of {
		lo, hi = min(lo, float64(slices.Min(all))), max(hi, float64(slices.Max(all)))
	}
	if hi == lo { // all are equal: a bin around them
		d := max(1e-9, 0.5*math.Abs(lo))
		lo, hi = lo-d, hi+d
	}
	for k := range weightBins + 1 {
		edges = append(edges, lo+(hi-lo)*float64(k)/weightBins)
	}
	return edges
}

// percentIn is the share of values in each bin, %.
func percentIn(edges []float64, values []float32) []float64 {
	n := len(edges) - 1
	out := make([]float64, n)
	for _, v := range values {
		k := int(float64(n) * (float64(v) - edges[0]) / (edges[n] - edges[0]))
		out[min(n-1, max(0, k))] += 100 / float64(len(values))
	}
	return out
}

// Caption implements Figure.
func (f *weights) Caption(d *Report) string {
	says := "Weights of " + strings.Join(f.names(d.Experiment), ", ") + " in the units of their receptors, first seed: " +
		"distribution in the first and the last snapshot; mean over synapses with a band of one standard deviation"
	if f.Synapses > 0 {
		says += ", and single synapses (thin)"
	}
	return says + "."
}
