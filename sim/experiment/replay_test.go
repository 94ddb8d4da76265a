package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
)

// A replayed population takes its trains by the rule of all readers, and what is wrong with a file or a key names
// the key.
func TestReplayedFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.csv": "time_ms,neuron\n1,4\n2,2\n", "two.csv": "time_ms,neuron,population\n1,4,x\n2,2,y\n",
		"open.txt":   "1.5 4\n2 2\n",
		"before.csv": "time_ms,neuron\n-1,0\n2,1\n", "table.mat": "MATLAB 5.0 MAT-file\x00\x01",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		keys string
		want string // neurons that spike, or a part of the error
	}{
		{`file = "a.csv"; size = 5`, "2 4"},
		{`file = "a.csv"; size = 9`, "2 4"},
		{`file = "a.csv"; size = 4`, "populations.in.size = 4: unit 4 of "},
		{`file = "a.csv"; size = 3; first_id = 2`, "0 2"},
		{`file = "a.csv"; size = 5; first_id = 3`, "populations.in.first_id = 3: "},
		{`file = "a.csv"; size = 2; ids = "renumber"`, "0 1"},
		{`file = "a.csv"; size = 3; ids = "renumber"`, "populations.in.size = 3: "},
		{`file = "a.csv"; size = 4; units = ["1-4"]`, "1 3"},
		{`file = "a.csv"; size = 1; units = ["5"]`, "populations.in.units"},
		{`file = "two.csv"; size = 5`, "populations.in.recording: "},
		{`file = "two.csv"; size = 5; recording = "y"`, "2"},
		{`file = "open.txt"; size = 5`, "say time_unit"},
		{`file = "open.txt"; size = 5; time_unit = "ms"`, "2 4"},
		{`file = "open.txt"; size = 5; time_unit = "ms"; time_column = "2"`, "unit 1.5 is not a whole number"},
		{`file = "before.csv"; size = 2`, "populations.in.start"},
		{`file = "before.csv"; size = 2; outside = "drop"`, "1"},
		{`file = "before.csv"; size = 2; start = "-1 ms"`, "0 1"},
		{`file = "a.csv"; size = 5; repeat = "1.5 ms"`, "populations.in.repeat"},
		{`file = "table.mat"; size = 5`, "MATLAB"},
		{`file = "absent.csv"; size = 5`, "populations.in.file"},
	} {
		path := filepath.Join(dir, "x.toml")
		text := "[experiment]\nname = \"x\"\nduration = \"100 ms\"\nstep = \"0.1 ms\"\nbin = \"10 " +
			"ms\"\n[populations.in]\nmodel = \"replay\"\n" +
			strings.ReplaceAll(c.keys, "; ", "\n") + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := Load(NewRegistries(), path)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(),
				"x.toml:") {
				t.Errorf("%s: %v, want %q", c.keys, err, c.want)
			}
			continue
		}
		var spiking []string
		played, err := x.Populations.Get("in").Spec.(*neuron.Replay).Load()
		if err != nil {
			t.Fatal(err)
		}
		for i, train := range played {
			if len(train) > 0 {
				spiking = append(spiking, string(rune('0'+i)))
			}
		}
		if got := strings.Join(spiking, " "); got != c.want {
			t.Errorf("%s: neurons %s spike, want %s", c.keys, got, c.want)
		}
	}
}
