package experiment

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Accuracy is measured against the reference integrator, with the order by which it falls; where it is bad, substeps
// are proposed that make it good.
func TestAccuracies(t *testing.T) {
	text, err := Text("hodgkin-huxley")
	if err != nil {
		t.Fatal(err)
	}
	median := func(overrides ...string) (float64, string) {
		set := append([]string{"experiment.duration=25 ms", "experiment.settle=0 ms", "experiment.bin=1 ms", "figures={}"},
			overrides...)
		x, err := LoadText(NewRegistries(), "accuracy.toml", text, set...)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := x.Accuracies()
		if err != nil || len(lines) != 3 {
			t.Fatal(lines, err)
		}
		m := regexp.MustCompile(`median ([0-9.e+-]+) us`).FindStringSubmatch(lines[2])
		if m == nil {
			t.Fatal(lines[2])
		}
		f, _ := strconv.ParseFloat(m[1], 64)
		return f, lines[2]
	}
	coarse, line := median("models.squid.substeps=1")
	m := regexp.MustCompile(`substeps = (\d+) would do`).FindStringSubmatch(line)
	if coarse < 10 || m == nil {
		t.Fatalf("%s: nothing is proposed", line)
	}
	if fine, line := median("models.squid.substeps=" + m[1]); fine > 15 || fine > coarse/3 ||
		!strings.Contains(line, "order") {
		t.Errorf("with %s substeps: %s; before: %g us", m[1], line, coarse)
	}
}
