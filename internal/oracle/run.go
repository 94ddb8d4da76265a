package oracle

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// run is a comparison.
type run struct {
	c        *Case
	e        *record
	report   *Report
	teachers []*teacher
	onto     []map[int][]int     // by projection and target: synapses
	sent     []map[int][]float64 // by projection and source: see departures
	random   map[superposed][]candidate
}

// mostNeurons is how many neurons of a population are followed; of larger ones, those at the ends of blocks and some
// others.
const mostNeurons = 24

// Check runs a case in the engine and says where the engine is wrong.
func Check(c *Case) (*Report, error) {
	e, err := c.engine()
	if err != nil {
		return nil, err
	}
	r := &run{c: c, e: e, report: &Report{}, onto: make([]map[int][]int, len(c.Net.Projections)),
		sent: make([]map[int][]float64, len(c.Net.Projections)), random: map[superposed][]candidate{}}
	r.checkOrder()
	r.teach()
	for k := range c.Net.Projections {
		r.checkSynapses(k)
	}
	for k := range c.Net.Populations {
		p := &c.Net.Populations[k]
		r.checkLabels(k, p)
		r.checkSource(k, p)
		for _, i := range chosen(p.Size, mostNeurons) {
			r.follow(k, p, i)
		}
	}
	return r.report, nil
}

// chosen returns at most about most neurons of a population.
func chosen(size, most int) []int {
	var all []int
	for i := range size {
		if size <= most || i < 3 || i >= size-3 || i%1024 == 0 || i%1024 == 1023 || i%64 == 0 && i < 200 || i%(size/8) == 5 {
			all = append(all, i)
		}
	}
	return all
}

// checkOrder holds the recorded spikes to canonical order.
func (r *run) checkOrder() {
	for k := 1; k < len(r.e.order); k++ {
		if spike.Compare(r.e.order[k-1], r.e.order[k]) >= 0 {
			r.report.differ("spike %v is recorded after %v", r.e.order[k], r.e.order[k-1])
		}
	}
	if n := len(r.e.order); int64(n) != r.e.counts.Spikes {
		r.report.differ("%d spikes are counted, %d recorded", r.e.counts.Spikes, n)
	}
}

// checkLabels holds the labels of all spikes of a population to the definition of a burst.
func (r *run) checkLabels(k int, p *sim.Population) {
	d := p.Detector
	if d == (spike.Detector{}) {
		d = spike.DefaultDetector()
	}
	for i, t := range r.e.trains[k] {
		if want := labels(d, t.at); !slices.Equal(t.kind, want) {
			r.report.differ("%s[%d] spikes at %v, labelled %v and not %v", p.Name, i, t.at, t.kind, want)
		}
	}
}

// body is a neuron that is taken along the engine's spikes.
type body interface {
	// advance takes it to a time; what arrives before is in the queue.
	advance(to spike.Tick)
	// compare compares its state with the engine's.
	compare(at spike.Tick)
	// finish says whether it should have spiked again by the end.
	finish()
	// variable returns a variable as it is now.
	variable(name string) float64
}

// follow compares one neuron.
func (r *run) follow(pop int, p *sim.Population, i int) {
	d := drawer{r.c.key(p), i}
	f := &follower{r: r, pop: pop, i: i, name: fmt.Sprintf("%s[%d]", p.Name, i), spec: p.Spec, train: &r.e.trains[pop][i],
		end: spike.Never, margin: marginOf(p.Spec, r.c.Net.Step, r.c.Slack)}
	var n body = f
	if s, ok := p.Spec.(*neuron.LIFDelta); ok {
		n = newDelta(f, s, d)
	} else if !f.begin(d) {
		return // a source
	}
	for k, port := range portsOf(p.Spec) {
		f.ports[k] = r.currentOf(pop, port, i)
	}
	in := r.inputsOf(p, i)
	for _, gr := range in.groups {
		// delivered weights may be 6e-5 too large (package plasticity, decay)
		if gr.rule != nil && gr.rule.bounds().Decay > 0 {
			f.margin.state, f.margin.above = f.margin.state+2e-3, f.margin.above+2e-3
		}
	}
	stops := slices.Sorted(slices.Values(append(slices.Clone(r.c.Probes), r.c.End)))
	for from := spike.Tick(0); from < r.c.End; from += r.e.window {
		to := min(from+r.e.window, r.c.End)
		f.queue = in.during(from, to)
		for _, at := range stops {
			if at > from && at <= to {
				n.advance(at)
				n.compare(at)
			}
		}
		n.advance(to)
		in.learn(f.train, n, from, to)
	}
	n.finish()
	in.compare(f)
}

// portsOf lists the ports of a model.
func portsOf(spec neuron.Spec) []string {
	switch spec.(type) {
	case *neuron.TwoCompartment, *neuron.BurstPoisson:
		return []string{"soma", "apical"}
	}
	return []string{"soma"}
}

// begin makes the ways of a neuron in continuous time; it returns false if it is none.
func (f *follower) begin(d drawer) bool {
	nan, by := math.NaN(), f.margin.above
	if s, ok := f.spec.(*neuron.AdEx); ok {
		for _, nearer := range []float64{0, by, -by} {
			m := newAdEx(s, d)
			m.theta -= nearer
			f.tracks = append(f.tracks, &track{model: m, y: m.initial(), solver: solver{dims: m.dims()}, shifts: []float64{0},
				cross: []float64{nan}})
		}
		f.own, f.early, f.late = &f.tracks[0].cross[0], &f.tracks[1].cross[0], &f.tracks[2].cross[0]
		return true
	}
	m := modelOf(f.spec, d)
	if m == nil {
		return false
	}
	t := &track{model: m, y: m.initial(), solver: solver{dims: m.dims()}, shifts: []float64{0, by, -by},
		cross: []float64{nan, nan, nan}}
	f.tracks = []*track{t}
	f.own, f.early, f.late = &t.cross[0], &t.cross[1], &t.cross[2]
	if s, ok := f.spec.(*neuron.TwoCompartment); ok {
		other := newTwo(s, d).(*two)
		other.ed += f.margin.state
		f.beside = &track{model: other, y: m.initial(), solver: t.solver}
	}
	return true
}

// compare implements body.
func (f *follower) compare(at spike.Tick) {
	y, by := f.state(), make([]float64, maxDims)
	var dy state
	f.tracks[0].slope(&f.in, &y, &dy)
	for k := range by {
		by[k] = math.Abs(dy[k]) * f.margin.state // where it moves fast, it may be early or late
	}
	for _, t := range f.all() {
		if t.frozen {
			return // on its way through the peak
		}
		for k := range by {
			by[k] = max(by[k], 5*math.Abs(t.y[k]-y[k]))
		}
	}
	f.compareColumns(at, f.tracks[0].columns(), y[:], by)
}

// finish implements body.
func (f *follower) finish() { f.judge(f.r.c.End, false) }

// variable implements body.
func (f *follower) variable(name string) float64 {
	y := f.state()
	return y[slices.Index(f.tracks[0].columns(), name)]
}

// compareColumns compares variables with the engine's; by is what they may differ beyond the margin.
func (f *follower) compareColumns(at spike.Tick, names []string, y, by []float64) {
	p := &f.r.c.Net.Populations[f.pop]
	for k, name := range names {
		v, ok := f.r.e.probes[at][p.Name+"."+name]
		if !ok {
			continue
		}
		unit := f.margin.of(p.Spec, name, y[k]) + by[k]
		if !f.r.report.within(fmt.Sprint(modelName(p.Spec), " ", name, " ", f.r.c.Net.Step), math.Abs(v[f.i]-y[k])/unit) {
			f.r.report.differ("%s: %s is %.8g and not %.8g at %d ns", f.name, name, v[f.i], y[k], at)
		}
	}
}

func modelName(s neuron.Spec) string { return fmt.Sprintf("%T", s)[len("*neuron."):] }

// inputs are what arrives at one neuron and what it learns.
type inputs struct {
	r       *run
	groups  []*group
	private []arrival // of backgrounds, in order of time
}

// group is the synapses of one projection onto a neuron.
type group struct {
	*sim.Projection
	index    int
	synapses []*incoming
	rule     rule // nil: they do not learn
}

// inputsOf lists the inputs of neuron i of a population.
func (r *run) inputsOf(p *sim.Population, i int) *inputs {
	in := &inputs{r: r}
	for k := range r.c.Net.Projections {
		if d := &r.c.Net.Projections[k]; d.Target == p.Name {
			gr := &group{Projection: d, index: k, synapses: r.incomingOf(k, i)}
			gr.rule = ruleOf(d, p.Spec, len(gr.synapses))
			in.groups = append(in.groups, gr)
		}
	}
	in.private = r.privateOf(p, i)
	return in
}

// during returns what arrives in a window.
func (in *inputs) during(from, to spike.Tick) []arrival {
	var all []arrival
	for _, gr := range in.groups {
		for _, s := range gr.synapses {
			for ; s.next < len(s.train.at) && s.train.at[s.next]+s.delay < to; s.next++ {
				if a := s.amplitudes[s.next]; !math.IsNaN(a) {
					all = append(all, arrival{s.train.at[s.next] + s.delay, gr.Port, gr.Receptor, a * s.weight})
				}
			}
		}
	}
	for len(in.private) > 0 && in.private[0].at < to {
		all = append(all, in.private[0])
		in.private = in.private[1:]
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	return all
}
