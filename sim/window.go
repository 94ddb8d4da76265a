package sim

import (
	"math/bits"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
)

// The stages of a window, in the order in which Run calls them.

// advance delivers row-events and takes all neurons through a piece of a window, shard by shard.
func (s *Sim) advance(piece spike.Window) {
	start := s.watch.start()
	s.piece, s.called = piece, s.called[:0]
	first, end := s.stepsOf(piece)
	for _, p := range s.populations {
		p.fillDrives(piece, s.step)
		p.await(first, end)
	}
	s.awaitFans(first, end)
	for _, sh := range s.shards {
		sh.in.Steps = end - first
		if sh.rest < piece.To || sh.pop.receives {
			s.called = append(s.called, sh)
		}
	}
	if len(s.hit) > 0 {
		s.workers.share(&s.delivering, len(s.hit), s.deliverPiece)
	}
	s.workers.share(&s.advancing, len(s.called), s.advanceShard)
	s.endAdvance(start)
}

// silentUntil returns the end of the last window up to a time in which nothing happens, now if there is none: everybody
// rests, nothing is on its way, no current changes and nobody learns. It looks only after a window in which nobody was
// called.
func (s *Sim) silentUntil(t spike.Tick) spike.Tick {
	if s.now != s.exchanged || len(s.called) > 0 || s.learns() {
		return s.now
	}
	for _, sh := range s.shards {
		t = min(t, sh.rest)
	}
	for _, p := range s.projections {
		if p.waiting > 0 {
			return s.now
		}
	}
	for _, f := range s.fans {
		if f.waiting > 0 {
			return s.now
		}
	}
	for _, p := range s.populations {
		if !p.flowsOn(s.now, s.step) { // a current begins, ends or is set just now: it has not acted yet
			return s.now
		}
		for _, st := range p.stimuli {
			t = min(t, st.holds(s.now))
		}
	}
	return s.now + max(0, t-s.now)/s.window*s.window
}

// leap passes over whole windows in which nothing happens.
func (s *Sim) leap(t spike.Tick) error {
	skipped := spike.Window{From: s.now, To: t}
	s.events = s.events[:0]
	s.now, s.exchanged = t, t
	return s.record(skipped)
}

// stepsOf returns the steps of a piece within its window: first and end.
func (s *Sim) stepsOf(piece spike.Window) (first, end int) {
	return int((piece.From - s.exchanged) / s.step), int((piece.To - s.exchanged) / s.step)
}

// join collects the spikes of a window from the shards in canonical order, also for each population by itself that
// somebody listens to. They are sorted as numbers: time within the window, neuron, kind.
func (s *Sim) join(w spike.Window) {
	start, shift := s.watch.start(), s.timeShift
	s.keys, s.events = s.keys[:0], s.events[:0]
	for _, sh := range s.shards {
		for _, e := range sh.out.Events() {
			s.keys = append(s.keys, uint64(e.At-w.From)<<shift|uint64(e.Src)<<kindBits|uint64(e.Kind))
		}
		sh.out.Reset()
	}
	for _, p := range s.populations {
		p.spikes = p.spikes[:0]
	}
	for _, key := range s.order.sort(s.keys, shift+bits.Len64(uint64(w.Len()))) {
		e := spike.Event{At: w.From + spike.Tick(key>>shift), Src: spike.ID(key & (1<<shift - 1) >> kindBits),
			Kind: spike.Kind(key & (1<<kindBits - 1))}
		s.events = append(s.events, e)
		if p := s.populations[s.lookup.Find(e.Src)]; p.read {
			p.spikes = append(p.spikes, e)
		}
	}
	s.counts.Spikes += int64(len(s.events))
	s.watch.add(Join, start)
}

// kindBits is what a spike.Kind needs.
const kindBits = 2

// follow lets everything that reads the spikes of a window do so, side by side: blocks of synapses learn, projections
// send the spikes on their way, estimators and recorders read them. Recorders may look at what is learned, so they come
// first where anything is.
func (s *Sim) follow(w spike.Window) error {
	s.closed = w
	start := s.watch.start()
	if s.learns() {
		if err := s.record(w); err != nil {
			return err
		}
		s.watch.add(Record, start)
		start = s.watch.start()
	}
	s.endCourses()
	s.prepareLearning(w)
	s.workers.share(&s.following, len(s.watch.spent), s.followUp)
	s.endLearning(w)
	s.endFollow(start)
	return s.failed
}

// learns reports whether anything learns or estimates from spikes.
func (s *Sim) learns() bool { return len(s.learning)+len(s.learners) > 0 }

// followPart is one part of follow, the largest first.
func (s *Sim) followPart(i int) {
	if s.watch.on {
		start, part := time.Now(), i // i is counted down below
		defer func() { s.watch.spent[part] = time.Since(start) }()
	}
	if i < len(s.learning) {
		s.learning[i].learn(s.closed)
		return
	}
	if i -= len(s.learning); i < len(s.senders) {
		s.senders[i].depart(s.closed)
		return
	}
	if !s.learns() {
		s.failed = s.record(s.closed)
	}
	for _, l := range s.learners {
		l.Learn(s.closed, s.events)
	}
}

// record passes the window's spikes to the digest and the sinks.
func (s *Sim) record(w spike.Window) error {
	s.digest.Add(s.events)
	for _, sink := range s.sinks {
		if err := sink.WriteSpikes(w, s.events); err != nil {
			return err
		}
	}
	return nil
}
