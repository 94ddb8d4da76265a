package report

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	unseen    bool            // some seed has neither a recording nor counts: only its presentations can be drawn
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
		if err := figure.Save(filepath.Join(dir, name), d.figure(name, f)); err != nil {
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
		return d.intervals(f)
	case "responses":
		return d.responses(f)
	case "coherence":
		return d.coherence(f)
	case "sensitivity":
		return d.sensitivity(f)
	}
	return d.traces(f)
}

// Band returns a trace in bins, mean and standard deviation over seeds: a variable of a population (Hz, probabilities 0 to 1) or a stimulus
// (pA), named as in [[compare]].
func (d *Report) Band(trace string) analysis.Band { return d.overSeeds(trace) }

// course is a trace with its known courses.
func (d *Report) course(f *experiment.Figure, trace string) figure.Course {
	b := d.Band(trace)
	return figure.Course{Mean: b.Mean, SD: b.SD, References: d.references(f, trace)}
}

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
	m := figure.Multiplexing{Lower: lower, Upper: upper, Time: d.obs[0].bins.Centers(),
		SomaticCurrent: d.Band("stimuli." + f.Inputs[0]).Mean, DendriticCurrent: d.Band("stimuli." + f.Inputs[1]).Mean,
		LowerEvents: d.course(f, lower+".event_rate"), UpperEvents: d.course(f, upper+".event_rate"),
		UpperProbability: d.course(f, upper+".burst_probability"), LowerProbability: d.course(f, lower+".burst_probability"),
		UpperBursts: d.course(f, upper+".burst_rate"), CorrelateFrom: d.Experiment.Experiment.Settle.Seconds()}
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
	return figure.Raster{Name: population, Time: seconds, Row: row, Burst: burst, Rows: float64(r.Rows())}
}

func (d *Report) rasterFigure(name string, f *experiment.Figure) figure.Figure {
	var s figure.Spikes
	lo, hi := f.From.Seconds(), f.To.Seconds()
	if f.To == 0 {
		hi = d.Experiment.Experiment.Duration.Seconds()
	}
	inside := func(values []float64) (cut []float64) {
		for i, t := range d.obs[0].bins.Centers() {
			if t >= lo && t < hi && values != nil {
				cut = append(cut, values[i])
			}
		}
		return cut
	}
	s.Time = inside(d.obs[0].bins.Centers())
	for _, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		r := d.raster(name, p.Name)
		s.Blocks = append(s.Blocks, figure.Block{Name: p.Name, Rows: int(r.Rows), Time: r.Time, Row: r.Row, Burst: r.Burst})
		b := d.Band(p.Name + ".spike_rate")
		s.Rates = append(s.Rates, figure.Rate{Name: p.Name, Mean: inside(b.Mean), SD: inside(b.SD)})
	}
	return s
}

func (d *Report) traces(f *experiment.Figure) figure.Figure {
	t := figure.Traces{Time: d.obs[0].bins.Centers()}
	for _, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		for _, v := range []struct{ key, label, unit string }{{"event_rate", "event rate", "Hz"}, {"burst_rate", "burst rate", "Hz"}, {"burst_probability", "burst probability", "%"}} {
			b := d.Band(p.Name + "." + v.key)
			if v.unit == "%" {
				percent(b.Mean)
				percent(b.SD)
			}
			tr := figure.Trace{Name: p.Name + " " + v.label, Label: v.label, Unit: v.unit, Mean: b.Mean, SD: b.SD}
			if v.key == "event_rate" {
				tr.References = d.aims(p.Name)
			}
			for _, in := range f.Inputs {
				s := d.Stimuli.Get(in)
				if s.Population == p.Name && (s.Port == "apical") == (v.key == "burst_probability") {
					tr.Overlay = figure.Overlay{Name: in, Label: "current", Unit: "pA", Values: d.Band("stimuli." + in).Mean}
					tr.Correlate, tr.CorrelateFrom = true, d.Experiment.Experiment.Settle.Seconds()
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

func (d *Report) intervals(f *experiment.Figure) figure.Figure {
	out := figure.Intervals{Threshold: d.Burst.Threshold.Milliseconds()}
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		var shares [][]float64
		below := 0.0
		var h analysis.Histogram
		for _, o := range d.obs {
			h = o.intervals.Histograms()[i]
			shares = append(shares, h.Fraction())
			below += h.ShareBelow(d.Burst.Threshold) / float64(len(d.obs))
		}
		out.Populations = append(out.Populations, figure.IntervalShares{Name: p.Name, Edges: h.EdgesMilliseconds(), Shares: analysis.OverSeeds(shares...).Mean, Below: below})
	}
	return out
}

func (d *Report) sensitivity(f *experiment.Figure) figure.Figure {
	out := figure.Sensitivity{Thresholds: thresholds, Default: d.Burst.Threshold.Milliseconds()}
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		var er, br, bp [][]float64
		for _, o := range d.obs {
			c := o.sensitivity.Curve(i)
			er, br, bp = append(er, c.EventRate), append(br, c.BurstRate), append(bp, c.BurstProbability)
		}
		e, b, q := analysis.OverSeeds(er...), analysis.OverSeeds(br...), analysis.OverSeeds(bp...)
		out.Populations = append(out.Populations, figure.SensitivityOf{Name: p.Name, EventRate: e.Mean, EventRateSD: e.SD,
			BurstRate: b.Mean, BurstRateSD: b.SD, Probability: q.Mean, ProbabilitySD: q.SD})
	}
	return out
}

// responses draws what populations say against the levels of the stimuli that step through them.
func (d *Report) responses(f *experiment.Figure) figure.Figure {
	var out figure.Responses
	for _, port := range []string{"soma", "apical"} {
		in := figure.Input{Label: map[string]string{"soma": "somatic current", "apical": "dendritic current"}[port], Unit: "pA"}
		for _, name := range f.Inputs {
			s := d.Stimuli.Get(name)
			if s.Port != port {
				continue
			}
			var er, br, bp [][]float64
			var input []float64
			for k, o := range d.obs {
				levels := d.current(o, d.nets[k], name)
				for i, t := range o.bins.Centers() {
					if t < d.Experiment.Experiment.Settle.Seconds() {
						levels[i] = math.NaN()
					}
				}
				c := analysis.Staircase(o.rates.Courses()[o.population(s.Population)], levels, settleBins)
				input = c.Input
				er, br, bp = append(er, c.EventRate), append(br, c.BurstRate), append(bp, c.BurstProbability)
			}
			e, b, q := analysis.OverSeeds(er...), analysis.OverSeeds(br...), analysis.OverSeeds(bp...)
			in.Curves = append(in.Curves, figure.Response{Name: s.Population, Input: input, EventRate: e.Mean, EventRateSD: e.SD,
				BurstRate: b.Mean, BurstRateSD: b.SD, Probability: q.Mean, ProbabilitySD: q.SD})
		}
		if len(in.Curves) > 0 {
			out.Inputs = append(out.Inputs, in)
		}
	}
	return out
}

// settleBins are left out after each step of a staircase: adaptation takes about 100 ms.
const settleBins = 6

// coherence draws which frequencies of the inputs their populations transmit.
func (d *Report) coherence(f *experiment.Figure) figure.Figure {
	var out figure.Coherence
	const segment = 128
	for _, name := range f.Inputs {
		s := d.Stimuli.Get(name)
		of := figure.CoherenceOf{Input: strings.ReplaceAll(name, "_", " "), Confidence: 0.95}
		for _, v := range []struct{ key, name string }{{"event_rate", "event rate"}, {"burst_probability", "burst probability"}} {
			var values [][]float64
			for k, o := range d.obs {
				w := analysis.NewWelch(segment, d.Experiment.Experiment.Bin.Seconds())
				y, _ := analysis.Interpolate(d.settled(o, d.trace(o, d.nets[k], s.Population+"."+v.key)))
				w.Add(d.settled(o, d.current(o, d.nets[k], name)), y)
				spectrum := w.Spectrum()
				of.Frequency, of.Level = spectrum.Frequency, spectrum.Level(0.95)
				values = append(values, spectrum.Coherence)
			}
			b := analysis.OverSeeds(values...)
			of.Signals = append(of.Signals, figure.CoherentSignal{Name: v.name, Mean: b.Mean, SD: b.SD})
		}
		out.Inputs = append(out.Inputs, of)
	}
	return out
}

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
