package report

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Report is what figures are made from: one network and one observation per seed.
type Report struct {
	*experiment.Experiment
	nets []*sim.Network
	obs  []*Observation

	presented []presentations // empty without a protocol
	unseen    bool            // of some seed nothing is kept but its presentations
}

// New returns an empty report of so many seeds.
func New(x *experiment.Experiment, seeds int) *Report {
	return &Report{Experiment: x, nets: make([]*sim.Network, seeds), obs: make([]*Observation, seeds)}
}

// Observe returns what the spikes of seed number k must be added to.
func (d *Report) Observe(k int, net *sim.Network) *Observation {
	d.nets[k], d.obs[k] = net, observe(d.Experiment, net.Seed, net)
	return d.obs[k]
}

// draw writes the figures of the given names (all if none are given) and the comparison into dir.
func (d *Report) draw(dir string, rows []Measured, names ...string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, f := range d.Figures.All() {
		if len(names) > 0 && !slices.Contains(names, name) || d.unseen && !f.OfPresentations() {
			continue
		}
		if err := errors.Join(figure.Save(filepath.Join(dir, name), d.figure(name, f)), d.writeCaption(dir, name, f)); err != nil {
			return err
		}
	}
	if len(rows) > 0 && (len(names) == 0 || slices.Contains(names, "comparison")) {
		return figure.Save(filepath.Join(dir, "comparison"), comparison(rows))
	}
	return nil
}

func (d *Report) figure(name string, f *experiment.Figure) figure.Figure {
	switch f.Kind {
	case "multiplexing":
		return d.multiplexing(name, f)
	case "patterns":
		return d.patterns(f)
	case "learning":
		return d.learning(f)
	case "teaching":
		return d.teaching(f)
	case "raster":
		return d.rasterFigure(name, f)
	case "isi":
		return d.intervals(name, f)
	case "responses":
		return d.responses(name, f)
	case "coherence":
		return d.coherence(f)
	case "sensitivity":
		return d.sensitivity(name, f)
	}
	return d.traces(f)
}

// Band returns a trace in bins, mean and standard deviation over seeds: a variable of a population (Hz, probabilities 0 to 1) or a stimulus
// (pA), named as in [[compare]].
func (d *Report) Band(trace string) analysis.Band { return d.overSeeds(trace) }

// references reads the known courses of a trace from the figure's reference file.
func (d *Report) references(f *experiment.Figure, trace string) []figure.Reference {
	if f.Reference == "" {
		return nil
	}
	var out []figure.Reference
	for _, known := range []struct{ key, name string }{{" limit", "limit of small steps"}, {" published", "published program"}} {
		time, values, ok := experiment.Reference(f.Reference, trace+known.key)
		if !ok {
			continue
		}
		if strings.HasSuffix(trace, "probability") {
			for i := range values {
				values[i] /= 100
			}
		}
		out = append(out, figure.Reference{Name: known.name, Time: time, Values: values})
	}
	return out
}

func (d *Report) multiplexing(name string, f *experiment.Figure) figure.Figure {
	lower, upper := f.Populations[0], f.Populations[1]
	v := d.view(f)
	course := func(trace string) figure.Course {
		b := v.band(trace)
		return figure.Course{Mean: b.Mean, SD: b.SD, References: d.references(f, trace)}
	}
	m := figure.Multiplexing{Lower: lower, Upper: upper, Time: v.time, Shown: v.seconds(),
		SomaticCurrent: v.band("stimuli." + f.Inputs[0]).Mean, DendriticCurrent: v.band("stimuli." + f.Inputs[1]).Mean,
		LowerEvents: course(lower + ".event_rate"), UpperEvents: course(upper + ".event_rate"),
		UpperProbability: course(upper + ".burst_probability"), LowerProbability: course(lower + ".burst_probability"),
		UpperBursts: course(upper + ".burst_rate"), CorrelateFrom: d.settledFrom()}
	m.LowerRaster, m.UpperRaster = d.raster(name, lower), d.raster(name, upper)
	return m
}

// raster returns the raster of a population of the first seed.
func (d *Report) raster(name, population string) figure.Raster {
	r := d.obs[0].raster[name+"/"+population]
	if r == nil {
		return figure.Raster{}
	}
	seconds, row, burst := r.Points()
	out := figure.Raster{Name: population, Time: seconds, Row: row, Burst: burst, Rows: float64(r.Rows())}
	first := d.obs[0].pops[d.obs[0].population(population)].First
	for _, id := range r.Neurons() {
		out.Neuron = append(out.Neuron, int(id-first))
	}
	return out
}

func (d *Report) rasterFigure(name string, f *experiment.Figure) figure.Figure {
	v := d.view(f)
	s := figure.Spikes{Time: v.time, Shown: v.seconds()}
	for _, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		r := d.raster(name, p.Name)
		s.Blocks = append(s.Blocks, figure.Block{Name: p.Name, Rows: int(r.Rows), Neuron: r.Neuron, Time: r.Time, Row: r.Row, Burst: r.Burst})
		b := v.band(p.Name + ".spike_rate")
		s.Rates = append(s.Rates, figure.Rate{Name: p.Name, Mean: b.Mean, SD: b.SD})
	}
	return s
}

// view is the part of all courses that a figure shows: bins that lie in its time, wholly or in part.
type view struct {
	d      *Report
	window spike.Window
	lo, hi int
	time   []float64 // centres of the bins, s
}

func (d *Report) view(f *experiment.Figure) view {
	v := view{d: d, window: d.Shown(f)}
	bins := d.obs[0].bins
	for v.lo < bins.N && bins.Bin(v.lo).To <= v.window.From {
		v.lo++
	}
	for v.hi = v.lo; v.hi < bins.N && bins.Bin(v.hi).From < v.window.To; {
		v.hi++
	}
	v.time = bins.Centers()[v.lo:v.hi]
	return v
}

func (v view) band(trace string) analysis.Band {
	b := v.d.Band(trace)
	return analysis.Band{Mean: b.Mean[v.lo:v.hi], SD: b.SD[v.lo:v.hi], N: b.N[v.lo:v.hi]}
}

// seconds are the limits of the time axis.
func (v view) seconds() [2]float64 { return [2]float64{v.window.From.Seconds(), v.window.To.Seconds()} }

func (d *Report) traces(f *experiment.Figure) figure.Figure {
	v := d.view(f)
	t := figure.Traces{Time: v.time, Shown: v.seconds()}
	for _, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		for _, of := range []struct{ key, label, unit string }{{"event_rate", "event rate", "Hz"}, {"burst_rate", "burst rate", "Hz"}, {"burst_probability", "burst probability", "%"}} {
			b := v.band(p.Name + "." + of.key)
			tr := figure.Trace{Name: p.Name + " " + of.label, Label: of.label, Unit: of.unit, Mean: b.Mean, SD: b.SD,
				References: d.references(f, p.Name+"."+of.key)}
			if of.unit == "%" {
				percent(b.Mean)
				percent(b.SD)
				for _, r := range tr.References {
					percent(r.Values)
				}
			}
			if of.key == "event_rate" {
				tr.References = append(tr.References, d.aims(p.Name)...)
			}
			for _, in := range f.Inputs {
				s := d.Stimuli.Get(in)
				if s.Population == p.Name && (s.Port == "apical") == (of.key == "burst_probability") {
					tr.Overlay = figure.Overlay{Name: in, Label: "current", Unit: "pA", Values: v.band("stimuli." + in).Mean}
					tr.Correlate, tr.CorrelateFrom = true, d.settledFrom()
				}
			}
			t.Traces = append(t.Traces, tr)
		}
	}
	return t
}

// aims returns the event rates that linear teachers of a population aimed at, as courses with gaps where nothing was taught.
func (d *Report) aims(population string) (all []figure.Reference) {
	protocol := d.Presentations(d.nets[0].Seed)
	for name, t := range d.Teachers.All() {
		if protocol == nil || t.Population != population || t.Kind != "linear" || t.Always {
			continue
		}
		r := figure.Reference{Name: name}
		for i := range protocol.Len() {
			at := protocol.At(i)
			value := math.NaN()
			for _, aim := range protocol.Patterns[at.Pattern].Targets {
				if from := protocol.Stages[at.Stage].TeachFrom; aim.Teacher == name && from < at.Len() {
					value, at.From = aim.Value, at.From+from
				}
			}
			r.Time, r.Values = append(r.Time, at.From.Seconds(), at.To.Seconds()), append(r.Values, value, value)
		}
		all = append(all, r)
	}
	return all
}

func percent(v []float64) {
	for i := range v {
		v[i] *= 100
	}
}

func (d *Report) intervals(name string, f *experiment.Figure) figure.Figure {
	out := figure.Intervals{Threshold: d.Burst.Threshold.Milliseconds()}
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		var shares [][]float64
		var below []float64
		var h analysis.Histogram
		for _, o := range d.obs {
			h = o.intervals[name].Histograms()[i]
			shares = append(shares, h.Fraction())
			below = append(below, h.ShareBelow(d.Burst.Threshold))
		}
		share, _, _ := analysis.Summary(below)
		out.Populations = append(out.Populations, figure.IntervalShares{Name: p.Name, Edges: h.EdgesMilliseconds(), Shares: analysis.OverSeeds(shares...).Mean, Below: share})
	}
	return out
}

func (d *Report) sensitivity(name string, f *experiment.Figure) figure.Figure {
	out := figure.Sensitivity{Thresholds: thresholds, Default: d.Burst.Threshold.Milliseconds()}
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		var er, br, bp [][]float64
		for _, o := range d.obs {
			c := o.sensitivity[name].Curve(i)
			er, br, bp = append(er, c.EventRate), append(br, c.BurstRate), append(bp, c.BurstProbability)
		}
		e, b, q := analysis.OverSeeds(er...), analysis.OverSeeds(br...), analysis.OverSeeds(bp...)
		out.Populations = append(out.Populations, figure.SensitivityOf{Name: p.Name, EventRate: e.Mean, EventRateSD: e.SD,
			BurstRate: b.Mean, BurstRateSD: b.SD, Probability: q.Mean, ProbabilitySD: q.SD})
	}
	return out
}

// responses draws what populations say against the levels of the stimuli that step through them.
func (d *Report) responses(name string, f *experiment.Figure) figure.Figure {
	var out figure.Responses
	for _, port := range []string{"soma", "apical"} {
		in := figure.Input{Label: map[string]string{"soma": "somatic current", "apical": "dendritic current"}[port], Unit: "pA"}
		for _, stimulus := range f.Inputs {
			s := d.Stimuli.Get(stimulus)
			if s.Port != port {
				continue
			}
			for _, population := range d.answering(f, s) {
				var curves []analysis.Curve
				for k, o := range d.obs {
					c := o.steps[name].Courses()[o.population(population)]
					skip := int((f.Skip + c.Bins.Width - 1) / c.Bins.Width)
					curves = append(curves, analysis.Staircase(c, d.levels(o, c.Bins, d.nets[k], stimulus), skip))
				}
				r := response(curves)
				if r.Name = population; len(f.Populations) > 0 && len(f.Inputs) > 1 {
					r.Name += ", " + spaced(stimulus)
				}
				in.Curves = append(in.Curves, r)
			}
		}
		if len(in.Curves) > 0 {
			out.Inputs = append(out.Inputs, in)
		}
	}
	return out
}

// levels are the currents of a stimulus that steps, in bins, rounded to 1e-6 pA: equal levels are equal numbers.
func (d *Report) levels(o *Observation, bins analysis.Bins, net *sim.Network, stimulus string) []float64 {
	levels := d.current(o, bins, net, stimulus)
	for i, v := range levels {
		levels[i] = math.Round(v*1e6) / 1e6
	}
	return levels
}

// answering returns the populations of which a figure shows what a stimulus does: by default the one that receives it.
func (d *Report) answering(f *experiment.Figure, s *experiment.Stimulus) []string {
	if len(f.Populations) == 0 {
		return []string{s.Population}
	}
	return f.Populations
}

// response is the mean over seeds of curves, which may have reached different levels of the input.
func response(curves []analysis.Curve) (r figure.Response) {
	for _, c := range curves {
		r.Input = append(r.Input, c.Input...)
	}
	slices.Sort(r.Input)
	r.Input = slices.Compact(r.Input)
	over := func(values func(analysis.Curve) []float64) analysis.Band {
		var all [][]float64
		for _, c := range curves {
			row := make([]float64, len(r.Input))
			for i, level := range r.Input {
				if row[i] = math.NaN(); slices.Contains(c.Input, level) {
					row[i] = values(c)[slices.Index(c.Input, level)]
				}
			}
			all = append(all, row)
		}
		return analysis.OverSeeds(all...)
	}
	e := over(func(c analysis.Curve) []float64 { return c.EventRate })
	b := over(func(c analysis.Curve) []float64 { return c.BurstRate })
	p := over(func(c analysis.Curve) []float64 { return c.BurstProbability })
	r.EventRate, r.EventRateSD, r.BurstRate, r.BurstRateSD, r.Probability, r.ProbabilitySD = e.Mean, e.SD, b.Mean, b.SD, p.Mean, p.SD
	return r
}

// segment is the number of bins of a segment of the coherence, of n bins in all: 128 where there are enough for several.
func segment(n int) int { return max(4, min(128, n/8*2)) }

// coherence draws which frequencies of the inputs populations transmit.
func (d *Report) coherence(f *experiment.Figure) figure.Figure {
	var out figure.Coherence
	for _, name := range f.Inputs {
		s := d.Stimuli.Get(name)
		of := figure.CoherenceOf{Input: spaced(name), Confidence: 0.95}
		for _, population := range d.answering(f, s) {
			for _, v := range []struct{ key, name string }{{"event_rate", "event rate"}, {"burst_probability", "burst probability"}} {
				var values [][]float64
				for k, o := range d.obs {
					current := o.within(d.Shown(f), d.current(o, o.bins, d.nets[k], name))
					w := analysis.NewWelch(segment(len(current)), d.Experiment.Experiment.Bin.Seconds())
					y, _ := analysis.Interpolate(o.within(d.Shown(f), d.trace(o, d.nets[k], population+"."+v.key)))
					w.Add(current, y)
					spectrum := w.Spectrum()
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

func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }

// comparison draws measured beside known values; correlations, whose deviations in % mean nothing, are left to
// the table.
func comparison(rows []Measured) figure.Figure {
	c := figure.Comparison{References: []string{"limit of small steps", "published program"}, Tolerance: 2}
	for _, m := range rows {
		if m.Unit != "r" {
			c.Quantities = append(c.Quantities, figure.Quantity{Name: m.Name, Unit: m.Unit, Measured: m.Mean, SD: m.SD, Reference: []float64{m.Limit, m.Published}})
		}
	}
	return c
}
