package report

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/task"
)

// DoneFile is the file that says that a seed is done, and how it went; ObservedFile what was observed of its
// spikes, where a recording does not hold them all.
func DoneFile(seed uint64) string     { return fmt.Sprintf("run-%d.json", seed) }
func ObservedFile(seed uint64) string { return fmt.Sprintf("observed-%d.bin", seed) }

// Direct reports whether the spikes of a run are observed while they are simulated: its recording has none of them, or
// only those of some neurons, and rates are those of all.
func Direct(x *experiment.Experiment) bool { return !x.Record.Spikes || x.Record.Neurons.Len() > 0 }

// KeepDone notes in a result directory that a seed is done, with what was observed.
func KeepDone(x *experiment.Experiment, dir string, r RunSummary, obs *Observation) error {
	r.Populations = obs.said()
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if Direct(x) {
		state, err := obs.Save()
		if err != nil {
			return err
		}
		if err := task.Replace(filepath.Join(dir, ObservedFile(r.Seed)), state); err != nil {
			return err
		}
	}
	return task.Replace(filepath.Join(dir, DoneFile(r.Seed)), text)
}

// ReadDone returns what is kept of a seed that is done, nil if it is not.
func ReadDone(dir string, seed uint64) (*RunSummary, error) {
	path := filepath.Join(dir, DoneFile(seed))
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	d := &RunSummary{}
	if err == nil {
		err = json.Unmarshal(text, d)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// ReadDone brings the observation to what a seed that is done has said. It reports whether the directory holds that.
func (o *Observation) ReadDone(x *experiment.Experiment, dir string, r *RunSummary) (bool, error) {
	if !Direct(x) {
		return true, o.Read(filepath.Join(dir, r.Recording))
	}
	state, err := os.ReadFile(filepath.Join(dir, ObservedFile(r.Seed)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = o.Load(state)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", filepath.Join(dir, ObservedFile(r.Seed)), err)
	}
	return true, nil
}

// observed is the state of an observation.
type observed struct {
	End   spike.Tick
	Parts []savedPart
}

type savedPart struct {
	Name  string
	State []byte
}

// Save returns the state of the observation.
func (o *Observation) Save() ([]byte, error) {
	s := observed{End: o.end}
	for _, p := range o.parts {
		state, err := analysis.Save(p.Accumulator)
		if err != nil {
			return nil, err
		}
		s.Parts = append(s.Parts, savedPart{p.name, state})
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(s)
	return b.Bytes(), err
}

// Load brings an observation that has seen nothing to a saved state. It may observe less than the saved one did,
// not more.
func (o *Observation) Load(state []byte) error {
	var s observed
	if err := gob.NewDecoder(bytes.NewReader(state)).Decode(&s); err != nil {
		return fmt.Errorf("%w: %v", sim.ErrCheckpoint, err)
	}
	if s.End < o.end {
		o.Ended(s.End)
	}
	for _, p := range o.parts {
		k := slices.IndexFunc(s.Parts, func(saved savedPart) bool { return saved.Name == p.name })
		if k < 0 {
			return fmt.Errorf("%w: the run did not observe %s", sim.ErrCheckpoint, p.name)
		}
		if err := analysis.Load(p.Accumulator, s.Parts[k].State); err != nil {
			return fmt.Errorf("%w: %s: %v", sim.ErrCheckpoint, p.name, err)
		}
	}
	return nil
}
