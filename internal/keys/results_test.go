package keys

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"github.com/burstplex/burstplex/sim/session"
)

// results is what an experiment wrote.
type results struct {
	dir     string
	x       *experiment.Experiment
	summary *report.Summary
}

// runFile runs an experiment into a directory. Inputs are files beside that of the experiment.
func runFile(t *testing.T, text string, inputs map[string]string, overrides ...string) *results {
	t.Helper()
	dir := t.TempDir()
	var set []string
	for _, o := range overrides {
		if o[0] == '[' {
			text += o + "\n"
		} else {
			set = append(set, o)
		}
	}
	for name, s := range inputs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(dir, "keys.toml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	x, err := experiment.Load(kinds, name, set...)
	if err != nil {
		t.Fatal(err)
	}
	r := &results{dir: filepath.Join(dir, "out"), x: x}
	if x.Variants.Len() > 0 {
		_, _, err = session.RunVariants(context.Background(), x, session.Options{Dir: r.dir, Workers: 1})
	} else {
		r.summary, err = session.Run(context.Background(), x, session.Options{Dir: r.dir, Workers: 1})
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// files returns all files of the results with their content; what measures the machine is left out.
func (r *results) files(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, r.dir+"/")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (r *results) file(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (r *results) recording(t *testing.T) *recordings.Reader {
	t.Helper()
	reader, err := recordings.Open(filepath.Join(r.dir, "spikes-1.bspk"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader
}

func (r *results) json(t *testing.T, name string) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.file(t, name)), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// resultsFile is a small experiment that writes everything that one can.
const resultsFile = `[experiment]
name = "keys"
title = "Keys"
reproduces = "nothing"
settle = "20 ms"
bin = "20 ms"
checkpoint = "0 s"
[populations.src]
model = "poisson"
size = 20
rate = "50 Hz"
[populations.a]
model = "burst-poisson"
size = 10
e_d = "-72 mV"
[populations.a.backgrounds.n]
kind = "ornstein-uhlenbeck"
port = "soma"
[projections.x]
source = "src"
target = "a"
receptor = "ampa"
connector = "fixed-probability"
p = 0.5
weight = 0.02
[projections.x.rule]
kind = "burstccn"
[stimuli.s]
population = "a"
amplitude = "600 pA"
[stimuli.w]
population = "a"
wave = "steps"
levels = ["-100 pA", "100 pA"]
hold = "160 ms"
repeat = true
[stimuli.d]
population = "a"
port = "apical"
amplitude = "200 pA"
wave = "sine"
period = "300 ms"
[teachers.c]
population = "a"
kind = "cross-entropy"
tau = "100 ms"
[patterns.one]
targets = { c = 1.0 }
[patterns.two]
targets = { c = 0.0 }
[protocol.train]
repeats = 4
hold = "160 ms"
teacher_from = "80 ms"
plasticity_from = "80 ms"
measure_to = "80 ms"
[probes.v]
population = "a"
variable = "v_s"
every = "10 ms"
[record]
weights = ["x"]
`

// More tables, for rows that need them: both are drawn, which takes longer than the run.
const (
	comparison = `[[compare]]
name = "rate"
mean = "a.event_rate"
published = 5.0`
	drawn = `[figures.f]
kind = "raster"`
)

// outcome is a row of a key that changes what is written.
type outcome struct {
	key   string
	given []string
	set   string
	law   func(t *testing.T, before, after *results)
}
