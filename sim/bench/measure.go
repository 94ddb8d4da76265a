package bench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/machine"
	"github.com/burstplex/burstplex/sim/report"
	"github.com/burstplex/burstplex/sim/session"
)

// Options says how often and with what a workload is measured.
type Options struct {
	Stretches int    // consecutive stretches; 0: 5
	Workers   int    // 0: one
	Seed      uint64 // 0: the experiment's
	Record    bool   // measure as many stretches with a recording too, in turn
	Shard     int    // neurons a shard; 0: as the engine chooses
}

// Result is what was measured of one workload.
type Result struct {
	Workload     string   `json:"workload"`
	What         string   `json:"what,omitempty"`
	Set          []string `json:"set,omitempty"`
	Workers      int      `json:"workers"`
	Seed         uint64   `json:"seed"`
	Neurons      int      `json:"neurons"`
	Synapses     int      `json:"synapses"`
	Step         float64  `json:"step_ms"`
	Window       float64  `json:"window_ms"`
	Build        float64  `json:"build_s"`       // wall time
	FirstSpike   float64  `json:"first_spike_s"` // wall time from the start of building
	Estimated    int64    `json:"estimated_bytes"`
	Peak         int64    `json:"peak_bytes"`
	PerSynapse   float64  `json:"bytes_per_synapse"`
	Stretch      float64  `json:"stretch_s"` // of model time
	CPU          Spread   `json:"cpu_s_per_s"`
	Wall         Spread   `json:"wall_s_per_s"` // real-time factor
	Recorded     *Spread  `json:"cpu_s_per_s_recorded,omitempty"`
	RecordedSize int64    `json:"recorded_bytes,omitempty"`

	SynapticEvents float64   `json:"synaptic_events_per_s"` // per second of model time
	External       float64   `json:"external_events_per_s"` // expected arrivals of private Poisson input, per second of model time
	RowEvents      float64   `json:"row_events_per_s"`
	NeuronSteps    float64   `json:"neuron_steps_per_s"`
	Spikes         float64   `json:"spikes_per_s"`
	Garbage        float64   `json:"allocated_bytes_per_window"` // by the whole process
	Busy           []float64 `json:"worker_busy_s_per_s"`        // work on shards of each worker, per second of model time
	Rates          []Rate    `json:"rates"`
	Digest         string    `json:"spike_digest_sha256"`

	Expected string `json:"expected_rates,omitempty"`
}

// Spread summarises several measurements.
type Spread struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
	N      int     `json:"n"`
}

func spreadOf(x []float64) Spread {
	x = slices.Sorted(slices.Values(x))
	return Spread{x[0], (x[(len(x)-1)/2] + x[len(x)/2]) / 2, x[len(x)-1], len(x)}
}

// Rate is how often the neurons of a population spiked over all stretches, in Hz.
type Rate struct {
	Population string  `json:"population"`
	Neurons    int     `json:"neurons"`
	Spikes     float64 `json:"spikes_hz"`
	Events     float64 `json:"events_hz"`
}

// Measure builds a workload and times it.
func Measure(ctx context.Context, w Workload, o Options) (*Result, error) {
	if o.Stretches <= 0 {
		o.Stretches = 5
	}
	o.Workers = max(1, o.Workers)
	x, err := experiment.Load(report.NewRegistries(), w.Experiment, w.Set...)
	if err != nil {
		return nil, err
	}
	if o.Seed == 0 {
		o.Seed = x.Experiment.Seed
	}
	if w.Stretch == 0 { // a file that is not of the list
		w.Settle, w.Stretch = x.Experiment.Settle,
			max(x.Experiment.Step, (x.Experiment.Duration-x.Experiment.Settle)/5/x.Experiment.Step*x.Experiment.Step)
	}
	r := &Result{Workload: w.Name, What: w.What, Set: w.Set, Workers: o.Workers, Seed: o.Seed,
		Step:    x.Experiment.Step.Milliseconds(),
		Stretch: w.Stretch.Seconds(), Expected: w.Rates}
	if e, _, err := x.Estimate(); err == nil {
		r.Estimated = e.Bytes
	}
	runtime.GC()
	debug.FreeOSMemory()
	machine.ForgetPeak()
	start := time.Now()
	engine, net, err := x.Engine(o.Seed, sim.Options{Workers: o.Workers, ShardSize: o.Shard})
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	r.Build = time.Since(start).Seconds()
	r.describe(engine, net)
	m := &meter{Result: r, engine: engine, start: start, tap: newTap(net)}
	engine.AddSink(m.tap)
	err = m.settle(ctx, w.Settle)
	if err == nil {
		err = m.stretches(ctx, w.Stretch, o)
	}
	if err = errors.Join(err, engine.Finish()); err != nil {
		return nil, err
	}
	r.Peak = machine.PeakMemory()
	r.Digest = engine.Digest()
	return r, nil
}

// describe fills in what is known before a step is made.
func (r *Result) describe(engine *sim.Sim, net *sim.Network) {
	for _, p := range net.Populations {
		r.Neurons += p.Neurons()
		for _, b := range p.Backgrounds {
			if e, ok := b.Spec.(*neuron.PoissonBackground); ok {
				r.External += float64(p.Size) * e.Rate * float64(e.Sources)
			}
		}
	}
	r.Synapses, r.Window = engine.Synapses(), engine.Window().Milliseconds()
	if r.Synapses > 0 {
		r.PerSynapse = float64(engine.SynapseBytes()) / float64(r.Synapses)
	}
}

// meter times a running engine.
type meter struct {
	*Result
	engine *sim.Sim
	start  time.Time
	tap    *tap
}

// settle runs to the first stretch and notes when the first spike came.
func (m *meter) settle(ctx context.Context, until spike.Tick) error {
	window := m.engine.Window()
	until = (until + window - 1) / window * window
	for m.engine.Now() < until && m.FirstSpike == 0 {
		if err := m.engine.Run(ctx, m.engine.Now()+window); err != nil {
			return err
		}
		if m.engine.Counts().Spikes > 0 {
			m.FirstSpike = time.Since(m.start).Seconds()
		}
	}
	return m.engine.Run(ctx, max(until, m.engine.Now()))
}

// stretches times consecutive stretches of model time, in turn without and with a recording if that is asked for.
func (m *meter) stretches(ctx context.Context, stretch spike.Tick, o Options) error {
	window := m.engine.Window()
	stretch = max(window, stretch/window*window)
	m.Stretch = stretch.Seconds()
	var cpu, wall, recorded []float64
	m.tap.reset()
	before, busy, from := m.engine.Counts(), m.engine.Busy(), m.engine.Now()
	var writer *recordings.Writer
	if o.Record {
		dir, err := os.MkdirTemp("", "burstplex-bench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if writer, err = recordings.Create(filepath.Join(dir, "spikes.bspk"), m.tap.header); err != nil {
			return err
		}
	}
	var memory [2]runtime.MemStats
	for range o.Stretches {
		runtime.ReadMemStats(&memory[0])
		c, w, err := m.stretch(ctx, stretch, nil)
		if err != nil {
			return err
		}
		runtime.ReadMemStats(&memory[1])
		m.Garbage = float64(memory[1].TotalAlloc-memory[0].TotalAlloc) / float64(stretch/window)
		cpu, wall = append(cpu, c), append(wall, w)
		if writer == nil {
			continue
		}
		if c, _, err = m.stretch(ctx, stretch, writer); err != nil {
			return err
		}
		recorded = append(recorded, c)
	}
	m.CPU, m.Wall = spreadOf(cpu), spreadOf(wall)
	if writer != nil {
		s := spreadOf(recorded)
		m.Recorded = &s
		if err := writer.Close(); err != nil {
			return err
		}
		if info, err := os.Stat(writer.Path()); err == nil {
			m.RecordedSize = info.Size()
		}
	}
	m.conclude((m.engine.Now() - from).Seconds(), before, busy)
	return nil
}

// stretch runs a stretch and returns processor and wall seconds per second of model time.
func (m *meter) stretch(ctx context.Context, length spike.Tick, writer *recordings.Writer) (cpu, wall float64,
	err error) {
	m.tap.writer = writer
	c, w := machine.CPU(), time.Now()
	err = m.engine.Run(ctx, m.engine.Now()+length)
	if err == nil && writer != nil {
		_, err = writer.Flush() // its work is part of the stretch
	}
	m.tap.writer = nil
	return (machine.CPU() - c).Seconds() / length.Seconds(), time.Since(w).Seconds() / length.Seconds(), err
}

// conclude turns counts into rates over a model time in s.
func (m *meter) conclude(seconds float64, before sim.Counts, busy []time.Duration) {
	c := m.engine.Counts()
	m.SynapticEvents = float64(c.SynapticEvents-before.SynapticEvents) / seconds
	m.RowEvents = float64(c.RowEvents-before.RowEvents) / seconds
	m.NeuronSteps = float64(c.NeuronSteps-before.NeuronSteps) / seconds
	m.Spikes = float64(c.Spikes-before.Spikes) / seconds
	for k, b := range m.engine.Busy() {
		m.Busy = append(m.Busy, (b-busy[k]).Seconds()/seconds)
	}
	for i, p := range m.tap.header.Populations {
		n := seconds * float64(p.Size)
		m.Rates = append(m.Rates, Rate{p.Name, p.Size, float64(m.tap.spikes[i]) / n, float64(m.tap.events[i]) / n})
	}
}

// tap counts the spikes of each population and passes them on to a writer if there is one.
type tap struct {
	header         recordings.Header
	spikes, events []int64
	lookup         spike.Lookup // of populations
	writer         *recordings.Writer
}

func newTap(net *sim.Network) *tap {
	t := &tap{header: recordings.Header{Experiment: "# benchmark\n", Seed: net.Seed, Program: session.Program(),
		Resolution: spike.Microsecond}}
	for i, id := range net.IDs() {
		t.header.Populations = append(t.header.Populations, recordings.Population{Population: id,
			Detector: net.Populations[i].Detector})
	}
	t.lookup = spike.NewLookup(net.IDs())
	t.spikes, t.events = make([]int64, len(net.Populations)), make([]int64, len(net.Populations))
	return t
}

func (t *tap) reset() { clear(t.spikes); clear(t.events) }

// WriteSpikes implements sim.Sink.
func (t *tap) WriteSpikes(w spike.Window, events []spike.Event) error {
	for _, e := range events {
		p := t.lookup.Find(e.Src)
		t.spikes[p]++
		if e.Kind == spike.Onset {
			t.events[p]++
		}
	}
	if t.writer == nil {
		return nil
	}
	return t.writer.WriteSpikes(w, events)
}

// Close implements sim.Sink.
func (*tap) Close() error { return nil }
