package session

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// Regularity and rates in the summary are of the time after settling, and of nothing before: by hand, from trains
// that burst while the network settles and are quiet afterwards.
func TestSummaryIsOfTheTimeAfterSettling(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var trains [4][]float64 // ms
	var rows []string
	for at := 1.0; at < 2000; at++ {
		for i := range trains {
			if rate := map[bool]float64{true: 0.2, false: 0.03}[at < 500]; r.Float64() < rate*float64(i+1)/4 {
				trains[i] = append(trains[i], at)
				rows = append(rows, fmt.Sprintf("%g,%d", at, i))
			}
		}
	}
	dir := t.TempDir()
	text := `[experiment]
name = "s"
duration = "2 s"
settle = "500 ms"
[populations.a]
model = "replay"
size = 4
file = "a.csv"
`
	for name, content := range map[string]string{"a.csv": "time_ms,unit\n" + strings.Join(rows, "\n") + "\n",
		"s.toml": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x, err := experiment.Load(report.NewRegistries(), filepath.Join(dir, "s.toml"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Run(context.Background(), x, Options{Dir: filepath.Join(dir, "out")})
	if err != nil {
		t.Fatal(err)
	}
	var n, events, bursts, cv, cv2, fano float64
	for _, train := range trains {
		var counts [15]float64
		var intervals []float64
		last, length := -1e9, 0
		local := 0.0
		for k, at := range train {
			if length++; at-last >= 16 {
				length = 1
			}
			if at >= 500 {
				n++
				counts[int(at-500)/100]++
				switch {
				case length == 1:
					events++
				case length == 2 && last >= 500: // its event began after settling
					bursts++
				}
				if last >= 500 {
					intervals = append(intervals, at-last)
				}
			}
			last = train[k]
		}
		for k := 1; k < len(intervals); k++ {
			local += 2 * math.Abs(intervals[k]-intervals[k-1]) / (intervals[k] + intervals[k-1]) / float64(len(intervals)-1)
		}
		m, sd := stat.MeanStdDev(intervals, nil)
		cv, cv2 = cv+sd/m/4, cv2+local/4
		m, v := stat.MeanVariance(counts[:], nil)
		fano += v / m / 4
	}
	got := s.Populations[0]
	for name, c := range map[string][2]float64{"spikes": {got.SpikeRate, n / 4 / 1.5}, "events": {got.EventRate,
		events / 4 / 1.5},
		"bursts": {got.BurstRate, bursts / 4 / 1.5}, "CV": {*got.CV, cv}, "CV2": {*got.CV2, cv2}, "Fano factor": {*got.Fano,
			fano},
		"from": {got.From, 0.5}, "to": {got.To, 2}} {
		if !(math.Abs(c[0]-c[1]) <= 1e-9*c[1]) {
			t.Errorf("%s: %g, want %g", name, c[0], c[1])
		}
	}
}
