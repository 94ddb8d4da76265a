package sim

import "time"

// Phase is a part of the work of the run loop.
type Phase int

// The phases of a window, in the order in which they come.
const (
	Deliver  Phase = iota // row-events are streamed into accumulators
	Advance               // currents and private noise, steps and spikes of the neurons, clearing of accumulators
	Join                  // spikes are brought into canonical order, and sent on their way along the projections
	Learn                 // rules, and estimators that read spikes online
	Record                // the digest of the spikes, and recordings
	NoPhases              // how many there are
)

// String implements fmt.Stringer.
func (p Phase) String() string {
	return [...]string{"deliver", "advance", "join", "learn", "record"}[p]
}

// Times is how long something took by the clock, and for how long workers were busy with it, all of them together.
type Times struct{ Wall, Busy time.Duration }

func (t *Times) add(u Times) { t.Wall, t.Busy = t.Wall+u.Wall, t.Busy+u.Busy }

// Phases is how long each phase took since the network was built. Waiting for other workers is in no Busy; the wall
// time of what is done side by side is shared out as the work is.
type Phases [NoPhases]Times

// Sub returns what was added to earlier times.
func (p Phases) Sub(earlier Phases) Phases {
	for i := range p {
		p[i].Wall -= earlier[i].Wall
		p[i].Busy -= earlier[i].Busy
	}
	return p
}

// Total returns the sum over the phases.
func (p Phases) Total() (t Times) {
	for _, q := range p {
		t.add(q)
	}
	return t
}

// One of so many windows is timed, and counts for all: some twenty looks at the clock in every window would cost
// several per cent of short windows. Of those that take longer than a long one, more are.
const (
	timedOf, timedOfLong = 32, 8
	longWindow           = 100 * time.Microsecond
)

// stopwatch times the phases of some windows. Its zero value is ready.
type stopwatch struct {
	on     bool          // in this window
	counts time.Duration // for how many windows it stands
	took   time.Duration // the last window that was timed
	phases Phases
	spent  []time.Duration // on each item of follow
}

// choose decides whether the window of a number is timed. Which one it is follows no period that anything in the
// network could have.
func (w *stopwatch) choose(window int64) {
	x := uint64(window) * 0x9e3779b97f4a7c15 // as Philox's keys: the golden ratio
	x = (x ^ x>>32) * 0xd6e8feb86659fd93
	w.counts = timedOf
	if w.took >= longWindow {
		w.counts = timedOfLong
	}
	if w.on = x>>32%uint64(w.counts) == 0; w.on {
		w.took = 0
	}
}

// start returns the time if the window is timed.
func (w *stopwatch) start() (t time.Time) {
	if w.on {
		t = time.Now()
	}
	return t
}

// add notes what one worker did alone since a start.
func (w *stopwatch) add(p Phase, start time.Time) {
	if w.on {
		took := time.Since(start)
		w.took += took
		d := w.counts * took
		w.phases[p].Wall += d
		w.phases[p].Busy += d
	}
}

// share notes what workers did side by side since a start, for how long each phase.
func (w *stopwatch) share(start time.Time, busy Phases) {
	took := time.Since(start)
	w.took += took
	wall, total := w.counts*took, busy.Total().Busy
	for p := range busy {
		if b := busy[p].Busy; b > 0 {
			w.phases[p].Busy += w.counts * b
			w.phases[p].Wall += time.Duration(float64(wall) * (float64(b) / float64(total)))
		}
	}
}

// Phases returns how long each phase has taken, estimated from some of the windows. Results do not depend on it.
// Sinks count as Record, whatever they do.
func (s *Sim) Phases() Phases { return s.watch.phases }

// Construction returns how long it took to make everything but the synapses, and to make these.
func (s *Sim) Construction() (create, connect Times) { return s.created, s.connected }

// timed returns how long it takes to do something with the workers; what the caller does alone is busy, too.
func (s *Sim) timed(do func() error) (took Times, err error) {
	helping := func() (sum time.Duration) {
		for _, b := range s.Busy()[1:] {
			sum += b
		}
		return sum
	}
	start, before := time.Now(), helping()
	err = do()
	took.Wall = time.Since(start)
	took.Busy = took.Wall + helping() - before
	return took, err
}

// endAdvance notes what the shards did that were called.
func (s *Sim) endAdvance(start time.Time) {
	if !s.watch.on {
		return
	}
	var busy Phases
	for _, piece := range s.hit {
		busy[Deliver].Busy += piece.took
	}
	for _, sh := range s.called {
		busy[Deliver].Busy += sh.delivering
		busy[Advance].Busy += sh.advancing
	}
	if len(s.called) == 0 {
		s.watch.add(Advance, start)
		return
	}
	s.watch.share(start, busy)
}

// endFollow notes what the parts of follow took.
func (s *Sim) endFollow(start time.Time) {
	if !s.watch.on {
		return
	}
	var busy Phases
	for i, d := range s.watch.spent {
		switch {
		case i < len(s.learning):
			busy[Learn].Busy += d
		case i < len(s.learning)+len(s.senders):
			busy[Join].Busy += d
		case s.learns(): // what is recorded has been, before
			busy[Learn].Busy += d
		default:
			busy[Record].Busy += d
		}
	}
	s.watch.share(start, busy)
}
