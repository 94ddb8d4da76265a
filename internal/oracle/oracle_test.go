package oracle

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The engine agrees with the oracle on random networks.
func TestEngineAgrees(t *testing.T) {
	flag.Set("rapid.nofailfile", "true")
	flag.Set("rapid.seed", "1")
	flag.Set("rapid.checks", "200")
	if os.Getenv("BURSTPLEX_LONG") != "" {
		flag.Set("rapid.checks", "10000")
	}
	flag.Set("rapid.shrinktime", "10s")
	var all Report
	rapid.Check(t, func(t *rapid.T) {
		c := randomCase(t)
		r, err := Check(c)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if len(r.Differences) > 0 {
			t.Fatalf("%s", strings.Join(r.Differences, "\n"))
		}
		all.add(r)
	})
	t.Logf("%d spikes, %d matched: median %.3g us, 99 %% %.3g us; worst %v", all.Spikes, len(all.TimeErrors), Quantile(all.TimeErrors, 0.5),
		Quantile(all.TimeErrors, 0.99), 0)
	for _, k := range slices.Sorted(maps.Keys(all.Errors)) {
		t.Logf("%40s %8d: 50 %% %.3g, 99 %% %.3g, 99.9 %% %.3g, most %.3g", k, len(all.Errors[k]), Quantile(all.Errors[k], 0.5), Quantile(all.Errors[k], 0.99),
			Quantile(all.Errors[k], 0.999), all.Worst[k])
	}
}

func (r *Report) add(s *Report) {
	r.Spikes += s.Spikes
	r.TimeErrors = append(r.TimeErrors, s.TimeErrors...)
	for k, v := range s.Errors {
		for _, v := range v {
			r.within(k, v)
		}
	}
}
