package report

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// probes draws what probes have recorded of one neuron of the first seed, with units: potentials with spikes and bursts
// marked, gates, conductances, currents; a row for each population and unit.
type probes struct {
	Probes []string `toml:"probes" doc:"which probes, a row for each population and unit; all by default"`
	Neuron int      `toml:"neuron" range:"[-1, 100000000]" doc:"which neuron of its population; -1: the first that the probe has"`
	Inputs []string `toml:"inputs" doc:"stimuli that are drawn below"`
	Joint  bool     `toml:"together" doc:"one row for each unit, whatever the population"`
	Times
	shown []string // populations
}

// Check implements Figure.
func (f *probes) Check(x *experiment.Experiment, key string, errs *config.List) {
	f.Times.check(x, key, errs)
	x.CheckStimuli(errs, key+".inputs", f.Inputs...)
	for i, name := range f.Probes {
		if x.Probes.Get(name) == nil {
			errs.Add(x.NotFound(fmt.Sprintf("%s.probes[%d]", key, i), "probe", x.Probes.Names()))
		}
	}
	if x.Probes.Len() == 0 {
		errs.Add(x.At(key+".kind", "shows probes, and there are none").Allow("[probes.NAME]"))
	}
	if !x.Record.Spikes {
		errs.Add(x.At("record.spikes", "probes are part of the recording, which the figure %s reads",
			strings.TrimPrefix(key, "figures.")).Allow("true"))
	}
	for _, name := range f.names(x) {
		if p := x.Probes.Get(name); p != nil {
			f.shown = append(f.shown, p.Population)
		}
		if p := x.Probes.Get(name); f.Neuron >= 0 && p != nil && !selects(p, f.Neuron) {
			errs.Add(x.At(key+".neuron", "the probe %s does not record it", name))
		}
	}
}

// selects reports whether a probe records a neuron.
func selects(p *experiment.Probe, i int) bool {
	return i >= p.First && (p.Last == 0 || i < p.Last) && (i-p.First)%p.Stride == 0
}

// names are the probes that are drawn.
func (f *probes) names(x *experiment.Experiment) []string {
	if len(f.Probes) > 0 {
		return f.Probes
	}
	return x.Probes.Names()
}

// Observe implements Figure.
func (f *probes) Observe(*Observation) any { return nil }

// Shows implements Figure.
func (f *probes) Shows(population string) bool { return slices.Contains(f.shown, population) }

// row names the row that a probe of a unit is drawn in.
func (f *probes) row(p *experiment.Probe, unit string) string {
	if f.Joint {
		return unit
	}
	return p.Population + " " + unit
}

// neuron is the one that is drawn of a probe.
func (f *probes) neuron(p *experiment.Probe) int {
	if f.Neuron >= 0 {
		return f.Neuron
	}
	return p.First
}

// Draw implements Figure.
func (f *probes) Draw(d *Report, _ []any) figure.Figure {
	w, _ := f.Window(d.Experiment)
	t, unit := clock(w)
	page := figure.Page{}
	r, err := recordings.Open(filepath.Join(d.dir, RecordingFile(d.obs[0].seed)))
	if err != nil {
		return page
	}
	defer r.Close()
	time := figure.Axis{Label: "time", Unit: unit, Range: [2]float64{t(w.From), t(w.To)}}
	rows := map[string]int{}
	for _, name := range f.names(d.Experiment) {
		p := d.Probes.Get(name)
		line, of, ok := f.course(r, name, w, t)
		if !ok {
			continue
		}
		line.Name = spaced(p.Variable)
		if f.Joint {
			line.Name = spaced(p.Population + " " + p.Variable)
		}
		key := f.row(p, of)
		k, known := rows[key]
		if !known {
			k = len(page.Rows)
			rows[key] = k
			label := map[string]string{"mV": "potential", "pA": "current", "leak": "conductance", "nS": "conductance"}[of]
			if label == "" && of == "" {
				label = "variable"
			}
			title := ""
			if len(d.Populations()) > 1 && !f.Joint {
				title = spaced(p.Population)
			}
			page.Rows = append(page.Rows,
				figure.Row{Height: 24, Panels: []figure.Panel{{Title: title, X: time, Y: figure.Axis{Label: label, Unit: of}}}})
		}
		panel := &page.Rows[k].Panels[0]
		line.Color = figure.Cycle(len(panel.Marks))
		panel.Marks = append(panel.Marks, line)
		page.Rows[k].Height = 32
	}
	for _, name := range f.names(d.Experiment) { // spikes stand above the first potentials of their neuron
		p := d.Probes.Get(name)
		key := f.row(p, "mV")
		if k, ok := rows[key]; ok {
			delete(rows, key)
			panel := &page.Rows[k].Panels[0]
			panel.Marks = append(panel.Marks, f.spikes(d, r, p, w, t, panel.Marks)...)
		}
	}
	if len(f.Inputs) > 0 {
		panel := figure.Panel{X: time, Y: figure.Axis{Label: "injected", Unit: "pA", Zero: true}}
		bins := analysis.NewBins(w, max(d.Experiment.Experiment.Step, w.Len()/1500))
		for i, name := range f.Inputs {
			line := figure.Line{Name: spaced(name), Y: d.current(d.obs[0], bins, d.nets[0], name), Color: figure.Cycle(i + 3)}
			for k := range line.Y {
				line.X = append(line.X, t(bins.Bin(k).From+bins.Width/2))
			}
			panel.Marks = append(panel.Marks, line)
		}
		page.Rows = append(page.Rows, figure.Row{Height: 20, Panels: []figure.Panel{panel}})
	}
	return page
}

// clock returns the unit in which people read the times of a window, and a time in it.
func clock(w spike.Window) (t func(spike.Tick) float64, unit string) {
	if w.Len() < 3*spike.Second {
		return spike.Tick.Milliseconds, "ms"
	}
	return spike.Tick.Seconds, "s"
}

// course reads a probe of the neuron.
func (f *probes) course(r *recordings.Reader, name string, w spike.Window,
	t func(spike.Tick) float64) (line figure.Line, unit string, ok bool) {
	table, err := r.Series(name)
	if err != nil || len(table.Columns) < 3 {
		return line, "", false
	}
	times, is := table.Columns[0].Data.([]int64)
	neurons, is2 := table.Columns[1].Data.([]uint32)
	values, is3 := table.Columns[2].Data.([]float64)
	if !is || !is2 || !is3 || len(neurons) == 0 {
		return line, "", false
	}
	want := neurons[0]
	if f.Neuron >= 0 {
		want = uint32(f.Neuron)
	}
	for k, at := range times {
		if neurons[k] == want && spike.Tick(at) >= w.From && spike.Tick(at) <= w.To {
			line.X, line.Y = append(line.X, t(spike.Tick(at))), append(line.Y, values[k])
		}
	}
	return line, table.Columns[2].Unit, len(line.X) > 0
}

// spikes marks those of a neuron above its courses: the onsets of events, and the other spikes of bursts.
func (f *probes) spikes(d *Report, r *recordings.Reader, p *experiment.Probe, w spike.Window,
	t func(spike.Tick) float64, courses []figure.Mark) []figure.Mark {
	lo, hi := 1e300, -1e300
	for _, m := range courses {
		for _, y := range m.(figure.Line).Y {
			lo, hi = min(lo, y), max(hi, y)
		}
	}
	k := slices.IndexFunc(d.Populations(), func(q spike.Population) bool { return q.Name == p.Population })
	id := d.Populations()[k].First + spike.ID(f.neuron(p))
	onsets := figure.Points{Name: "event", Color: figure.Black, Diameter: 3}
	others := figure.Points{Name: "further spikes of a burst", Color: figure.Cycle(1), Diameter: 3}
	y := hi + max(1e-9, 0.06*(hi-lo))
	for e, err := range r.Spikes(recordings.Query{Window: w}) {
		if err != nil {
			break
		}
		if e.Src != id {
			continue
		}
		to := &others
		if e.Kind == spike.Onset {
			to = &onsets
		}
		to.X, to.Y = append(to.X, t(e.At)), append(to.Y, y)
	}
	var out []figure.Mark
	for _, m := range []figure.Points{onsets, others} {
		if len(m.X) > 0 {
			out = append(out, m)
		}
	}
	return out
}

// Caption implements Figure.
func (f *probes) Caption(d *Report) string {
	var of []string
	for _, name := range f.names(d.Experiment) {
		p := d.Probes.Get(name)
		of = append(of, fmt.Sprintf("%s of %s %d", p.Variable, p.Population, f.neuron(p)))
	}
	return "Variables of single neurons, first seed: " + strings.Join(of, ", ") + ". Dots: spikes, at their times."
}
