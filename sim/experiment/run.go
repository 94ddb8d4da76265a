package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
)

var nan = math.NaN()

// RunOptions says where and how an experiment is run. None of them changes a spike, except the seeds.
type RunOptions struct {
	Dir     string    // result directory; must not exist, unless Force
	Seed    *uint64   // first seed, in place of the file's
	Seeds   int       // number of seeds, in place of the file's; 0: the file's
	Workers int       // processors; 0: all
	Force   bool      // replace the files of an existing result directory
	Log     io.Writer // progress; nil: none

	tokens   chan struct{} // of the runs that may go on at a time, shared by variants
	progress *progress
	resume   bool
}

// resolve fills in what is left to the file and the machine.
func (o *RunOptions) resolve(x *Experiment) {
	if o.Seed == nil {
		o.Seed = &x.Experiment.Seed
	}
	if o.Seeds == 0 {
		o.Seeds = x.Experiment.Seeds
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
}

// Summary is what a run reports, also as summary.json.
type Summary struct {
	Experiment  string       `json:"experiment"`
	Variant     string       `json:"variant,omitempty"`
	Program     string       `json:"program"`
	ModelTime   float64      `json:"model_time_s"`
	Runs        []RunSummary `json:"runs"`
	Populations []Rates      `json:"populations"` // means over seeds, after settling
	Compared    []Measured   `json:"-"`
	Outcomes    []Outcome    `json:"outcomes,omitempty"`
	Interrupted bool         `json:"interrupted,omitempty"`
	Lines       []string     `json:"lines,omitempty"`  // what a task says of its results
	WallSeconds float64      `json:"wall_s,omitempty"` // of a task
}

// RunSummary is one seed.
type RunSummary struct {
	Seed           uint64  `json:"seed"`
	Recording      string  `json:"recording,omitempty"`
	BuildSeconds   float64 `json:"build_s"`
	WallSeconds    float64 `json:"wall_s"`
	RealTimeFactor float64 `json:"wall_s_per_model_s"`
	ModelTime      float64 `json:"model_time_s"`
	Neurons        int     `json:"neurons"`
	Synapses       int     `json:"synapses"`
	Spikes         int64   `json:"spikes"`
	SynapticEvents int64   `json:"synaptic_events"`
	NeuronSteps    int64   `json:"neuron_steps"`
	Digest         string  `json:"spike_digest_sha256"`
}

// Rates of a population, mean over seeds.
type Rates struct {
	Population       string  `json:"population"`
	SpikeRate        float64 `json:"spike_rate_hz"`
	EventRate        float64 `json:"event_rate_hz"`
	BurstRate        float64 `json:"burst_rate_hz"`
	BurstProbability float64 `json:"burst_probability"`
}

// Program returns name and version of the program.
func Program() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	return fmt.Sprintf("burstplex %s (%s %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// Check builds everything that a run needs of the file and simulates nothing. Its errors name file, line and key.
func (x *Experiment) Check() error {
	if x.Task != nil {
		return nil
	}
	net, err := x.Network(x.Experiment.Seed)
	if err != nil {
		return err
	}
	if err := x.place(sim.Check(net)); err != nil {
		return err
	}
	return x.checkProbes()
}

// Estimate returns what the network of the experiment will take in memory, and its results on disk.
func (x *Experiment) Estimate() (sim.Estimate, Disk, error) {
	if x.Task != nil {
		return sim.Estimate{}, Disk{}, nil
	}
	net, err := x.Network(x.Experiment.Seed)
	if err != nil {
		return sim.Estimate{}, Disk{}, err
	}
	return sim.EstimateOf(net), x.Disk(net), nil
}

// checkProbes looks for the variables that probes and rules read, and for weights that a rule would clip before it begins.
func (x *Experiment) checkProbes() error {
	variable := func(population, name, key string) error {
		one, err := x.Populations.Get(population).Spec.New(neuron.Build{N: 1, Step: x.Experiment.Step, Detector: spike.DefaultDetector()})
		if err != nil {
			return nil // a source that needs its true size has no variables
		}
		var names []string
		for _, c := range one.Columns() {
			names = append(names, c.Name)
		}
		if !slices.Contains(names, name) {
			return x.tree.At(key).NotFound("state variable", names)
		}
		return nil
	}
	for name, p := range x.Probes.All() {
		if err := variable(p.Population, p.Variable, "probes."+name+".variable"); err != nil {
			return err
		}
	}
	for name, p := range x.Projections.All() {
		if p.Rule == nil {
			continue
		}
		key := "projections." + name
		if b, ok := p.Rule.Spec.(*plasticity.ApicalBalance); ok && b.Signal == "apical" {
			if err := variable(p.Target, b.Variable, key+".rule.variable"); err != nil {
				return err
			}
		}
		lo, hi := p.Rule.Spec.Limits()
		if w := p.Weight; w.IsConst() && (w.Mean() < lo || w.Mean() > hi) {
			return x.at(key+".weight", "lies outside the bounds w_min and w_max of the rule").Allow(fmt.Sprintf("[%g, %g]", lo, hi))
		}
	}
	return nil
}

// Run simulates the experiment, seeds in parallel, and writes the result directory. If ctx ends, the runs stop after
// the current window, what they have so far is kept in valid files, and the error is ctx.Err().
func (x *Experiment) Run(ctx context.Context, o RunOptions) (*Summary, error) {
	o.resolve(x)
	if x.Task != nil {
		return x.runTask(ctx, o)
	}
	if err := x.Check(); err != nil {
		return nil, err
	}
	if !o.resume {
		if err := x.fitsOnDisk(o); err != nil {
			return nil, err
		}
		if err := x.begin(o); err != nil {
			return nil, err
		}
	}
	s := &Summary{Experiment: x.Experiment.Name, Variant: x.variantName, Program: Program(), ModelTime: x.Experiment.Duration.Seconds(), Runs: make([]RunSummary, o.Seeds)}
	d := &drawing{Experiment: x, nets: make([]*sim.Network, o.Seeds), obs: make([]*observation, o.Seeds)}
	if o.progress == nil {
		o.tokens = make(chan struct{}, min(o.Seeds, o.Workers))
		o.progress = newProgress(o.Log, x.Experiment.Duration*spike.Tick(o.Seeds))
		defer o.progress.finish()
	}
	errs := make([]error, o.Seeds)
	var wg sync.WaitGroup
	for k := range o.Seeds {
		o.tokens <- struct{}{}
		wg.Go(func() {
			defer func() { <-o.tokens }()
			if errs[k] = ctx.Err(); errs[k] == nil {
				errs[k] = x.runSeed(ctx, o, k, s, d)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		s.Interrupted = true
		return s, errors.Join(writeSummary(o.Dir, s), err)
	}
	return s, x.conclude(o.Dir, s, d)
}

// makeDir makes the result directory; it never overwrites one silently.
func makeDir(o RunOptions) error {
	if _, err := os.Stat(o.Dir); err == nil && !o.Force {
		return &config.Error{File: o.Dir, Reason: "the result directory exists already; choose another with -o, or replace its files with --force"}
	}
	return os.MkdirAll(o.Dir, 0o777)
}

// runSeed simulates seed number k, from its checkpoint if the run is resumed and has one.
func (x *Experiment) runSeed(ctx context.Context, o RunOptions, k int, s *Summary, d *drawing) (err error) {
	seed := *o.Seed + uint64(k)
	start := time.Now()
	net, err := x.Network(seed)
	if err != nil {
		return err
	}
	d.nets[k], d.obs[k] = net, x.observe(seed, net)
	if done, err := x.finished(o, seed, &s.Runs[k], d.obs[k]); done || err != nil {
		return err
	}
	engine, err := sim.New(net, sim.Options{Workers: max(1, o.Workers/cap(o.tokens))})
	if err != nil {
		return x.place(err)
	}
	defer engine.Close()
	r := RunSummary{Seed: seed, BuildSeconds: time.Since(start).Seconds(), Synapses: engine.Synapses()}
	sv := &saver{x: x, dir: o.Dir, engine: engine, state: saved{Network: x.identity(seed), Seed: seed}, started: time.Now(), last: time.Now()}
	direct := !x.Record.Spikes || x.Record.Neurons.Len() > 0 // rates are those of all neurons, also of those not recorded
	sv.disabled = direct && !d.obs[k].onlyCounts()
	var from *saved
	if o.resume && !sv.disabled {
		if from, err = sv.restore(); err != nil {
			return err
		}
	}
	end, err := x.attach(&r, sv, d.obs[k], from, direct, net)
	if err == nil {
		err = x.advance(ctx, sv, end, o.progress)
	}
	if err == nil && sv.writer != nil {
		err = x.finalWeights(engine, sv.writer)
	}
	if ferr := engine.Finish(); err == nil || errors.Is(err, context.Canceled) && ferr != nil {
		err = errors.Join(err, ferr)
	}
	c := engine.Counts()
	r.WallSeconds, r.ModelTime = sv.state.WallSecond+time.Since(sv.started).Seconds(), engine.Now().Seconds()
	r.RealTimeFactor = r.WallSeconds / max(r.ModelTime, 1e-9)
	r.Spikes, r.SynapticEvents, r.NeuronSteps, r.Digest = c.Spikes, c.SynapticEvents, c.NeuronSteps, engine.Digest()
	for _, pop := range net.Populations {
		r.Neurons += pop.Size
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
	if err := x.saveWeights(engine, o.Dir, seed); err != nil {
		return err
	}
	if !direct {
		if err := d.obs[k].read(filepath.Join(o.Dir, r.Recording)); err != nil {
			return err
		}
	}
	return x.finish(o.Dir, r, d.obs[k])
}

// attach connects recorder, probes, diary and observation to the engine and returns when the run ends.
func (x *Experiment) attach(r *RunSummary, sv *saver, obs *observation, from *saved, direct bool, net *sim.Network) (end func() spike.Tick, err error) {
	end = func() spike.Tick { return x.Experiment.Duration }
	if x.Record.Spikes {
		r.Recording = fmt.Sprintf("spikes-%d.bspk", r.Seed)
		if from != nil {
			sv.state.Segment = from.Segment + 1
		}
		names := segments(filepath.Join(sv.dir, r.Recording), sv.state.Segment)
		sv.writer, err = recordings.Create(names[len(names)-1], x.header(r.Seed, net), recordings.Replace())
		if err != nil {
			return nil, err
		}
		sv.engine.AddSink(sv.writer)
		if err := x.attachProbes(sv.engine, sv.writer); err != nil {
			return nil, err
		}
		if every := x.Record.WeightsEvery; every > 0 {
			if err := x.repeat(sv.engine, every, func(now spike.Tick) error { return x.recordWeights(sv.engine, sv.writer, now) }); err != nil {
				return nil, err
			}
		}
	}
	if direct {
		sv.engine.AddSink(sinkOf{obs})
		sv.direct = obs
		if from != nil {
			if err := obs.setCounts(from.Courses); err != nil {
				return nil, err
			}
		}
	}
	if p := x.protocol(r.Seed); p != nil {
		planned := p.End()
		end = func() spike.Tick { return x.Experiment.Duration - (planned - p.End()) } // earlier if the task is solved early
		if sv.diary, err = x.keepDiary(sv.dir, r.Seed, sv.engine, p, net, from); err != nil {
			return nil, err
		}
		sv.diary.recording = sv.writer
		sv.engine.AddSink(sv.diary)
		if err := sv.engine.Follow(p); err != nil {
			return nil, x.place(err)
		}
	}
	return end, nil
}

// advance runs the engine to the end in pieces of whole windows, reporting progress and saving checkpoints: every now and
// then, and when the run is interrupted.
func (x *Experiment) advance(ctx context.Context, sv *saver, end func() spike.Tick, p *progress) error {
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
func (x *Experiment) header(seed uint64, net *sim.Network) recordings.Header {
	h := recordings.Header{Experiment: string(x.Resolved()), Seed: seed, Program: Program(), Resolution: x.Record.Resolution}
	for i, id := range net.IDs() {
		p := recordings.Population{Population: id, Detector: net.Populations[i].Detector}
		if n := x.Record.Neurons.Get(id.Name); n != nil {
			p.Recorded = []recordings.Range{{First: n.First, Count: n.of(id.Size), Stride: n.Every}}
		}
		h.Populations = append(h.Populations, p)
	}
	return h
}

// conclude computes rates and comparison from the observations and writes summary and figures.
func (x *Experiment) conclude(dir string, s *Summary, d *drawing) error {
	for i, p := range d.obs[0].pops {
		var r Rates
		r.Population = p.Name
		for _, o := range d.obs {
			c, n := o.after.Courses()[i].Mean(), float64(len(d.obs))
			r.SpikeRate += c.SpikeRate / n
			r.EventRate += c.EventRate / n
			r.BurstRate += c.BurstRate / n
		}
		if r.EventRate > 0 {
			r.BurstProbability = r.BurstRate / r.EventRate
		}
		s.Populations = append(s.Populations, r)
	}
	if err := x.concludeLessons(dir, s, d); err != nil {
		return err
	}
	s.Compared = append(x.compare(d.nets, d.obs), x.comparePresentations(d.lessons)...)
	if len(s.Compared) > 0 {
		f, err := os.Create(filepath.Join(dir, "comparison.csv"))
		if err != nil {
			return err
		}
		if err := errors.Join(WriteComparison(f, s.Compared), f.Close()); err != nil {
			return err
		}
	}
	if err := d.draw(filepath.Join(dir, "figures"), s.Compared); err != nil {
		return err
	}
	return writeSummary(dir, s)
}

func writeSummary(dir string, s *Summary) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "summary.json"), append(text, '\n'), 0o666)
}

// sinkOf feeds an observation directly, where nothing is recorded.
type sinkOf struct{ o *observation }

func (s sinkOf) WriteSpikes(_ spike.Window, events []spike.Event) error {
	s.o.Add(events)
	return nil
}
func (sinkOf) Close() error { return nil }
