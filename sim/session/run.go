package session

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"time"

	"github.com/burstplex/burstplex/internal/parallel"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// Options says where and how an experiment is run. None of them changes a spike, except the seeds.
type Options struct {
	Dir     string    // result directory; must not exist, unless Force
	Seed    *uint64   // first seed, in place of the file's
	Seeds   int       // number of seeds, in place of the file's; 0: the file's
	Workers int       // processors; 0: all
	Force   bool      // replace the files of an existing result directory
	Log     io.Writer // progress; nil: none
	Pool    *Pool     // of experiments that are run side by side; nil: one of its own

	tokens   chan struct{} // of the runs that may go on at a time, shared by variants
	progress *progress
	resume   bool
}

// resolve fills in what is left to the file and the machine.
func (o *Options) resolve(x *experiment.Experiment) {
	if o.Seed == nil {
		o.Seed = &x.Experiment.Seed
	}
	if o.Seeds == 0 {
		o.Seeds = x.Experiment.Seeds
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Pool != nil {
		o.tokens, o.progress = o.Pool.tokens, o.Pool.progress
	}
}

// Run simulates the experiment, seeds in parallel, and writes the result directory. If ctx ends, the runs stop after
// the current window, what they have so far is kept in valid files, and the error is ctx.Err().
func Run(ctx context.Context, x *experiment.Experiment, o Options) (summary *report.Summary, err error) {
	o.resolve(x)
	if x.Task != nil {
		return runTask(ctx, x, o)
	}
	if err := x.Check(); err != nil {
		return nil, err
	}
	if !o.resume {
		if err := fitsOnDisk(x, o); err != nil {
			return nil, err
		}
	}
	x, held, err := own(x, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	s := &report.Summary{Experiment: x.Experiment.Name, Variant: x.VariantName, Program: Program(),
		ModelTime: x.Experiment.Duration.Seconds(), Runs: make([]report.RunSummary, o.Seeds)}
	d := report.New(x, o.Seeds)
	if o.progress == nil {
		o.tokens = make(chan struct{}, min(o.Seeds, o.Workers))
		o.progress = newProgress(o.Log, x.Experiment.Duration*spike.Tick(o.Seeds))
		defer o.progress.finish()
	}
	errs := make([]error, o.Seeds)
	parallel.Within(o.tokens, o.Seeds, func(k int) {
		if errs[k] = ctx.Err(); errs[k] == nil {
			errs[k] = runSeed(ctx, x, o, k, s, d)
		}
	})
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		s.Interrupted = true
		return s, errors.Join(report.WriteSummary(o.Dir, s), err)
	}
	return s, d.Conclude(o.Dir, s)
}

// runSeed simulates seed number k, from its checkpoint if the run is resumed and has one.
func runSeed(ctx context.Context, x *experiment.Experiment, o Options, k int, s *report.Summary,
	d *report.Report) (err error) {
	seed := *o.Seed + uint64(k)
	start := time.Now()
	net, err := x.Network(seed)
	if err != nil {
		return err
	}
	obs := d.Observe(k, net)
	if done, err := finished(x, o, seed, &s.Runs[k], obs); done || err != nil {
		return err
	}
	engine, err := sim.New(net, sim.Options{Workers: max(1, o.Workers/cap(o.tokens))})
	if err != nil {
		return x.Place(err)
	}
	defer engine.Close()
	r := report.RunSummary{Seed: seed, BuildSeconds: time.Since(start).Seconds(), Synapses: engine.Synapses()}
	sv := &saver{x: x, dir: o.Dir, engine: engine, state: saved{Network: identity(x, seed), Seed: seed},
		started: time.Now(), last: time.Now()}
	direct := report.Direct(x)
	var from *saved
	if o.resume {
		if from, err = sv.restore(); err != nil {
			return err
		}
	}
	end, err := attach(x, &r, sv, obs, from, direct, net)
	if err == nil {
		err = advance(ctx, x, sv, end, o.progress)
	}
	if err == nil && sv.diary != nil {
		sv.diary.ending = true // what Finish passes on is all that comes
	}
	if err == nil && sv.writer != nil {
		err = finalWeights(x, engine, sv.writer)
	}
	if ferr := engine.Finish(); err == nil || errors.Is(err, context.Canceled) && ferr != nil {
		err = errors.Join(err, ferr)
	}
	c := engine.Counts()
	r.WallSeconds, r.ModelTime = sv.state.WallSecond+time.Since(sv.started).Seconds(), engine.Now().Seconds()
	r.RealTimeFactor = r.WallSeconds / max(r.ModelTime, 1e-9)
	r.Spikes, r.SynapticEvents, r.NeuronSteps, r.Digest = c.Spikes, c.SynapticEvents, c.NeuronSteps, engine.Digest()
	for _, pop := range net.Populations {
		r.Neurons += pop.Neurons()
	}
	s.Runs[k] = r
	if err != nil {
		return err
	}
	if r.Recording != "" {
		if err := join(filepath.Join(o.Dir, r.Recording), sv.state.Segment); err != nil {
			return err
		}
	}
	if err := saveWeights(x, engine, o.Dir, seed); err != nil {
		return err
	}
	if direct {
		obs.Ended(engine.Now())
	} else if err := obs.Read(filepath.Join(o.Dir, r.Recording)); err != nil {
		return err
	}
	return finish(x, o.Dir, r, obs)
}

// attach connects recorder, probes, diary and observation to the engine and returns when the run ends.
func attach(x *experiment.Experiment, r *report.RunSummary, sv *saver, obs *report.Observation, from *saved,
	direct bool, net *sim.Network) (end func() spike.Tick, err error) {
	end = func() spike.Tick { return x.Experiment.Duration }
	if x.Record.Spikes {
		r.Recording = report.RecordingFile(r.Seed)
		if from != nil {
			sv.state.Segment = from.Segment + 1
		}
		names := segments(filepath.Join(sv.dir, r.Recording), sv.state.Segment)
		sv.writer, err = recordings.Create(names[len(names)-1], header(x, r.Seed, net), recordings.Replace())
		if err != nil {
			return nil, err
		}
		sv.engine.AddSink(sv.writer)
		if err := attachProbes(x, sv.engine, sv.writer); err != nil {
			return nil, err
		}
		if every := x.Record.WeightsEvery; every > 0 {
			if err := repeat(x, sv.engine, every,
				func(now spike.Tick) error { return recordWeights(x, sv.engine, sv.writer, now) }); err != nil {
				return nil, err
			}
		}
	}
	if direct {
		sv.engine.AddSink(sinkOf{obs})
		sv.direct = obs
		if from != nil {
			if err := obs.Load(from.Observed); err != nil {
				return nil, err
			}
		}
	}
	if p := x.Presentations(r.Seed); p != nil {
		planned := p.End()
		end = func() spike.Tick { return x.Experiment.Duration - (planned - p.End()) } // earlier if the task is solved early
		if sv.diary, err = keepDiary(x, sv.dir, r.Seed, sv.engine, p, net, from); err != nil {
			return nil, err
		}
		sv.diary.recording = sv.writer
		sv.engine.AddSink(sv.diary)
		if err := sv.engine.Follow(p); err != nil {
			return nil, x.Place(err)
		}
	}
	return end, nil
}

// advance runs the engine to the end in pieces of whole windows, reporting progress and saving checkpoints: every now
// and then, and when the run is interrupted.
func advance(ctx context.Context, x *experiment.Experiment, sv *saver, end func() spike.Tick, p *progress) error {
	engine := sv.engine
	piece := max(1, x.Experiment.Duration/400/engine.Window()) * engine.Window()
	p.skip(engine.Now())
	for now := engine.Now(); now < end(); now = engine.Now() {
		err := engine.Run(ctx, min(now/piece*piece+piece, end()))
		p.add(engine.Now() - now)
		switch {
		case errors.Is(err, context.Canceled):
			return errors.Join(err, sv.save())
		case err != nil:
			return err
		case engine.Now() < end() && sv.due():
			if err := sv.save(); err != nil {
				return err
			}
		}
	}
	return nil
}

// header describes the recording of a seed.
func header(x *experiment.Experiment, seed uint64, net *sim.Network) recordings.Header {
	h := recordings.Header{Experiment: string(x.Resolved()), Seed: seed, Program: Program(),
		Resolution: x.Record.Resolution}
	for i, id := range net.IDs() {
		p := recordings.Population{Population: id, Detector: net.Populations[i].Detector}
		if n := x.Record.Neurons.Get(id.Name); n != nil {
			p.Recorded = []recordings.Range{{First: n.First, Count: n.Of(id.Size), Stride: n.Every}}
		}
		h.Populations = append(h.Populations, p)
	}
	return h
}

// sinkOf feeds an observation directly, where nothing is recorded.
type sinkOf struct{ o *report.Observation }

func (s sinkOf) WriteSpikes(_ spike.Window, events []spike.Event) error {
	s.o.Add(events)
	return nil
}
func (sinkOf) Close() error { return nil }
