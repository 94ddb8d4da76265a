package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// withStimulus returns the network of a file with one stimulus, or the error.
func withStimulus(t *testing.T, stimulus string) (mean func(from, to spike.Tick) float64, err error) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("i.csv", "time_ms, current_nA\n0, 0\n100, 0.5\n")
	write("bad.csv", "time_ms,current_mV\n0,0\n")
	x, err := Load(NewRegistries(),
		write("x.toml", "[experiment]\nname = \"x\"\nduration = \"1 s\"\n[populations.a]\nmodel = \"lif\"\nsize = 400\n"+
			"[stimuli.s]\npopulation = \"a\"\n"+stimulus))
	if err != nil {
		return nil, err
	}
	net, err := x.Network(1)
	if err != nil {
		return nil, err
	}
	s := &net.Stimuli[0]
	return func(from, to spike.Tick) float64 {
		return net.MeanAmplitude(s) * s.Mean(spike.Window{From: from * spike.Millisecond, To: to * spike.Millisecond})
	}, nil
}

// A stimulus of a file has the current that its keys say, in pA, with the units of the columns of a table; two
// currents are not multiplied.
func TestStimulusOfAFile(t *testing.T) {
	for _, c := range []struct {
		text     string
		from, to spike.Tick
		want     float64
	}{
		{`amplitude = "30 pA"`, 0, 100, 30},
		{"amplitude = \"30 pA\"\nfrom = \"50 ms\"\nto = \"75 ms\"", 0, 100, 7.5},
		{"wave = \"sine\"\namplitude = \"30 pA\"\nperiod = \"100 ms\"", 0, 50, 30 * 0.636619772},
		{"wave = \"table\"\nfile = \"i.csv\"", 0, 100, 250},
		{"wave = \"table\"\nfile = \"i.csv\"\nscale = 2", 50, 150, 875},
		{"wave = \"steps\"\nlevels = [\"100 pA\", \"200 pA\", \"300 pA\"]\nhold = \"100 ms\"\nfrom = \"130 ms\"\nrepeat " +
			"= true", 130, 230, 100},
		{"wave = \"steps\"\nlevels = [\"100 pA\", \"200 pA\", \"300 pA\"]\nhold = \"100 ms\"\nfrom = \"130 ms\"\nrepeat " +
			"= true", 380, 480, 200},
		{"wave = \"steps\"\nlevels = [\"100 pA\", \"200 pA\", \"300 pA\"]\nhold = \"100 ms\"\nfrom = \"130 ms\"", 130, 230,
			100},
		{"wave = \"steps\"\nlevels = [\"100 pA\", \"200 pA\"]\ntimes = [\"50 ms\", \"300 ms\"]\nscale = \"uniform(1, " +
			"1.0000001)\"", 0, 400, 112.5},
	} {
		mean, err := withStimulus(t, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := mean(c.from, c.to); got < c.want-1e-3 || got > c.want+1e-3 {
			t.Errorf("%s: %g pA from %d to %d ms, want %g", c.text, got, c.from, c.to, c.want)
		}
	}
	for text, want := range map[string]string{
		"wave = \"table\"\nfile = \"i.csv\"\namplitude = \"500 pA\"":                     "stimuli.s.amplitude",
		"wave = \"steps\"\nlevels = [\"1 pA\"]\nhold = \"1 ms\"\namplitude = \"500 pA\"": "stimuli.s.amplitude",
		"wave = \"pattern\"\namplitude = \"500 pA\"":                                     "stimuli.s.amplitude",
		"amplitude = \"500 pA\"\nscale = 2":                                              "stimuli.s.scale",
		"wave = \"table\"\nfile = \"bad.csv\"":                                           "current_mV",
		"wave = \"steps\"\nlevels = [\"1 pA\"]\nhold = \"1 ms\"\nscale = \"2 pA\"":       "stimuli.s.scale",
	} {
		if _, err := withStimulus(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want a fault of %s", text, err, want)
		}
	}
}
