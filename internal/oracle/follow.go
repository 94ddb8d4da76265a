package oracle

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// track is a neuron on its way. Most models have one; a model whose potential runs away has three, which differ by the
// margin.
type track struct {
	model
	y      state
	solver solver
	shifts []float64 // added to above: one crossing is found for each
	cross  []float64 // ns; NaN: not yet
	frozen bool      // it has spiked and waits for the engine to
}

func (t *track) reset(y state) {
	t.y, t.frozen = y, false
	for k := range t.cross {
		t.cross[k] = math.NaN()
	}
}

// follower takes one neuron along the engine's spikes and says where these should have been.
type follower struct {
	r      *run
	pop    int
	i      int
	name   string
	spec   neuron.Spec
	margin margin
	tracks []*track
	beside *track   // nil, or the neuron with another dendrite: says how much errors of the dendrite grow
	early  *float64 // crossings, ns: of a neuron that is a margin nearer to its threshold,
	own    *float64 // of the neuron,
	late   *float64 // and of one that is a margin farther away
	now    spike.Tick
	train  *train
	spiked int        // how many of its spikes have come
	end    spike.Tick // of refractoriness
	ports  [2]current
	queue  []arrival  // in order of time
	edges  []edge     // of K(t) to come
	open   float64    // boxes of K(t) that are
	in     input      // as it was last
	second spike.Tick // spike to come that needs no threshold; 0: none
}

// edge is a change of the back-propagating spike's K(t).
type edge struct {
	at   spike.Tick
	jump float64
}

// advance takes the neuron to a time; what arrives before is in the queue.
func (f *follower) advance(to spike.Tick) {
	for f.now < to {
		for len(f.queue) > 0 && f.queue[0].at == f.now {
			for _, t := range f.all() {
				t.arrive(f.queue[0].port, f.queue[0].receptor, f.queue[0].weight, &t.y)
			}
			f.queue = f.queue[1:]
		}
		if f.spiked < len(f.train.at) && f.train.at[f.spiked] == f.now {
			f.spike()
		}
		next := to
		if len(f.queue) > 0 {
			next = min(next, f.queue[0].at)
		}
		if f.spiked < len(f.train.at) {
			next = min(next, f.train.at[f.spiked])
		}
		if f.end > f.now {
			next = min(next, f.end)
		}
		if f.second > f.now {
			next = min(next, f.second)
		}
		f.edges = slices.DeleteFunc(f.edges, func(e edge) bool {
			if e.at <= f.now {
				f.open += e.jump
				return true
			}
			next = min(next, e.at)
			return false
		})
		if f.second != 0 && f.second <= f.now {
			f.r.report.differ("%s does not spike at %d ns, where the second spike of its burst is", f.name, f.second)
			f.second = 0
		}
		f.part(f.steady(next))
	}
}

// steady returns the first end of a step up to a time at which a current stops being the line that it is now.
func (f *follower) steady(to spike.Tick) spike.Tick {
	h := f.r.c.Net.Step
	k := int(f.now / h)
	for ; spike.Tick(k+1)*h < to; k++ {
		for _, c := range f.ports {
			if c.from != nil && (c.from[k] != c.to[k] || c.from[k+1] != c.from[k] || c.to[k+1] != c.to[k]) {
				return spike.Tick(k+1) * h
			}
		}
	}
	return min(to, spike.Tick(k+1)*h)
}

// part integrates all tracks up to a time in which nothing happens.
func (f *follower) part(to spike.Tick) {
	h := f.r.c.Net.Step
	k := int(f.now / h)
	in := &f.in
	var start, slope [2]float64
	for p, c := range f.ports {
		if c.from != nil {
			slope[p] = (c.to[k] - c.from[k]) / ms(h)
			start[p] = c.from[k] + slope[p]*ms(f.now-spike.Tick(k)*h)
		}
	}
	in.bap = f.box()
	in.refractory = f.end > f.now
	for _, t := range f.all() {
		if in.refractory {
			t.hold(&t.y)
		}
		zero := state{}
		zeroAbove := t.above(&zero)
		t.solver.run(func(at float64, y, dy *state) {
			in.current = [2]float64{start[0] + slope[0]*at, start[1] + slope[1]*at}
			t.slope(in, y, dy)
			if t.frozen {
				dy[0] = 0
			}
		}, &t.y, ms(to-f.now), func(at, h float64, from, to, slopeFrom, slopeTo *state) bool {
			if in.refractory || t.frozen {
				return true
			}
			c := cubic{h, t.above(from), t.above(to), t.above(slopeFrom) - zeroAbove, t.above(slopeTo) - zeroAbove}
			for k, shift := range t.shifts {
				if math.IsNaN(t.cross[k]) {
					t.cross[k] = float64(f.now) + 1e6*(at+c.rise(-shift))
				}
			}
			if len(f.tracks) > 1 && !math.IsNaN(t.cross[0]) {
				t.frozen = true
			}
			return true
		})
	}
	f.now = to
}

// box returns K(t) just after now.
func (f *follower) box() float64 {
	if s, ok := f.spec.(*neuron.TwoCompartment); ok && s.BapSum != "add" {
		return min(f.open, 1)
	}
	return f.open
}

// spike compares the engine's spike that happens now with where it should be, and goes on from it.
func (f *follower) spike() {
	at := f.now
	f.spiked++
	f.r.report.Spikes++
	if f.second != 0 && at == f.second { // of a burst: it leaves everything but refractoriness alone
		f.second = 0
		if s := f.spec.(*neuron.BurstPoisson); s.Dead != "event" {
			f.end = at + f.tracks[0].refractory()
		}
		return
	}
	if f.end > at {
		f.r.report.differ("%s spikes at %d ns although it is refractory until %d ns", f.name, at, f.end)
	}
	f.judge(at, true)
	y := f.state()
	f.end = at + f.tracks[0].refractory()
	switch m := f.tracks[0].model.(type) {
	case *two:
		if m.BapLen > 0 {
			from := at + ticks(m.BapDelay)
			f.edges = append(f.edges, edge{from, 1}, edge{from + ticks(m.BapLen), -1})
		}
	case *burstPoisson:
		interval, surely := m.second(&y)
		follows := f.spiked < len(f.train.at) && f.train.at[f.spiked] == at+interval
		if surely > 0 && math.Abs(surely) > f.margin.state || follows && math.Abs(surely) <= f.margin.state {
			f.second = at + interval
		}
	}
	f.tracks[0].model.reset(&y)
	for _, t := range f.tracks {
		t.reset(y)
	}
	if f.beside != nil {
		f.beside.model.reset(&f.beside.y)
	}
}

// all lists the neurons that are on their way.
func (f *follower) all() []*track {
	if f.beside != nil {
		return append(f.tracks[:len(f.tracks):len(f.tracks)], f.beside)
	}
	return f.tracks
}

// state returns the state of the neuron as the engine should have it: that of the neuron itself, or, if it has spiked
// long before the engine, of one that has not.
func (f *follower) state() state {
	if t := f.tracks[0]; t.frozen && float64(f.now)-t.cross[0] > f.margin.time*1e3 {
		for _, other := range f.tracks {
			if !other.frozen {
				return other.y
			}
		}
	}
	return f.tracks[0].y
}

// judge compares a spike at a time, or the absence of any before it, with the crossings.
func (f *follower) judge(at spike.Tick, spike bool) {
	t, us := float64(at), f.margin.time*1e3
	if math.IsNaN(*f.own) && spike && math.IsNaN(*f.early) {
		f.ahead(us)
	}
	if spike {
		need := math.Abs(f.tracks[0].above(&f.tracks[0].y)) / f.margin.above
		if !math.IsNaN(*f.own) {
			need = min(need, math.Abs(*f.own-t)/us)
		}
		f.r.report.within(fmt.Sprint(modelName(f.spec), " spike ", f.r.c.Net.Step), need)
		if !math.IsNaN(*f.own) {
			f.r.report.TimeErrors = append(f.r.report.TimeErrors, math.Abs(*f.own-t)/1e3)
		}
		if (math.IsNaN(*f.early) || *f.early > t+us) && !f.grown() {
			f.r.report.differ("%s spikes at %d ns, which is too early: it is %g below threshold (margin %g)", f.name, at,
				-f.tracks[0].above(&f.tracks[0].y), f.margin.above)
		}
	}
	if *f.late < t-us && !f.grown() {
		what := "spikes at"
		if !spike {
			what = "has not spiked by"
		}
		f.r.report.differ("%s %s %d ns, which is too late: it should at %.0f ns, even a margin of %g lower at %.0f ns",
			f.name, what, at,
			*f.own, f.margin.above, *f.late)
	}
}

// grown reports whether the neuron is so near to its threshold that the difference is one that an error of the dendrite
// has grown to: a plateau that ends may be an unstable equilibrium, from which errors grow as fast as it falls.
func (f *follower) grown() bool {
	if f.beside == nil {
		return false
	}
	own, beside := f.tracks[0].above(&f.tracks[0].y), f.beside.above(&f.beside.y)
	return math.Abs(own) <= f.margin.above+5*math.Abs(own-beside)
}

// ahead looks a little farther for a crossing, as if nothing else arrived.
func (f *follower) ahead(ns float64) {
	now, y := f.now, make([]state, len(f.all()))
	for k, t := range f.all() {
		y[k] = t.y
	}
	f.part(now + spike.Tick(ns))
	for k, t := range f.all() {
		t.y = y[k]
	}
	f.now = now
}
