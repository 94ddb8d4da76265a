package oracle

import (
	"os"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// A case in a file, as a failure prints it, is compared with the oracle at every millisecond: BURSTPLEX_CASE=case.toml.
func TestCaseInFile(t *testing.T) {
	name := os.Getenv("BURSTPLEX_CASE")
	if name == "" {
		t.Skip("BURSTPLEX_CASE names no experiment file")
	}
	x, err := experiment.Load(report.NewRegistries(), name)
	if err != nil {
		t.Fatal(err)
	}
	c := &Case{End: x.Experiment.Duration, Bands: map[string]Band{}}
	if c.Net, err = x.Network(x.Experiment.Seed); err != nil {
		t.Fatal(err)
	}
	for name, s := range x.Stimuli.All() {
		if f, ok := s.Course.(interface {
			Spectrum() (components int, low, high float64)
		}); ok {
			components, low, high := f.Spectrum()
			c.Bands[name] = Band{components, low, high}
		}
	}
	for at := spike.Millisecond; at < c.End; at += spike.Millisecond {
		c.Probes = append(c.Probes, at)
	}
	r, err := Check(c)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Differences) > 0 {
		t.Error(strings.Join(r.Differences, "\n"))
	}
	for k, v := range r.Worst {
		t.Logf("%40s %g", k, v)
	}
}
