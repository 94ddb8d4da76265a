package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/task"
)

// Done is what is kept of a seed that is done: run-SEED.json.
type Done struct {
	RunSummary
	Courses [][][]uint64 `json:"courses,omitempty"`
}

func doneName(seed uint64) string { return fmt.Sprintf("run-%d.json", seed) }

// KeepDone notes in a result directory that a seed is done.
func KeepDone(dir string, r RunSummary, obs *Observation) error {
	d := Done{RunSummary: r}
	if obs.OnlyCounts() {
		d.Courses = obs.Counts()
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return task.Replace(filepath.Join(dir, doneName(r.Seed)), text)
}

// ReadDone returns what is kept of a seed that is done, nil if it is not.
func ReadDone(dir string, seed uint64) (*Done, error) {
	path := filepath.Join(dir, doneName(seed))
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	d := &Done{}
	if err == nil {
		err = json.Unmarshal(text, d)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// OnlyCounts reports whether all that is observed are counts of spikes, which a checkpoint can hold.
func (o *Observation) OnlyCounts() bool { return len(o.parts) == 2 }

// Counts returns the counts of all courses; SetCounts puts them back.
func (o *Observation) Counts() (all [][][]uint64) {
	for _, r := range []interface{ Courses() []analysis.Course }{o.rates, o.after} {
		for _, c := range r.Courses() {
			all = append(all, [][]uint64{c.Events, c.Bursts, c.Spikes})
		}
	}
	return all
}

// Onsets returns the events that may still become bursts, which a checkpoint holds beside the counts; SetOnsets puts them back.
func (o *Observation) Onsets() spike.Onsets { return o.rates.Onsets() }

func (o *Observation) SetOnsets(saved spike.Onsets) error {
	for _, mine := range []spike.Onsets{o.rates.Onsets(), o.after.Onsets()} {
		if len(saved) != len(mine) {
			return fmt.Errorf("%w: it counts other neurons", sim.ErrCheckpoint)
		}
		copy(mine, saved)
	}
	return nil
}

func (o *Observation) SetCounts(all [][][]uint64) error {
	mine := o.Counts()
	if len(mine) != len(all) {
		return fmt.Errorf("%w: it counts other populations", sim.ErrCheckpoint)
	}
	for i := range mine {
		for k := range mine[i] {
			if len(all[i]) != len(mine[i]) || len(all[i][k]) != len(mine[i][k]) {
				return fmt.Errorf("%w: it counts in other bins", sim.ErrCheckpoint)
			}
			copy(mine[i][k], all[i][k])
		}
	}
	return nil
}
