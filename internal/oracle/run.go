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
	onto     []map[int][]int           // by projection and target: synapses
	sent     []map[int][]float64       // by projection and source: see departures
	random   map[string][][]spike.Tick // arrivals of Poisson backgrounds by "population.background" and neuron
}

// mostNeurons is how many neurons of a population are followed; of larger ones, those at the ends of blocks and some others.
const mostNeurons = 24

// Check runs a case in the engine and says where the engine is wrong.
func Check(c *Case) (*Report, error) {
	e, err := c.engine()
	if err != nil {
		return nil, err
	}
	r := &run{c: c, e: e, report: &Report{}, onto: make([]map[int][]int, len(c.Net.Projections)),
		sent: make([]map[int][]float64, len(c.Net.Projections)), random: map[string][][]spike.Tick{}}
	r.checkOrder()
	for k := range c.Net.Populations {
		p := &c.Net.Populations[k]
		r.checkLabels(k, p)
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

// follow compares one neuron.
func (r *run) follow(pop int, p *sim.Population, i int) {
	m := modelOf(p.Spec, drawer{r.c.key(p), i})
	if m == nil {
		return
	}
	f := &follower{r: r, pop: pop, i: i, name: fmt.Sprintf("%s[%d]", p.Name, i), spec: p.Spec, train: &r.e.trains[pop][i],
		end: spike.Never, margin: marginOf(p.Spec, r.c.Net.Step)}
	f.tracks = tracksOf(p.Spec, m, f.margin)
	f.early, f.own, f.late = &f.tracks[0].cross[0], &f.tracks[0].cross[1], &f.tracks[0].cross[2]
	for k, port := range []string{"soma", "apical"} {
		f.ports[k] = r.currentOf(pop, port, i)
	}
	in := r.inputsOf(p, i)
	stops := slices.Sorted(slices.Values(append(slices.Clone(r.c.Probes), r.c.End)))
	for from := spike.Tick(0); from < r.c.End; from += r.e.window {
		to := min(from+r.e.window, r.c.End)
		f.queue = in.during(from, to)
		for _, at := range stops {
			if at > from && at <= to {
				f.advance(at)
				f.compare(at)
			}
		}
		f.advance(to)
		in.learn(f, from, to)
	}
	f.judge(r.c.End, false)
	in.compare(f)
}

// compare compares the state with the engine's.
func (f *follower) compare(at spike.Tick) {
	p := &f.r.c.Net.Populations[f.pop]
	y := f.state()
	for k, name := range f.tracks[0].columns() {
		v, ok := f.r.e.probes[at][p.Name+"."+name]
		if !ok {
			continue
		}
		unit := f.margin.state * max(1, math.Abs(y[k])/10)
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
			gr.rule = ruleOf(d, len(gr.synapses))
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
