package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Draw redraws figures and comparison of a result directory, those named or all, from what the directory holds: they
// are the same files that the run wrote. Of an experiment with variants it draws those of each.
func Draw(kinds *experiment.Registries, dir string, names ...string) error {
	var plan struct{ Variants []string }
	if text, err := os.ReadFile(filepath.Join(dir, "plan.json")); err == nil && json.Unmarshal(text, &plan) == nil &&
		len(plan.Variants) > 0 {
		for _, v := range plan.Variants {
			if err := Draw(kinds, filepath.Join(dir, v), names...); err != nil {
				return err
			}
		}
		return nil
	}
	x, err := experiment.Load(kinds, filepath.Join(dir, "experiment.toml"))
	if err != nil {
		return err
	}
	known := append(x.Figures.Names(), "comparison")
	for _, name := range names {
		if !slices.Contains(known, name) {
			return &config.Error{File: dir, Key: name, Reason: "the experiment has no such figure",
				Allowed: strings.Join(known, ", ")}
		}
	}
	d := &Report{Experiment: x}
	seeds, err := seedsOf(dir)
	if err != nil {
		return err
	}
	for _, seed := range seeds {
		if err := d.reread(dir, seed); err != nil {
			return err
		}
	}
	if len(d.obs) == 0 {
		return fmt.Errorf("%s: there is no recording and no table of presentations to draw from", dir)
	}
	for _, name := range names {
		if f := x.Figures.Get(name); d.unseen && f != nil && !ofPresentations(x, f) {
			return fmt.Errorf("%s: figure %s shows spikes of all neurons, and neither the recording nor %s has them", dir, name,
				ObservedFile(d.obs[0].seed))
		}
	}
	for _, name := range names {
		if f := x.Figures.Get(name); f != nil && never(x, f) {
			w, _ := f.Spec.(Figure).Window(x)
			return x.At("figures."+name+".from", "the run ended at %v: there is nothing to draw from %v on",
				x.Experiment.Duration, w.From)
		}
	}
	rows := d.comparePresentations()
	if !d.unseen {
		rows = append(d.compare(), rows...)
	}
	return d.draw(filepath.Join(dir, "figures"), rows, names...)
}

// seedsOf returns the seeds of a result directory in the order in which they were run.
func seedsOf(dir string) (seeds []uint64, err error) {
	var s Summary
	text, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err == nil && !s.Interrupted {
		for _, r := range s.Runs {
			seeds = append(seeds, r.Seed)
		}
		return seeds, nil
	}
	for _, kind := range []struct{ files, name string }{ // of a run that has not ended
		{"spikes-*.bspk", "spikes-%d.bspk"}, {"presentations-*.csv", "presentations-%d.csv"},
		{"observed-*.bin", "observed-%d.bin"},
	} {
		files, err := filepath.Glob(filepath.Join(dir, kind.files))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			var seed uint64
			if n, _ := fmt.Sscanf(filepath.Base(f), kind.name, &seed); n == 1 && !slices.Contains(seeds, seed) {
				seeds = append(seeds, seed)
			}
		}
	}
	slices.Sort(seeds)
	return seeds, nil
}

// reread adds a seed with what the directory says of it: what was observed where that was kept, else its recording, and
// its presentations.
func (d *Report) reread(dir string, seed uint64) error {
	net, err := d.Network(seed)
	if err != nil {
		return err
	}
	d.add(net)
	o := d.obs[len(d.obs)-1]
	state, err := os.ReadFile(filepath.Join(dir, ObservedFile(seed)))
	switch {
	case err == nil:
		err = o.Load(state)
	case !errors.Is(err, fs.ErrNotExist):
	case Direct(d.Experiment):
		d.unseen, err = true, nil
	default:
		err = o.Read(filepath.Join(dir, RecordingFile(seed)))
	}
	if err != nil {
		return err
	}
	if d.Protocol.Len() > 0 {
		p, err := readPresentations(dir, seed)
		if err != nil {
			return err
		}
		d.presented = append(d.presented, p...)
	}
	return nil
}

// add adds a seed with an empty observation.
func (d *Report) add(net *sim.Network) {
	d.nets, d.obs = append(d.nets, net), append(d.obs, observe(d.Experiment, net.Seed, net))
}

// RecordingFile is the file of a seed's spikes.
func RecordingFile(seed uint64) string { return fmt.Sprintf("spikes-%d.bspk", seed) }
