package experiment

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/burstplex/burstplex/sim/config"
)

// Print prints rates, comparison and speed.
func (s *Summary) Print(w io.Writer) {
	fmt.Fprintf(w, "%-22s %10s %10s %10s %12s\n", "after settling", "spikes Hz", "events Hz", "bursts Hz", "burst prob.")
	for _, p := range s.Populations {
		fmt.Fprintf(w, "%-22s %10.3f %10.3f %10.3f %10.1f %%\n", p.Population, p.SpikeRate, p.EventRate, p.BurstRate, 100*p.BurstProbability)
	}
	if len(s.Compared) > 0 {
		fmt.Fprintln(w)
		PrintComparison(w, s.Compared)
	}
	fmt.Fprintln(w)
	for _, r := range s.Runs {
		fmt.Fprintf(w, "seed %d: %d neurons, %d synapses, %d spikes, %.3g synaptic events; built in %.2f s, %.2f s per s of model time; spikes %.16s\n",
			r.Seed, r.Neurons, r.Synapses, r.Spikes, float64(r.SynapticEvents), r.BuildSeconds, r.RealTimeFactor, r.Digest)
	}
}

// Copy writes a built-in experiment, and the embedded files that it names, to path ("" means NAME.toml). It
// overwrites nothing. It returns the files that it has written.
func Copy(name, path string) (written []string, err error) {
	text, err := Text(name)
	if err != nil {
		return nil, err
	}
	if path == "" {
		path = name + ".toml"
	}
	files := map[string][]byte{path: text}
	x, err := Load(name)
	if err != nil {
		return nil, err
	}
	for _, r := range x.replayed() {
		if files[filepath.Join(filepath.Dir(path), r)], err = builtin.ReadFile("builtin/" + r); err != nil {
			return nil, err
		}
	}
	for f := range files {
		if _, err := os.Stat(f); err == nil {
			return nil, &config.Error{File: f, Reason: "the file exists already; choose another with -o"}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	for f, text := range files {
		if err := os.WriteFile(f, text, 0o666); err != nil {
			return written, err
		}
		written = append(written, f)
	}
	return written, nil
}
