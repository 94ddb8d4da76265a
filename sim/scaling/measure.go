package scaling

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/machine"
)

// Measure takes one point with one seed. The network is built, runs for what is discarded, is timed without a
// recording, and once more with one; what it did there is read from the recording afterwards. done is called with the
// part that has been done, from 0 to 1.
func (p *Plan) Measure(ctx context.Context, q Point, seed uint64, done func(part float64)) (r Row, err error) {
	d := p.Durations()
	r = Row{Vary: p.Vary, X: q.X, Seed: seed, Workers: q.Workers, Tasks: 1, Nodes: 1,
		Step: p.base.Experiment.Step.Milliseconds(), Machine: machine.Name()}
	runtime.GC()
	debug.FreeOSMemory()
	machine.ForgetPeak()
	r.Base = machine.Memory() >> 10
	start, cpu := time.Now(), machine.CPU()
	engine, net, err := p.engine(q, seed)
	if err != nil {
		return r, err
	}
	defer engine.Close()
	_, connect := engine.Construction()
	building := time.Since(start).Seconds()
	r.Connect = connect.Wall.Seconds()
	r.Create = building - r.Connect
	// Processor time is that of the process: a share of it follows wall time.
	r.CPUConnect = (machine.CPU() - cpu).Seconds() * r.Connect / building
	r.CPUCreate = (machine.CPU() - cpu).Seconds() - r.CPUConnect
	runtime.GC()
	debug.FreeOSMemory()
	r.Network = machine.Memory() >> 10
	r.describe(engine, net)

	m := &stopwatch{engine: engine, watts: p.Meter, done: done, total: (d.Discard + d.Measure + d.Record).Seconds()}
	wall, _, err := m.run(ctx, d.Discard)
	r.Settle, r.PreSim = wall, engine.Now().Seconds()
	if err == nil {
		err = m.timed(ctx, &r, d.Measure)
	}
	r.Total, r.Peak = machine.Memory()>>10, machine.PeakMemory()>>10
	if err == nil {
		err = m.recorded(ctx, &r, net, d.Record)
	}
	if err = errors.Join(err, engine.Finish()); err != nil {
		return r, err
	}
	r.Digest = engine.Digest()
	return r, nil
}

// describe fills in what is known before a step is made.
func (r *Row) describe(engine *sim.Sim, net *sim.Network) {
	for _, p := range net.Populations {
		r.Neurons += p.Neurons()
	}
	r.Synapses, r.Window = engine.Synapses(), engine.Window().Milliseconds()
	r.InDegree = float64(r.Synapses) / float64(r.Neurons)
	if r.Synapses > 0 {
		r.PerSynapse = float64(engine.SynapseBytes()) / float64(r.Synapses)
	}
	r.PerNeuron = float64(max(0, r.Network-r.Base)) * 1024 / float64(r.Neurons)
}

// stopwatch runs an engine and says how far it has come.
type stopwatch struct {
	engine *sim.Sim
	done   func(float64)
	total  float64 // model time, s
	watts  float64 // of the machine, from a meter
	energy machine.Counters
}

// slice is how much of a run is made between two reports.
const slice = 200 * spike.Millisecond

// run goes on for a model time, in whole windows, and returns wall and processor time in s.
func (m *stopwatch) run(ctx context.Context, length spike.Tick) (wall, cpu float64, err error) {
	window := m.engine.Window()
	until := m.engine.Now() + (length+window-1)/window*window
	start, c := time.Now(), machine.CPU()
	for m.engine.Now() < until && err == nil {
		err = m.engine.Run(ctx, min(until, m.engine.Now()+(slice+window-1)/window*window))
		m.energy.Joules() // before counters start again from 0
		m.done(m.engine.Now().Seconds() / m.total)
	}
	return time.Since(start).Seconds(), (machine.CPU() - c).Seconds(), err
}

// timed measures a stretch without a recording.
func (m *stopwatch) timed(ctx context.Context, r *Row, length spike.Tick) error {
	counted := m.energy.Start()
	counts, phases, from := m.engine.Counts(), m.engine.Phases(), m.engine.Now()
	wall, cpu, err := m.run(ctx, length)
	if err != nil {
		return err
	}
	switch {
	case m.watts > 0:
		r.Energy = m.watts * wall
	case counted:
		r.Energy = m.energy.Joules()
	}
	c, ph := m.engine.Counts(), m.engine.Phases().Sub(phases)
	r.Model, r.Sim, r.CPUSim = (m.engine.Now() - from).Seconds(), wall, cpu
	// Phases are estimates from some of the windows: together they cannot take longer than all of it.
	share := func(total, of float64) float64 {
		if total > of {
			return of / total
		}
		return 1
	}
	scale := share(ph.Total().Wall.Seconds(), wall)
	for k, to := range []*float64{&r.Deliver, &r.Update, &r.Gather, &r.Learn, &r.Record} {
		*to = scale * ph[k].Wall.Seconds()
	}
	r.Other = max(0, wall-scale*ph.Total().Wall.Seconds())
	scale = share(ph.Total().Busy.Seconds(), cpu)
	for k, to := range []*float64{&r.CPUDeliver, &r.CPUUpdate, &r.CPUGather, &r.CPULearn, &r.CPURecord} {
		*to = scale * ph[k].Busy.Seconds()
	}
	r.RealTime = wall / r.Model
	r.SpikeCount, r.Events, r.Steps = c.Spikes-counts.Spikes, c.SynapticEvents-counts.SynapticEvents, c.NeuronSteps-
		counts.NeuronSteps
	r.EventEnergy = 1e6 * r.Energy / float64(r.Events)
	r.EventsPerS = float64(r.Events) / wall
	r.NsPerEvent, r.NsPerStep = 1e9*cpu/float64(r.Events), 1e9*r.CPUUpdate/float64(r.Steps)
	return nil
}

// recorded measures a stretch with a recording, in a directory that is removed, and reads from it what the network did.
func (m *stopwatch) recorded(ctx context.Context, r *Row, net *sim.Network, length spike.Tick) error {
	dir, err := os.MkdirTemp("", "burstplex-scaling")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	header := recordings.Header{Experiment: "# benchmark\n", Seed: net.Seed, Program: r.Program,
		Resolution: spike.Microsecond}
	for i, id := range net.IDs() {
		header.Populations = append(header.Populations, recordings.Population{Population: id,
			Detector: net.Populations[i].Detector})
	}
	file := filepath.Join(dir, "spikes.bspk")
	writer, err := recordings.Create(file, header)
	if err != nil {
		return err
	}
	valve := &valve{to: writer, open: true}
	m.engine.AddSink(valve)
	from := m.engine.Now()
	r.Recorded, r.CPURecorded, err = m.run(ctx, length)
	start, cpu := time.Now(), machine.CPU()
	valve.open = false
	if err = errors.Join(err, writer.Close()); err != nil {
		return err
	}
	r.Recorded, r.CPURecorded = r.Recorded+time.Since(start).Seconds(), r.CPURecorded+(machine.CPU()-cpu).Seconds()
	r.RecordedModel = (m.engine.Now() - from).Seconds()
	o, err := readBack(file, net, from, m.engine.Now())
	if err != nil {
		return err
	}
	r.activity = o.Activity()
	r.summarise()
	return nil
}

// valve passes spikes on while it is open.
type valve struct {
	to   *recordings.Writer
	open bool
}

func (v *valve) WriteSpikes(w spike.Window, events []spike.Event) error {
	if !v.open {
		return nil
	}
	return v.to.WriteSpikes(w, events)
}

func (*valve) Close() error { return nil }

// readBack observes what a recording holds.
func readBack(file string, net *sim.Network, from, to spike.Tick) (*Observer, error) {
	f, err := recordings.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	o := NewObserver(net.IDs(), from)
	var batch []spike.Event
	for e, err := range f.Spikes(recordings.Query{}) {
		if err != nil {
			return nil, err
		}
		if batch = append(batch, e); len(batch) == cap(batch) {
			o.WriteSpikes(spike.Window{From: from, To: from}, batch)
			batch = batch[:0]
		}
	}
	return o, o.WriteSpikes(spike.Window{From: from, To: to}, batch)
}

// summarise takes means over populations, by their neurons.
func (r *Row) summarise() {
	n, bursts, pairs, regular := 0.0, 0.0, 0.0, 0.0
	for _, a := range r.activity {
		k := float64(a.Neurons)
		n += k
		r.Rate, r.EventRate, bursts = r.Rate+k*a.Spikes, r.EventRate+k*a.Events, bursts+k*a.Bursts
		if !math.IsNaN(a.CV) {
			r.CV, regular = r.CV+k*a.CV, regular+k
		}
		if !math.IsNaN(a.Correlation) {
			r.Correlation, pairs = r.Correlation+k*a.Correlation, pairs+k
		}
	}
	r.Rate, r.EventRate, r.Correlation = r.Rate/n, r.EventRate/n, r.Correlation/pairs
	r.CV /= regular
	r.Probability = bursts / n / r.EventRate
}
