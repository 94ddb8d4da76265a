package session

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// The numbers of every figure, of the table of rates and of the comparison are those that testdata/measured.py
// computes with numpy and scipy from the same trains, from the definitions alone. (teaching: see below.)
func TestNumbersOfFigures(t *testing.T) {
	x, err := experiment.Load(report.NewRegistries(), "testdata/measured.toml")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "r")
	s, err := Run(context.Background(), x, Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	var known map[string][]*float64
	text, err := os.ReadFile("testdata/measured.json")
	if err == nil {
		err = json.Unmarshal(text, &known)
	}
	if err != nil {
		t.Fatal(err)
	}
	compared := map[string]bool{}
	equal := func(key string, got []float64) {
		t.Helper()
		compared[key] = true
		want := known[key]
		if len(got) != len(want) || len(want) == 0 {
			t.Errorf("%s: %d numbers, want %d", key, len(got), len(want))
			return
		}
		for i, w := range want {
			if w == nil && !math.IsNaN(got[i]) || w != nil && !(math.Abs(got[i]-*w) <= 1e-5*max(1, math.Abs(*w))) {
				t.Errorf("%s: number %d is %g, want %v", key, i, got[i], show(w))
				return
			}
		}
	}

	for _, p := range s.Populations[:2] {
		equal("summary "+p.Population, []float64{p.EventRate, p.BurstRate, *p.BurstProbability, p.SpikeRate})
	}
	var means []float64
	for _, m := range s.Compared[:4] {
		means = append(means, m.Mean)
	}
	equal("compare", means)
	equal("presentation 3", []float64{s.Compared[4].Mean})

	table := func(name string) map[string][]float64 {
		return columnsOf(t, filepath.Join(dir, "figures", name+".csv"))
	}
	traces, multiplexing, raster := table("traces"), table("multiplexing"), table("raster")
	sensitivity, responses, coherence := table("sensitivity"), table("responses"), table("coherence")
	patterns, learning := table("patterns"), table("learning")
	for k, p := range []string{"a", "b"} {
		for i, v := range []string{"event rate", "burst rate", "burst probability"} {
			unit := []string{" (Hz)", " (Hz)", " (%)"}[i]
			letter := string(rune('A' + i))
			equal("traces "+p+" "+v, traces[string(rune('A'+3*k+i))+" "+p+" "+v+unit])
			equal("sensitivity "+p+" "+v, sensitivity[letter+" "+v+": "+p+unit])
			equal("responses "+p+" "+v, responses[letter+" "+v+": "+p+unit])
		}
		equal("raster "+p+" rate", raster["B rate: "+p+" (Hz)"])
		equal("isi "+p, table("isi")["share of intervals: "+p+" (%)"])
		equal("coherence "+p+" event rate", coherence["coherence: "+p+" event rate"])
		equal("coherence "+p+" burst probability", coherence["coherence: "+p+" burst probability"])
		equal("patterns "+p+" event rate", patterns[string(rune('A'+k))+" event rate: test (Hz)"])
		equal("patterns "+p+" burst probability", patterns[string(rune('C'+k))+" burst probability: test (%)"])
		for _, q := range []string{"p", "q"} {
			equal("learning "+p+" "+q+" event rate", learning[string(rune('C'+2*k))+" event rate: "+q+" (Hz)"])
			equal("learning "+p+" "+q+" burst probability", learning[string(rune('D'+2*k))+" burst probability: "+q+" (%)"])
		}
	}
	equal("isi_part a", table("isi_part")["share of intervals: a (%)"])
	equal("coherence frequency", coherence["frequency (Hz)"])
	equal("learning cost", learning["B cost"])
	for key, column := range map[string]string{"steps": "A somatic current into a (pA)",
		"wave":         "C dendritic current into b (pA)",
		"a event rate": "A a event rate (Hz)", "b event rate": "B b event rate (Hz)", "b burst rate": "D b burst rate (Hz)",
		"a burst probability": "D a burst probability (%)", "b burst probability": "C b burst probability (%)"} {
		equal("multiplexing "+key, multiplexing[column])
	}
	delete(known, "multiplexing a burst rate") // not shown
	for key := range known {
		if !compared[key] {
			t.Errorf("%s was computed and not compared", key)
		}
	}

	// The points of teaching are the lines of the presentations, which the figures above have compared.
	lines := columnsOf(t, filepath.Join(dir, "presentations-1.csv"))
	var want []float64
	for i := 1; i < 8; i += 2 { // those of q in the training
		want = append(want, 100*lines["b burst_probability"][i])
	}
	got := table("teaching")["C burst probability: q (%)"]
	for i := range want {
		if len(got) != len(want) || math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("teaching: %v, want %v", got, want)
			break
		}
	}
}

func show(p *float64) any {
	if p == nil {
		return "none"
	}
	return *p
}

// columnsOf reads a table of numbers; what is no number is NaN, what is missing at the end of a column is left out.
func columnsOf(t *testing.T, path string) map[string][]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for i, name := range rows[0] {
		for _, row := range rows[1:] {
			v, err := strconv.ParseFloat(strings.TrimSpace(row[i]), 64)
			if err != nil && row[i] == "" {
				continue
			} else if err != nil {
				v = math.NaN()
			}
			out[name] = append(out[name], v)
		}
	}
	return out
}

// A comparison says which bins it is over: those that lie wholly between settling and the end.
func TestComparisonsSayTheirBins(t *testing.T) {
	text := `experiment = { name = "bins", duration = "0.93 s", settle = "0.25 s", bin = "100 ms" }
	populations.p = { model = "ignore-and-fire", size = 5, rate = "20 Hz", burst_probability = 0 }
	compare = [{ name = "rate", mean = "p.event_rate" }]`
	path := filepath.Join(t.TempDir(), "bins.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := experiment.Load(report.NewRegistries(), path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Run(context.Background(), x, Options{Dir: filepath.Join(t.TempDir(), "r")})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Compared[0]; got.Of != "mean over bins of 100ms, 300ms to 900ms" || math.Abs(got.Mean-20) > 1e-9 {
		t.Errorf("%g Hz, %s", got.Mean, got.Of)
	}
}
