package experiment_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// TestRangesHold takes every number of every model, rule and background to the ends of the range that the reference
// gives it: what lies inside is accepted, what lies outside is refused, and not because of another key.
func TestRangesHold(t *testing.T) {
	kinds := experiment.NewRegistries()
	tried := 0
	try := func(k config.KeyDoc, fresh func() any) {
		if strings.HasPrefix(k.Type, "list") || k.Type == "text" || !strings.ContainsAny(k.Range, "([") ||
			strings.Contains(k.Key, "[]") {
			return
		}
		lo, hi, _ := strings.Cut(k.Range[1:len(k.Range)-1], ",")
		for _, end := range []struct {
			text   string
			open   bool
			beyond float64
		}{{lo, k.Range[0] == '(', -1}, {strings.TrimSpace(hi), strings.HasSuffix(k.Range, ")"), 1}} {
			x, err := strconv.ParseFloat(end.text, 64)
			if err != nil {
				t.Errorf("%s: range %q", k.Key, k.Range)
			}
			if math.IsInf(x, 0) || math.Abs(x) >= 1e18 {
				continue
			}
			step := max(1e-6, math.Abs(x)/1000)
			if k.Type == "whole number" {
				step = 1
			}
			for _, c := range []struct {
				x      float64
				inside bool
			}{{x, !end.open}, {x + end.beyond*step, false}, {x - end.beyond*step, true}} {
				value := fmt.Sprintf("%q", fmt.Sprint(c.x, " ", k.Unit))
				if k.Unit == "" {
					value = strconv.FormatFloat(c.x, 'f', -1, 64)
				}
				tree, err := config.Parse("x", []byte(k.Key+" = "+value+"\n"))
				if err != nil {
					t.Fatalf("%s = %s: %v", k.Key, value, err)
				}
				spec := fresh()
				err = config.Decode(tree, spec)
				if v, ok := spec.(interface{ Validate() error }); ok && err == nil {
					if pe, ok := v.Validate().(*neuron.ParameterError); ok && pe.Key == k.Key && pe.By == "" {
						err = pe
					} else if ok && !c.inside && pe.Key == k.Key {
						err = pe
					}
				}
				if (err == nil) != c.inside {
					t.Errorf("%T: %s = %s is %v, the reference allows %s %s", spec, k.Key, value, err, k.Range, k.Unit)
				}
				tried++
			}
		}
	}
	for _, name := range kinds.Models.Names() {
		kind, _ := kinds.Models.Get(name)
		for _, k := range kinds.Models.Keys(name) {
			try(k, func() any { return kind.New() })
		}
	}
	for _, name := range kinds.Rules.Names() {
		kind, _ := kinds.Rules.Get(name)
		if _, written := kind.New().(config.Describer); written || name == "equations" {
			continue // its keys go together
		}
		for _, k := range kinds.Rules.Keys(name) {
			try(k, func() any { return kind.New() })
		}
	}
	for _, name := range kinds.Backgrounds.Names() {
		kind, _ := kinds.Backgrounds.Get(name)
		for _, k := range kinds.Backgrounds.Keys(name) {
			try(k, func() any { return kind.New() })
		}
	}
	if tried < 500 {
		t.Errorf("only %d values were tried", tried)
	}
}
