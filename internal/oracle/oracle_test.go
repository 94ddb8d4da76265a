package oracle

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim"
	"pgregory.net/rapid"
)

// The engine agrees with the oracle on random networks.
func TestEngineAgrees(t *testing.T) {
	flag.Set("rapid.nofailfile", "true")
	flag.Set("rapid.log", "false")
	flag.Set("rapid.seed", cmp.Or(os.Getenv("BURSTPLEX_SEED"), "1"))
	flag.Set("rapid.checks", cmp.Or(os.Getenv("BURSTPLEX_NETWORKS"), "200"))
	long := os.Getenv("BURSTPLEX_LONG") != ""
	if long {
		flag.Set("rapid.checks", cmp.Or(os.Getenv("BURSTPLEX_NETWORKS"), "10000"))
	}
	flag.Set("rapid.shrinktime", "0s") // see Shrink
	var all Report
	var refused []string
	tried := 0
	rapid.Check(t, func(rt *rapid.T) {
		c := randomCase(rt)
		if slack := os.Getenv("BURSTPLEX_SLACK"); slack != "" {
			c.Slack, _ = strconv.ParseFloat(slack, 64)
		}
		tried++
		if err := sim.Check(c.Net); err != nil {
			refused = append(refused, err.Error())
			return
		}
		if !long {
			all.add(agree(rt, c))
		} else if r, err := Check(c); err != nil {
			t.Errorf("%v\n%s", err, c.File().Text)
		} else if len(r.Differences) > 0 { // the others run all the same
			small, differences := smallest(c)
			t.Errorf("network %d: %s\n%s", tried, strings.Join(differences, "\n"), small)
		} else {
			all.add(r)
		}
	})
	if len(refused) > tried/20 {
		t.Errorf("%d of %d networks are refused: %q", len(refused), tried, refused[:min(5, len(refused))])
	}
	t.Logf("%d spikes, %d found within their step: off by %.3g us in the median, by less than %.3g us in 99 %%",
		all.Spikes, len(all.TimeErrors),
		Quantile(all.TimeErrors, 0.5), Quantile(all.TimeErrors, 0.99))
	// docs/accuracy.md
	if median, most := Quantile(all.TimeErrors, 0.5), Quantile(all.TimeErrors, 0.99); !(median < 0.5) || !(most < 30) {
		t.Errorf("spikes are off by %g us in the median and by %g us in 99 %%", median, most)
	}
	if all.Spikes < 20*tried {
		t.Errorf("only %d spikes in %d networks: the test sees too little", all.Spikes, tried)
	}
	if os.Getenv("BURSTPLEX_SLACK") == "" {
		return
	}
	for _, k := range slices.Sorted(maps.Keys(all.Errors)) {
		t.Logf("%40s %8d: 50 %% %.3g, 99 %% %.3g, 99.9 %% %.3g, most %.3g, in margins", k, len(all.Errors[k]),
			Quantile(all.Errors[k], 0.5),
			Quantile(all.Errors[k], 0.99), Quantile(all.Errors[k], 0.999), all.Worst[k])
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

// The rules agree with the oracle on small networks in which much is learned.
func TestRulesAgree(t *testing.T) {
	flag.Set("rapid.nofailfile", "true")
	flag.Set("rapid.log", "false")
	flag.Set("rapid.seed", "2")
	flag.Set("rapid.checks", "300")
	flag.Set("rapid.shrinktime", "0s")
	rapid.Check(t, func(t *rapid.T) {
		if c := learningCase(t); sim.Check(c.Net) == nil {
			agree(t, c)
		}
	})
}

// agree fails a test in which engine and oracle differ, with the smallest experiment in which they do.
func agree(t interface {
	Helper()
	Fatalf(string, ...any)
}, c *Case) *Report {
	t.Helper()
	r, err := Check(c)
	if err != nil {
		t.Fatalf("%v\n%s", err, c.File().Text)
	}
	if len(r.Differences) > 0 && os.Getenv("BURSTPLEX_SHRINK") == "0" {
		t.Fatalf("%s", strings.Join(r.Differences, "\n"))
	}
	if len(r.Differences) > 0 {
		small, differences := smallest(c)
		t.Fatalf("%s\n%s", strings.Join(differences, "\n"), small)
	}
	return r
}

// smallest returns the experiment file of a small case in which engine and oracle differ still, with its inputs, and
// how.
func smallest(c *Case) (file string, differences []string) {
	c = c.Shrink(func(c *Case) bool {
		r, err := Check(c)
		return err == nil && len(r.Differences) > 0
	})
	r, _ := Check(c)
	f := c.File()
	return fmt.Sprintf("%s\n%v", f.Text, f.Inputs), r.Differences
}
