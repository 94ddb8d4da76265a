package cli

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Arrows between packages never turn back: a package may import only those folders of the project that its own names
// here. Folders may import below themselves; a name with a point at its end is the package alone, without what lies
// below it. Between the rooms of sim there are arrows as in docs/architecture.md.
func TestLayers(t *testing.T) {
	leaves := []string{"neuron/spike", "neuron/rng", "neuron/numeric", "neuron/nearest"}
	forAll := []string{"internal/plural", "internal/parallel", "internal/replace"} // words, workers, whole files
	model := append([]string{"neuron", "neuron/ensemble", "neuron/equations"}, leaves...)
	below := append([]string{"plasticity", "synapse", "recordings"}, model...) // the engine
	allowed := []struct {
		folder  string
		imports []string
	}{ // the first folder that a package lies in holds
		{"neuron/spike", []string{"neuron/numeric"}},
		{"neuron/rng", []string{"neuron/numeric"}},
		{"neuron/numeric", nil},
		{"neuron/nearest", nil},
		{"neuron", leaves},
		{"synapse", model},
		{"plasticity", append([]string{"synapse"}, model...)},
		{"recordings", leaves},
		{"sim/config", append([]string{"plasticity", "synapse"}, model...)},
		{"sim/kind", []string{"sim/config"}},
		{"sim/task", []string{"neuron/spike"}},
		{"sim/images", leaves},
		{"sim/ensemble", append([]string{"synapse/units"}, model...)},
		{"sim/deep/picture", []string{"recordings"}},
		{"sim/credit", append([]string{"sim/task", "sim/ensemble"}, below...)},
		{"sim/curve", append([]string{"sim/task"}, below...)},
		{"sim/cell", append([]string{"sim.", "sim/task"}, below...)},
		{"sim/deep", append([]string{"sim/task", "sim/ensemble", "sim/images"}, below...)},
		{"sim/machine", nil},
		{"sim/experiment", append([]string{"sim.", "sim/config", "sim/kind", "sim/task", "sim/credit", "sim/curve",
			"sim/cell", "sim/deep"}, below...)},
		{"sim/report", append([]string{"sim.", "sim/config", "sim/kind", "sim/task", "sim/experiment"}, below...)},
		{"sim/session", append([]string{"sim.", "sim/config", "sim/kind", "sim/task", "sim/experiment", "sim/report"},
			below...)},
		{"sim/sweep", append([]string{"sim.", "sim/config", "sim/task", "sim/experiment", "sim/report", "sim/session"},
			below...)},
		{"sim/bench", append([]string{"sim.", "sim/config", "sim/deep", "sim/experiment", "sim/report", "sim/session",
			"sim/machine"}, below...)},
		{"sim/scaling", append([]string{"sim.", "sim/config", "sim/task", "sim/experiment", "sim/session", "sim/machine"},
			below...)},
		{"sim.", below}, // the engine knows nothing of what stands on it
		{"internal/plural", nil},
		{"internal/parallel", nil},
		{"internal/replace", nil},
		{"internal/mutations", nil},
		{"internal/keys", nil},                                 // tests only
		{"internal/oracle", append([]string{"sim"}, below...)}, // for tests
		{"cmd", append([]string{"sim"}, below...)},
	}
	const module = "github.com/burstplex/burstplex/"
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		name := strings.TrimPrefix(words[0], module)
		known := false
		for _, layer := range allowed {
			alone, engine := strings.CutSuffix(layer.folder, ".")
			if engine && name != alone || !engine && !within(name, layer.folder) {
				continue
			}
			known = true
			for _, imported := range words[1:] {
				path, ours := strings.CutPrefix(imported, module)
				if ours && !slices.Contains(forAll, path) && !within(path, layer.folder) && !withinAny(path, layer.imports) {
					t.Errorf("%s imports %s: a package of %s must not", name, path, layer.folder)
				}
			}
			break
		}
		if !known {
			t.Errorf("%s lies in no known folder", name)
		}
	}
}

func within(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// withinAny treats neuron, and what ends with a point, as the package alone.
func withinAny(path string, folders []string) bool {
	for _, f := range folders {
		alone, point := strings.CutSuffix(f, ".")
		if path == alone || f != "neuron" && !point && within(path, f) {
			return true
		}
	}
	return false
}
