package session

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"github.com/burstplex/burstplex/sim/task"
)

// saved is what a checkpoint file holds beside the state of the engine: where the files of the run stand.
type saved struct {
	Network    string      `json:"network"` // hash of experiment and seed
	Seed       uint64      `json:"seed"`
	Now        spike.Tick  `json:"now_ns"`
	Segment    int         `json:"segment"` // of the recording that was being written
	WallSecond float64     `json:"wall_s"`  // spent so far
	Diary      *diaryState `json:"diary,omitempty"`
	Observed   []byte      `json:"observed,omitempty"` // so far, where the recording does not hold all spikes
}

// saver writes the checkpoints of one seed.
type saver struct {
	x       *experiment.Experiment
	dir     string
	engine  *sim.Sim
	writer  *recordings.Writer  // nil if nothing is recorded
	diary   *diary              // nil without a protocol
	direct  *report.Observation // nil if observations come from the recording
	state   saved
	started time.Time
	last    time.Time
}

func checkpointName(seed uint64) string { return fmt.Sprintf("checkpoint-%d.bin", seed) }

// identity names the network of an experiment and seed: a checkpoint fits no other.
func identity(x *experiment.Experiment, seed uint64) string {
	sum := sha256.Sum256(fmt.Appendf(x.Resolved(), "\nseed %d", seed))
	return hex.EncodeToString(sum[:8])
}

// due reports whether it is time for a checkpoint.
func (s *saver) due() bool {
	every := time.Duration(s.x.Experiment.Checkpoint)
	return every > 0 && time.Since(s.last) >= every
}

// save writes a checkpoint: recording and diary are made durable first, so that they hold at least what it refers
// to. The file replaces the previous one only when it is complete.
func (s *saver) save() error {
	state := s.state
	state.Now = s.engine.Now()
	state.WallSecond += time.Since(s.started).Seconds()
	if s.writer != nil {
		if _, err := s.writer.Flush(); err != nil {
			return err
		}
	}
	if s.diary != nil {
		d, err := s.diary.state()
		if err != nil {
			return err
		}
		state.Diary = d
	}
	if s.direct != nil {
		observed, err := s.direct.Save()
		if err != nil {
			return err
		}
		state.Observed = observed
	}
	head, err := json.Marshal(state)
	if err != nil {
		return err
	}
	body := bytes.NewBuffer(append(head, '\n'))
	if err := s.engine.Checkpoint(body); err != nil {
		return err
	}
	path := filepath.Join(s.dir, checkpointName(s.state.Seed))
	if err := task.Keep(path, body.Bytes()); err != nil {
		return fmt.Errorf("checkpoint at %v: %w", state.Now, err)
	}
	s.last = time.Now()
	return nil
}

// readCheckpoint returns the checkpoint of a seed; state is nil if there is none.
func readCheckpoint(x *experiment.Experiment, dir string, seed uint64) (state *saved, engine []byte, err error) {
	path := filepath.Join(dir, checkpointName(seed))
	body, err := task.Kept(path)
	if errors.Is(err, task.ErrDamaged) {
		err = fmt.Errorf("%w: %w", sim.ErrCheckpoint, err)
	}
	if body == nil || err != nil {
		return nil, nil, err
	}
	head, engine, _ := bytes.Cut(body, []byte("\n"))
	state = &saved{}
	if err := json.Unmarshal(head, state); err != nil {
		return nil, nil, fmt.Errorf("%s: %w: %v", path, sim.ErrCheckpoint, err)
	}
	if state.Network != identity(x, seed) {
		return nil, nil, fmt.Errorf("%s: %w: it belongs to another experiment or seed than %s", path, sim.ErrCheckpoint,
			filepath.Join(dir, "experiment.toml"))
	}
	return state, engine, nil
}

// segments lists the files of a recording that was continued: the first as it is named, the others beside it.
func segments(path string, last int) []string {
	names := []string{path}
	for k := 1; k <= last; k++ {
		names = append(names, fmt.Sprintf("%s.part%d", path, k))
	}
	return names
}

// join merges the segments of a recording into its first file.
func join(path string, last int) (err error) {
	if last == 0 {
		return nil
	}
	names := segments(path, last)
	var readers []*recordings.Reader
	defer func() {
		for _, r := range readers {
			err = errors.Join(err, r.Close())
		}
	}()
	for _, name := range names {
		r, err := openSegment(name)
		if err != nil {
			return err
		}
		readers = append(readers, r)
	}
	if err := recordings.Merge(path+".whole", readers, recordings.Replace()); err != nil {
		return err
	}
	if err := os.Rename(path+".whole", path); err != nil {
		return err
	}
	for _, name := range names[1:] {
		err = errors.Join(err, os.Remove(name))
	}
	for _, name := range names {
		if rerr := os.Remove(name + ".repaired"); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
	}
	return err
}

// openSegment opens a segment; if its end was torn off, what is intact of it.
func openSegment(name string) (*recordings.Reader, error) {
	r, err := recordings.Open(name)
	if err != nil || len(r.Problems()) == 0 {
		return r, err
	}
	if err := r.Close(); err != nil {
		return nil, err
	}
	if _, err := recordings.Repair(name+".repaired", name, recordings.Replace()); err != nil {
		return nil, err
	}
	return recordings.Open(name + ".repaired")
}

// diaryState is where a diary stands.
type diaryState struct {
	Bytes   int64   `json:"bytes"`
	Index   int     `json:"index"`
	Counts  []int64 `json:"counts"`
	Right   int     `json:"right"`
	Repeats []int   `json:"repeats"` // of the stages, which a solved task cuts short
	Waiting []ended `json:"waiting"` // presentations whose bursts are not settled
	Open    []onset `json:"open"`    // events that may still become bursts
}

// onset is the beginning of an event of a neuron.
type onset struct {
	Neuron int        `json:"neuron"`
	At     spike.Tick `json:"at_ns"`
}

// state makes the diary durable and returns where it stands.
func (d *diary) state() (*diaryState, error) {
	d.out.Flush()
	if err := errors.Join(d.out.Error(), d.file.Sync()); err != nil {
		return nil, err
	}
	end, err := d.file.Seek(0, 1)
	s := &diaryState{Bytes: end, Index: d.index, Counts: slices.Clone(d.counts)}
	if d.stop != nil {
		s.Right = d.stop.right
	}
	for i := range d.waiting {
		w := d.waiting[i]
		w.Counts = slices.Clone(w.Counts)
		s.Waiting = append(s.Waiting, w)
	}
	for i, at := range d.onsets {
		if at > d.engine.Now()-d.settles {
			s.Open = append(s.Open, onset{i, at})
		}
	}
	for _, st := range d.protocol.Stages {
		s.Repeats = append(s.Repeats, st.Repeats)
	}
	return s, err
}

// setState takes a diary back to where it stood: what was written later is cut off.
func (d *diary) setState(s *diaryState) error {
	if s == nil || len(s.Counts) != len(d.counts) || len(s.Repeats) != len(d.protocol.Stages) {
		return fmt.Errorf("%w: it has another protocol", sim.ErrCheckpoint)
	}
	d.index = s.Index
	copy(d.counts, s.Counts)
	if d.stop != nil {
		d.stop.right = s.Right
	}
	d.waiting = s.Waiting
	for _, open := range s.Open {
		d.onsets[open.Neuron] = open.At
	}
	for k, n := range s.Repeats {
		d.protocol.Stages[k].Repeats = n
	}
	if err := d.file.Truncate(s.Bytes); err != nil {
		return err
	}
	_, err := d.file.Seek(s.Bytes, 0)
	return err
}
