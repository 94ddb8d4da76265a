package sim

import (
	"context"
	"errors"
	"time"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
	"github.com/burstplex/burstplex/synapse/arena"
)

// Sink receives the spikes of a simulation, window after window, in canonical order. Windows in which nothing happens
// may come as one. recordings.Writer is one.
type Sink interface {
	WriteSpikes(w spike.Window, events []spike.Event) error
	Close() error
}

// Learner is called at the end of every window with its spikes: plasticity rules and online estimators.
type Learner interface {
	Learn(w spike.Window, events []spike.Event)
	Columns() []neuron.Column
	Reset()
}

// Sim is a network in time. Its methods are called from one goroutine.
type Sim struct {
	net          *Network
	step         spike.Tick
	window       spike.Tick // whole steps, at most the smallest delay
	now          spike.Tick
	exchanged    spike.Tick // end of the last window whose spikes were exchanged
	populations  []*population
	projections  []*projection
	fans         []*fan
	fields       []*field
	senders      []sender      // projections that are not members of fans, and fans
	hit          []*fieldPiece // that fans deliver to in this piece of a window
	shards       []*shard      // the largest first
	piece        spike.Window  // that the shards are advancing through
	called       []*shard      // that have something to do in it
	closed       spike.Window  // whose spikes are being followed up
	advancing    pace
	following    pace
	delivering   pace
	deliverPiece func(int)
	advanceShard func(int) // made once, as followUp: a closure per piece would be garbage
	followUp     func(int)
	failed       error // of a sink
	finished     bool
	agenda       agenda
	workers      *workers
	arena        *arena.Arena // of the cells
	sinks        []Sink
	learners     []Learner
	teachers     []*teacher
	plastic      []*plastic
	learning     []learningBlock
	courses      []*course
	timeShift    int           // of the time in a spike's key
	keys         []uint64      // of the spikes that are joined
	order        order         // in which they are sorted
	lookup       spike.Lookup  // of populations
	events       []spike.Event // of the current window
	digest       *spike.Digest
	counts       Counts
	watch        stopwatch
	created      Times // how long it took to make everything but the synapses
	connected    Times // and these
	dry          bool  // only checked, see Check
}

// Counts is what a simulation has done so far.
type Counts struct {
	Spikes         int64
	RowEvents      int64
	SynapticEvents int64
	NeuronSteps    int64 // steps of neurons that were not asleep
}

func (c *Counts) add(d Counts) {
	c.Spikes += d.Spikes
	c.RowEvents += d.RowEvents
	c.SynapticEvents += d.SynapticEvents
	c.NeuronSteps += d.NeuronSteps
}

// Run advances the simulation to until, a whole number of steps. It returns early, between windows, when ctx ends.
//
// Inside a window no neuron can influence another, because the window is no longer than the smallest delay. So
// shards advance freely, in any order and on any worker, and meet at the window's end. The order of the calls below is
// what makes the result independent of workers, shards and pieces:
//
//   - what is due comes first, so that it acts on the whole piece;
//   - row-events are delivered step by step before the neurons advance through them: first those of fans, by pieces of cells;
//   - spikes are joined in canonical order before anything reads them: recorders, rules and projections see one order;
//   - these follow the spikes up side by side, because none of them reads what another writes. So weights change at window ends only.
//
// Windows are absolute, [kL, (k+1)L). A piece is a part of a window between two times at which something is due.
func (s *Sim) Run(ctx context.Context, until spike.Tick) error {
	if until%s.step != 0 {
		return errorf("until", "%v is not a whole number of steps of %v", until, s.step)
	}
	for s.now < until {
		if err := s.agenda.apply(s.now); err != nil {
			return err
		}
		if t := s.silentUntil(min(until, s.agenda.next())); t > s.now {
			if err := s.leap(t); err != nil {
				return err
			}
			continue
		}
		if s.now == s.exchanged {
			s.watch.choose(int64(s.now / s.window))
			s.beginCourses()
		}
		end := s.exchanged + s.window
		piece := spike.Window{From: s.now, To: min(end, until, s.agenda.next())}
		if len(s.courses) > 0 {
			piece.To = min(piece.To, s.now+s.step)
		}
		s.advance(piece)
		s.noteCourses(piece.To)
		if err := s.fault(); err != nil {
			return err
		}
		s.now = piece.To
		if s.now < end {
			continue
		}
		window := spike.Window{From: s.exchanged, To: end}
		s.join(window)
		if err := s.follow(window); err != nil {
			return err
		}
		s.exchanged = end
		if err := ctx.Err(); err != nil {
			return errors.Join(s.agenda.apply(s.now), err)
		}
	}
	return s.agenda.apply(s.now)
}

// Finish passes on the spikes of a window that the run did not complete and closes the sinks. The simulation cannot
// be run on afterwards.
func (s *Sim) Finish() error {
	if s.finished {
		return nil
	}
	s.finished = true
	rest := spike.Window{From: s.exchanged, To: s.now}
	s.join(rest)
	err := s.record(rest)
	s.events = s.events[:0]
	for _, sink := range s.sinks {
		if e := sink.Close(); err == nil {
			err = e
		}
	}
	s.workers.close()
	return err
}

// Close finishes the simulation, if Finish has not, and gives back the memory of synapses and cells: the one call that
// a program needs at the end. The simulation and its projections must not be used afterwards. Without it memory is
// given back when the simulation is garbage.
func (s *Sim) Close() error {
	err := s.Finish()
	for _, p := range s.projections {
		p.Release()
	}
	s.arena.Free()
	return err
}

// Now returns the time that the simulation has reached.
func (s *Sim) Now() spike.Tick { return s.now }

// Step returns the integration step.
func (s *Sim) Step() spike.Tick { return s.step }

// Window returns the length of the windows.
func (s *Sim) Window() spike.Tick { return s.window }

// Digest returns the digest of all spikes up to the last complete window (after Finish: all spikes).
func (s *Sim) Digest() string { return s.digest.Sum() }

// Counts returns what has been done so far; spikes count when their window is complete.
func (s *Sim) Counts() Counts {
	c := s.counts
	for _, sh := range s.shards {
		c.add(sh.counts)
	}
	for _, p := range s.projections {
		c.RowEvents += p.rowEvents
	}
	for _, f := range s.fans {
		c.RowEvents += f.rowEvents
	}
	for _, f := range s.fields {
		for _, piece := range f.pieces {
			c.SynapticEvents += piece.events
		}
	}
	return c
}

// Busy returns how long each worker has worked on shards (wall time, without waiting for others), the caller of Run
// first.
func (s *Sim) Busy() []time.Duration {
	busy := make([]time.Duration, len(s.workers.busy))
	for i := range busy {
		busy[i] = time.Duration(s.workers.busy[i].Load())
	}
	return busy
}

// Synapses returns the number of synapses.
func (s *Sim) Synapses() int {
	n := 0
	for _, p := range s.projections {
		n += p.Synapses()
	}
	return n
}

// SynapseBytes returns the memory of all synapses with their indices.
func (s *Sim) SynapseBytes() int {
	n := 0
	for _, p := range s.projections {
		n += p.Bytes()
	}
	return n
}

// Projection returns a projection by name, nil if there is none.
func (s *Sim) Projection(name string) *synapse.Projection {
	for _, p := range s.projections {
		if p.Spec.Name == name {
			return p.Projection
		}
	}
	return nil
}

// Column returns a state variable of a population; ok is false if there is none, and names lists those there are.
func (s *Sim) Column(population, variable string) (column neuron.Column, names []string, ok bool) {
	p := s.population(population)
	if p == nil {
		return neuron.Column{}, nil, false
	}
	for _, c := range p.Columns() {
		if c.Name == variable {
			return c, nil, true
		}
		names = append(names, c.Name)
	}
	return neuron.Column{}, names, false
}

// Probe returns how a variable of a population, or another value of its neurons, is read, with its unit; ok is false if
// there is none, and names lists those there are.
func (s *Sim) Probe(population, variable string) (at func(neuron int) float64, unit string, names []string, ok bool) {
	c, names, ok := s.Column(population, variable)
	if ok {
		return c.Float, c.Unit, nil, true
	}
	if p := s.population(population); p != nil {
		if prober, has := p.Population.(neuron.Prober); has {
			names = append(prober.Probes(), names...)
			if q, ok := prober.Probe(variable); ok {
				return func(i int) float64 { return q.At(i, s.now) }, q.Unit, nil, true
			}
		}
	}
	return nil, "", names, false
}

// At arranges that do is called when the simulation reaches t, a whole number of steps, before anything later happens.
func (s *Sim) At(t spike.Tick, do func(now spike.Tick) error) error {
	if t < s.now || t%s.step != 0 {
		return errorf("at", "%v is before now or not a whole number of steps of %v", t, s.step)
	}
	s.agenda.add(t, do)
	return nil
}

// AddSink lets a sink receive all spikes from now on.
func (s *Sim) AddSink(sink Sink) { s.sinks = append(s.sinks, sink) }

// AddLearner lets a rule or an estimator see the spikes of every window from now on.
func (s *Sim) AddLearner(l Learner) { s.learners = append(s.learners, l) }
