package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sbinet/npyio/npz"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
)

// attachProbes arranges that the probes are written into the recording: a course named after the probe, with the
// columns neuron and the variable after the time.
func attachProbes(x *experiment.Experiment, engine *sim.Sim, w *recordings.Writer) error {
	for name, p := range x.Probes.All() {
		read, unit, names, ok := engine.Probe(p.Population, p.Variable)
		if !ok {
			return x.NotFound("probes."+name+".variable", "state variable", names)
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
				values[k] = read(int(i))
			}
			return w.WriteRows(name, now, []recordings.Column{{Name: "neuron", Data: ids},
				{Name: p.Variable, Unit: unit, Data: values}})
		}
		if err := repeat(x, engine, p.Every, sample); err != nil {
			return err
		}
	}
	return nil
}

// repeat lets something be done at all multiples of an interval, the end of the experiment included. A resumed run
// goes on where it stood.
func repeat(x *experiment.Experiment, engine *sim.Sim, every spike.Tick, do func(now spike.Tick) error) error {
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
func recordWeights(x *experiment.Experiment, engine *sim.Sim, w *recordings.Writer, now spike.Tick) error {
	for _, name := range x.Record.Weights {
		var source, target []uint32
		var weight, delay []float32
		engine.Projection(name).Each(func(s, t int, w float64, d spike.Tick) {
			source, target = append(source, uint32(s)), append(target, uint32(t))
			weight, delay = append(weight, float32(w)), append(delay, float32(d.Milliseconds()))
		})
		if err := w.WriteTable("weights-"+name, now, []recordings.Column{{Name: "source", Data: source},
			{Name: "target", Data: target},
			{Name: "weight", Data: weight}, {Name: "delay", Unit: "ms", Data: delay}}); err != nil {
			return err
		}
	}
	return nil
}

// finalWeights writes the weights at the end into the recording, if they are kept there and no snapshot was due now.
func finalWeights(x *experiment.Experiment, engine *sim.Sim, w *recordings.Writer) error {
	now, every := engine.Now(), x.Record.WeightsEvery
	if x.Record.Format != "bspk" || every > 0 && now%every == 0 {
		return nil
	}
	return recordWeights(x, engine, w, now)
}

// saveWeights writes the weights that [record] names, as weights-NAME-SEED.csv or .npz.
func saveWeights(x *experiment.Experiment, engine *sim.Sim, dir string, seed uint64) error {
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
		return errors.Join(w.Write("source.npy", source), w.Write("target.npy", target), w.Write("weight.npy", weight),
			w.Write("delay_ms.npy", delay), w.Close())
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
