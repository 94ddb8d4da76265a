package cli

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// small runs the template, shortened, into the directory out of a new working directory.
func small(t *testing.T, flags ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	must(t, "init", "--template", "small")
	must(t, append([]string{"run", "small.toml", "-o", "out", "--set", "experiment.duration=700 ms"}, flags...)...)
}

// csvRows reads CSV as maps by column.
func csvRows(t *testing.T, text string) (all []map[string]string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		m := map[string]string{}
		for i, name := range lines[0] {
			m[name] = line[i]
		}
		all = append(all, m)
	}
	return all
}

// rates.csv, which a run writes, and spikes stats, which reads its recordings, measure the same thing on different
// ways; the summary is mean and standard deviation of its rows.
func TestRatesOfSeeds(t *testing.T) {
	small(t)
	text, err := os.ReadFile("out/rates.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows := csvRows(t, string(text))
	stats := csvRows(t, must(t, "spikes", "stats", "out/spikes-1.bspk", "out/spikes-2.bspk", "--from", "200ms", "--csv"))
	if len(rows) != 4 || len(stats) != 4 {
		t.Fatalf("%d rows, %d of stats, expected two seeds of two populations", len(rows), len(stats))
	}
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i, r := range rows {
		for mine, theirs := range map[string]string{"seed": "seed", "spike_rate_hz": "spike_rate_hz",
			"event_rate_hz": "event_rate_hz",
			"burst_rate_hz": "burst_rate_hz", "burst_probability": "burst_probability", "cv": "cv", "cv2": "cv2",
			"fano_100ms": "fano"} {
			if a, b := number(r[mine]), number(stats[i][theirs]); math.Abs(a-b) > 1e-5*math.Abs(b) {
				t.Errorf("%s of seed %s: %s is %v in rates.csv, %v in stats", r["population"], r["seed"], mine, a, b)
			}
		}
	}
	var summary struct {
		Populations []struct {
			Rate float64 `json:"spike_rate_hz"`
			SD   struct {
				Rate float64 `json:"spike_rate_hz"`
			} `json:"sd_over_seeds"`
		}
	}
	text, err = os.ReadFile("out/summary.json")
	if err == nil {
		err = json.Unmarshal(text, &summary)
	}
	if err != nil {
		t.Fatal(err)
	}
	a, b := number(rows[0]["spike_rate_hz"]), number(rows[2]["spike_rate_hz"])
	if p := summary.Populations[0]; math.Abs(p.Rate-(a+b)/2) > 1e-4 ||
		math.Abs(p.SD.Rate-math.Abs(a-b)/math.Sqrt2) > 1e-4 || a == b {
		t.Errorf("seeds have %v and %v Hz, the summary %+v", a, b, p)
	}
	// Histograms and bins hold every spike, event and interval.
	all := csvRows(t, must(t, "spikes", "stats", "out/spikes-1.bspk", "--csv"))
	sum := func(of, column string, weight func(map[string]string) float64) (total float64) {
		for _, r := range csvRows(t, must(t, "spikes", "stats", "out/spikes-1.bspk", "-p", "pyr", "--of", of)) {
			total += weight(r) * number(r[column])
		}
		return total
	}
	one := func(map[string]string) float64 { return 1 }
	spikes, events := number(all[0]["spikes"]), number(all[0]["event_rate_hz"])*200*0.7
	if n := sum("rates", "spikes", one); n != spikes {
		t.Errorf("bins hold %v spikes of %v", n, spikes)
	}
	if n := sum("lengths", "events", one); math.Abs(n-events) > 1e-6 {
		t.Errorf("lengths hold %v events of %v", n, events)
	}
	if n := sum("lengths", "events",
		func(r map[string]string) float64 { return number(r["spikes_in_event"]) }); n != spikes {
		t.Errorf("events hold %v spikes of %v", n, spikes)
	}
	if n := sum("intervals", "intervals", one); n < spikes-200 || n >= spikes {
		t.Errorf("%v intervals between %v spikes of 200 neurons", n, spikes)
	}
}
