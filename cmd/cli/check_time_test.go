package cli

import (
	"regexp"
	"strings"
	"testing"
)

// A check says what a run will take: measured where the network is quickly built, by its size where it is not, and
// never nothing.
func TestCheckSaysTime(t *testing.T) {
	for name, want := range map[string]string{
		"coba":         `1 s of model time, 1 seed; for each seed about [\d.]+ s of one processor \(as measured over 0\.\d+ s of model time, where the rest is like it\)`,
		"microcircuit": `1\.1 s of model time, 1 seed; for each seed about \d+ s of one processor \(by its size, at 10 Hz: a few times more or less\)`,
	} {
		if got := must(t, "check", name); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: %s", name, got)
		}
	}
	// A stretch that goes wrong is left to the run to tell.
	t.Chdir(t.TempDir())
	must(t, "init", "--template", "small")
	if got := must(t, "check", "small.toml", "--set", "experiment.duration=250 ms"); !strings.Contains(got,
		"0.25 s of model time") {
		t.Error(got)
	}
}
