package keys

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
)

// drawing is a key of a kind of figure and a value that changes what is drawn. What the key says has to hold of what is
// drawn is tested where figures are made (packages report and figure).
type drawing struct{ key, value string }

// figureKeys are the keys of a kind of figure.
type figureKeys struct {
	needs string
	rows  []drawing
}

// figureRows lists the keys by kind, after what the figure needs.
var figureRows = map[string]figureKeys{
	"multiplexing": {`populations = ["src", "a"]
inputs = ["w", "d"]`, []drawing{{"populations", `["a", "src"]`}, {"inputs", `["d", "w"]`}, {"neurons", "5"}, {"from", `"100 ms"`}, {"to", `"900 ms"`},
		{"reference", `"propagation_courses.csv"`}}},
	"traces": {`inputs = ["w"]`, []drawing{{"populations", `["a"]`}, {"inputs", `["d"]`}, {"from", `"100 ms"`}, {"to", `"900 ms"`},
		{"reference", `"propagation_courses.csv"`}}},
	"raster":      {"", []drawing{{"populations", `["a"]`}, {"neurons", "5"}, {"from", `"100 ms"`}, {"to", `"900 ms"`}}},
	"isi":         {"", []drawing{{"populations", `["a"]`}, {"from", `"600 ms"`}, {"to", `"900 ms"`}}},
	"responses":   {`inputs = ["w"]`, []drawing{{"populations", `["src"]`}, {"inputs", `["s"]`}, {"skip", `"40 ms"`}, {"from", `"400 ms"`}, {"to", `"900 ms"`}}},
	"coherence":   {`inputs = ["d"]`, []drawing{{"populations", `["src"]`}, {"inputs", `["w"]`}, {"from", `"200 ms"`}, {"to", `"1 s"`}}},
	"sensitivity": {"", []drawing{{"populations", `["a"]`}, {"from", `"600 ms"`}, {"to", `"900 ms"`}}},
	"probes": {`inputs = ["w"]`, []drawing{{"probes", `["v"]`}, {"neuron", "2"}, {"inputs", `["d"]`}, {"together", "true"}, {"from", `"100 ms"`},
		{"to", `"900 ms"`}}},
	"weights":  {"", []drawing{{"projections", `["x"]`}, {"synapses", "2"}, {"from", `"100 ms"`}, {"to", `"900 ms"`}}},
	"patterns": {"", []drawing{{"populations", `["a"]`}}},
	"learning": {"", []drawing{{"populations", `["a"]`}}},
	"teaching": {"", []drawing{{"populations", `["src"]`}}},
}

// Every key of a figure changes what is drawn, or is one that a figure of this experiment cannot show, which stands
// below.
func TestFigures(t *testing.T) {
	same := map[string]string{
		"multiplexing.reference": "the known courses are of populations that this experiment does not have",
		"traces.reference":       "as above",
		"probes.probes":          "there is one probe",
		"weights.projections":    "there is one whose weights are recorded",
		"teaching.populations":   "src is the only other population",
	}
	var text strings.Builder
	text.WriteString(resultsFile)
	text.WriteString("weights_every = \"20 ms\"\n")
	table := func(name, kind, needs string, d drawing) {
		fmt.Fprintf(&text, "[figures.%s]\nkind = %q\n", name, kind)
		for line := range strings.Lines(needs) {
			if key, _, _ := strings.Cut(line, " ="); key != d.key {
				fmt.Fprintln(&text, strings.TrimSpace(line))
			}
		}
		if d.key != "" {
			fmt.Fprintf(&text, "%s = %s\n", d.key, d.value)
		}
	}
	rows := maps.Clone(figureRows)
	if os.Getenv("BURSTPLEX_LONG") == "" { // drawing takes half a second a kind
		maps.DeleteFunc(rows, func(kind string, _ figureKeys) bool {
			return kind != "raster" && kind != "responses" && kind != "probes"
		})
	}
	for kind, f := range rows {
		table(kind, kind, f.needs, drawing{})
		for _, d := range f.rows {
			table(kind+"_"+d.key, kind, f.needs, d)
		}
	}
	r := runFile(t, text.String(), nil)
	for kind, f := range rows {
		for _, d := range f.rows {
			_, excused := same[kind+"."+d.key]
			if equal := r.file(t, "figures/"+kind+".svg") == r.file(t, "figures/"+kind+"_"+d.key+".svg"); equal != excused {
				t.Errorf("%s: %s = %s leaves the figure as it is: %v", kind, d.key, d.value, equal)
			}
		}
	}
}
