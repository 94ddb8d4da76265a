package report

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Read feeds the observation from a recording.
func (o *Observation) Read(path string) error {
	r, err := recordings.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(r.Feed(recordings.Query{}, o), r.Close())
}

// Draw analyses the recordings of a result directory again and redraws its figures: those named, or all.
func Draw(dir string, names ...string) error {
	x, err := experiment.Load(filepath.Join(dir, "experiment.toml"))
	if err != nil {
		return err
	}
	d := &Report{Experiment: x}
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
		if f := x.Figures.Get(name); d.unseen && f != nil && !f.OfPresentations() {
			return fmt.Errorf("%s: figure %s shows spikes, and this run kept none ([record] spikes = false)", dir, name)
		}
	}
	rows := d.comparePresentations()
	if !d.unseen {
		rows = append(d.compare(), rows...)
	}
	return d.draw(filepath.Join(dir, "figures"), rows, names...)
}

// readRecordings analyses the recordings of a result directory.
func (d *Report) readRecordings(dir string) error {
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
func (d *Report) observe(seed uint64) error {
	net, err := d.Network(seed)
	if err == nil {
		d.nets, d.obs = append(d.nets, net), append(d.obs, observe(d.Experiment, seed, net))
	}
	return err
}

// readDiaries reads the presentations of all seeds; of a seed without a recording, the counts of spikes that the run kept.
func (d *Report) readDiaries(dir string) error {
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
		l, err := readPresentations(dir, seed)
		if err != nil {
			return err
		}
		d.presented = append(d.presented, l...)
		if !recorded {
			if err := d.observe(seed); err != nil {
				return err
			}
			kept, err := ReadDone(dir, seed)
			if err != nil {
				return err
			}
			if kept == nil || kept.Courses == nil {
				d.unseen = true
			} else if err := d.obs[len(d.obs)-1].SetCounts(kept.Courses); err != nil {
				return err
			}
		}
	}
	return nil
}
