package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sbinet/npyio/npz"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
)

// attachProbes arranges that the probes are written into the recording: a course named after the probe, with the columns
// neuron and the variable after the time.
func (x *Experiment) attachProbes(engine *sim.Sim, w *recordings.Writer) error {
	for name, p := range x.Probes.All() {
		column, names, ok := engine.Column(p.Population, p.Variable)
		if !ok {
			return x.tree.At("probes."+name+".variable").NotFound("state variable", names)
		}
		size := x.Populations.Get(p.Population).Size
		last := p.Last
		if last == 0 || last > size {
			last = size
		}
		var ids []uint32
		for i := p.First; i < last; i += p.Stride {
			ids = append(ids, uint32(i))
		}
		values := make([]float64, len(ids))
		sample := func(now spike.Tick) error {
			for k, i := range ids {
				values[k] = column.Float(int(i))
			}
			return w.WriteRows(name, now, []recordings.Column{{Name: "neuron", Data: ids}, {Name: p.Variable, Unit: column.Unit, Data: values}})
		}
		if err := x.repeat(engine, p.Every, sample); err != nil {
			return err
		}
	}
	return nil
}

// repeat lets something be done at all multiples of an interval, the end of the experiment included. A resumed run goes on
// where it stood.
func (x *Experiment) repeat(engine *sim.Sim, every spike.Tick, do func(now spike.Tick) error) error {
	var again func(now spike.Tick) error
	again = func(now spike.Tick) error {
		err := do(now)
		if next := now + every; err == nil && next <= x.Experiment.Duration {
			err = engine.At(next, again)
		}
		return err
	}
	return engine.At((engine.Now()+every-1)/every*every, again)
}

// recordWeights writes the weights that [record] names into the recording, as tables "weights-NAME".
func (x *Experiment) recordWeights(engine *sim.Sim, w *recordings.Writer, now spike.Tick) error {
	for _, name := range x.Record.Weights {
		var source, target []uint32
		var weight, delay []float32
		engine.Projection(name).Each(func(s, t int, w float64, d spike.Tick) {
			source, target = append(source, uint32(s)), append(target, uint32(t))
			weight, delay = append(weight, float32(w)), append(delay, float32(d.Milliseconds()))
		})
		if err := w.WriteTable("weights-"+name, now, []recordings.Column{{Name: "source", Data: source}, {Name: "target", Data: target},
			{Name: "weight", Data: weight}, {Name: "delay", Unit: "ms", Data: delay}}); err != nil {
			return err
		}
	}
	return nil
}

// finalWeights writes the weights at the end into the recording, if they are kept there and no snapshot was due now.
func (x *Experiment) finalWeights(engine *sim.Sim, w *recordings.Writer) error {
	now, every := engine.Now(), x.Record.WeightsEvery
	if x.Record.Format != "bspk" || every > 0 && now%every == 0 {
		return nil
	}
	return x.recordWeights(engine, w, now)
}

// saveWeights writes the weights that [record] names, as weights-NAME-SEED.csv or .npz.
func (x *Experiment) saveWeights(engine *sim.Sim, dir string, seed uint64) error {
	if x.Record.Format == "bspk" {
		return nil
	}
	for _, name := range x.Record.Weights {
		path := filepath.Join(dir, fmt.Sprintf("weights-%s-%d.%s", name, seed, x.Record.Format))
		if err := writeWeights(path, engine, name, x.Record.Format); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func writeWeights(path string, engine *sim.Sim, name, format string) (err error) {
	var source, target []int64
	var weight, delay []float64
	engine.Projection(name).Each(func(s, t int, w float64, d spike.Tick) {
		source, target = append(source, int64(s)), append(target, int64(t))
		weight, delay = append(weight, w), append(delay, d.Milliseconds())
	})
	if format == "npz" {
		w, err := npz.Create(path)
		if err != nil {
			return err
		}
		return errors.Join(w.Write("source.npy", source), w.Write("target.npy", target), w.Write("weight.npy", weight), w.Write("delay_ms.npy", delay), w.Close())
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err = fmt.Fprintln(f, "source,target,weight,delay_ms"); err != nil {
		return err
	}
	for i := range source {
		if _, err = fmt.Fprintf(f, "%d,%d,%g,%g\n", source[i], target[i], weight[i], delay[i]); err != nil {
			return err
		}
	}
	return nil
}

// read feeds the observation from a recording.
func (o *observation) read(path string) error {
	r, err := recordings.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(r.Feed(recordings.Query{}, o), r.Close())
}

// Draw analyses the recordings of a result directory again and redraws its figures: those named, or all.
func Draw(dir string, names ...string) error {
	x, err := Load(filepath.Join(dir, "experiment.toml"))
	if err != nil {
		return err
	}
	x.builtin = false
	d := &drawing{Experiment: x}
	if err := d.readRecordings(dir); err != nil {
		return err
	}
	if err := d.readDiaries(dir); err != nil {
		return err
	}
	if len(d.obs) == 0 {
		return fmt.Errorf("%s: there is no recording and no table of presentations to draw from", dir)
	}
	for _, name := range names {
		if f := x.Figures.Get(name); d.unseen && f != nil && !f.ofPresentations() {
			return fmt.Errorf("%s: figure %s shows spikes, and this run kept none ([record] spikes = false)", dir, name)
		}
	}
	rows := x.comparePresentations(d.lessons)
	if !d.unseen {
		rows = append(x.compare(d.nets, d.obs), rows...)
	}
	return d.draw(filepath.Join(dir, "figures"), rows, names...)
}

// readRecordings analyses the recordings of a result directory.
func (d *drawing) readRecordings(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "spikes-*.bspk"))
	if err != nil {
		return err
	}
	for _, path := range files {
		r, err := recordings.Open(path)
		if err != nil {
			return err
		}
		if err := d.observe(r.Header().Seed); err != nil {
			return errors.Join(err, r.Close())
		}
		if err := errors.Join(r.Feed(recordings.Query{}, d.obs[len(d.obs)-1]), r.Close()); err != nil {
			return err
		}
	}
	return nil
}

// observe adds a seed with an empty observation.
func (d *drawing) observe(seed uint64) error {
	net, err := d.Network(seed)
	if err == nil {
		d.nets, d.obs = append(d.nets, net), append(d.obs, d.Experiment.observe(seed, net))
	}
	return err
}

// readDiaries reads the presentations of all seeds; of a seed without a recording, the counts of spikes that the run kept.
func (d *drawing) readDiaries(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "presentations-*.csv"))
	if err != nil {
		return err
	}
	recorded := len(d.obs) > 0
	for _, path := range files {
		var seed uint64
		if _, err := fmt.Sscanf(filepath.Base(path), "presentations-%d.csv", &seed); err != nil {
			continue
		}
		l, err := readLessons(dir, seed)
		if err != nil {
			return err
		}
		d.lessons = append(d.lessons, l...)
		if !recorded {
			if err := d.observe(seed); err != nil {
				return err
			}
			kept, err := readDone(dir, seed)
			if err != nil {
				return err
			}
			if kept == nil || kept.Courses == nil {
				d.unseen = true
			} else if err := d.obs[len(d.obs)-1].setCounts(kept.Courses); err != nil {
				return err
			}
		}
	}
	return nil
}
