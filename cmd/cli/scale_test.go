package cli

import (
	"bytes"
	"strings"
	"testing"
)

// A scaled experiment says what the scaling did, in every command that takes it, and is refused where it cannot be.
func TestScaledExperiments(t *testing.T) {
	for _, args := range [][]string{{"check", "cuba", "--scale", "N=0.25,K=0.5"},
		{"bench", "cuba", "-n", "1", "--scale", "N=0.25,K=0.5"}} {
		var out, err bytes.Buffer
		if code := run(args, &out, &err); code != done {
			t.Fatalf("%v: exit code %d: %s", args, code, err.String())
		}
		for _, want := range []string{"4000 to 1000 neurons", "(80 to 40 inputs a neuron)", "left out along 4 projections",
			"correlation"} {
			if !strings.Contains(err.String(), want) {
				t.Errorf("%v: %q is not said: %s", args, want, err.String())
			}
		}
	}
	bads(t, []string{"--scale N=none", "(0, 10000]"}, "check", "cuba", "--scale", "N=none")
	bads(t, []string{"projections", "K = 3"}, "run", "cuba", "--scale", "K=3")
	bads(t, []string{"mnist.toml", "task"}, "check", "mnist", "--scale", "N=0.1")
	bads(t, []string{"--to", "up to 80"}, "bench", "scaling", "cuba", "--vary", "in-degree", "--to", "1e6")
	bads(t, []string{"--weak"}, "bench", "scaling", "cuba", "--vary", "neurons", "--weak")
	bads(t, []string{"--meter"}, "bench", "cuba", "--meter", "60")
}
