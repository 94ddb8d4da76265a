package neuron

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// millivolts reads "-70 mV".
func millivolts(text string) (float64, error) {
	number, ok := strings.CutSuffix(text, " mV")
	if !ok {
		return 0, fmt.Errorf("%q is not in mV", text)
	}
	return strconv.ParseFloat(number, 64)
}

func TestValueNotation(t *testing.T) {
	for text, want := range map[string]Value{
		"-70 mV":                                  Const(-70),
		" normal(-70 mV, 5 mV) ":                  {Shape: Normal, A: -70, B: 5},
		"normal(-70 mV, 5 mV, -80 mV, -60 mV)":    {Shape: Normal, A: -70, B: 5, Lo: -80, Hi: -60},
		"uniform(-60 mV,-50 mV)":                  {Shape: Uniform, A: -60, B: -50},
		"lognormal(16 mV, 0.2)":                   {Shape: LogNormal, A: 16, B: 0.2},
		"lognormal(16 mV, 0.2, 12 mV, 20 mV)":     {Shape: LogNormal, A: 16, B: 0.2, Lo: 12, Hi: 20},
		"!lognormal(16 mV, 0.2, -1 mV, 20 mV)":    {},
		"!lognormal(16 mV, 0.2, 100 mV, 200 mV)":  {},
		"!normal(-70 mV, -5 mV)":                  {},
		"!normal(-70 mV)":                         {},
		"!normal(-70 mV, 5 mV, -60 mV, -80 mV)":   {},
		"!normal(-70 mV, 5 mV, 100 mV, 200 mV)":   {},
		"!uniform(-50 mV, -60 mV)":                {},
		"!lognormal(0 mV, 0.2)":                   {},
		"!lognormal(16 mV, 0.2 mV)":               {},
		"!normal(-70 mV, 5 mV":                    {},
		"!gauss(-70 mV, 5 mV)":                    {},
		"!normal(-70, 5 mV)":                      {},
		"!":                                       {},
		"!uniform(-60 mV, -50 mV, -40 mV, 30 mV)": {},
	} {
		var v Value
		text, bad := strings.CutPrefix(text, "!")
		err := v.UnmarshalQuantity(text, millivolts)
		if bad != (err != nil) || !bad && v != want {
			t.Errorf("%q is read as %+v, %v", text, v, err)
		}
	}
}

func TestDraws(t *testing.T) {
	const n = 40_000
	key := rng.New(1, "value")
	for _, c := range []struct {
		v        Value
		mean, sd float64
		logs     bool
	}{
		{Const(3), 3, 0, false},
		{Value{Shape: Normal, A: -70, B: 5}, -70, 5, false},
		{Value{Shape: Normal, A: 0, B: 1, Lo: -1, Hi: 1}, 0, math.Sqrt(1 - 2*0.24197072/0.68268949), false},
		{Value{Shape: Uniform, A: 2, B: 5}, 3.5, 3 / math.Sqrt(12), false},
		{Value{Shape: LogNormal, A: 16, B: 0.2}, math.Log(16), 0.2, true},
		{Value{Shape: LogNormal, A: 1, B: 1, Lo: 1 / math.E, Hi: math.E}, 0, math.Sqrt(1 - 2*0.24197072/0.68268949), true},
	} {
		x := make([]float64, n)
		lo, hi := c.v.Bounds()
		for i := range x {
			x[i] = c.v.Draw(key, i)
			if x[i] < lo || x[i] > hi {
				t.Fatalf("%+v: %g is out of bounds", c.v, x[i])
			}
			if c.logs {
				x[i] = math.Log(x[i])
			}
		}
		mean, sd := stat.MeanStdDev(x, nil)
		if math.Abs(mean-c.mean) > 5*c.sd/math.Sqrt(n) || math.Abs(sd-c.sd) > 5*c.sd/math.Sqrt(2*n) {
			t.Errorf("%+v: mean %g and s.d. %g, want %g and %g", c.v, mean, sd, c.mean, c.sd)
		}
		filled := make([]float32, 10)
		c.v.Fill(filled, key)
		for i, f := range filled {
			if f != float32(c.v.Draw(key, i)) {
				t.Errorf("%+v: neuron %d has %g", c.v, i, f)
			}
		}
	}
	if v := (Value{Shape: Uniform, A: 2, B: 5}); v.Mean() != 3.5 || v.IsConst() || !Const(2).IsConst() {
		t.Error("mean of uniform, or IsConst")
	}
}

func TestRequire(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		v      Value
		lo, hi float64
		open   bool
		want   string // part of the message; "" if valid
	}{
		{Const(16), 0, inf, true, ""},
		{Const(0), 0, inf, true, "must be above 0"},
		{Const(0), 0, inf, false, ""},
		{Const(-1), 0, inf, false, "must not be negative"},
		{Const(math.NaN()), 0, inf, true, "tau = NaN ms"},
		{Const(inf), 0, inf, true, "tau = +Inf ms"},
		{Value{Shape: LogNormal, A: 16, B: 1}, 0, inf, true, ""},
		{Value{Shape: Normal, A: 16, B: 2}, 0, inf, true, ""}, // eight s.d.
		{Value{Shape: Normal, A: 16, B: 5}, 0, inf, true, ""}, // 7e-4 of one draw
		{Value{Shape: Normal, A: 16, B: 6}, 0, inf, true,
			"0.383 % of the values would be out of range; give the distribution bounds: normal(16, 6, low, high)"},
		{Value{Shape: LogNormal, A: 16, B: 0.5}, 0, 20, false, "32.8 % of the values would be out of range"},
		{Value{Shape: LogNormal, A: 16, B: 0.5, Lo: 5, Hi: 20}, 0, 20, false, ""},
		{Value{Shape: LogNormal, A: 16, B: 0.5, Lo: 5, Hi: 21}, 0, 20, false, "allowed: [0, 20] ms"},
		{Value{Shape: Normal, A: 16, B: 1, Lo: 10, Hi: 20}, 0, inf, true, ""},
		{Value{Shape: Uniform, A: -1, B: 2}, 0, inf, true, "tau = -1 ms"},
		{Value{Shape: Uniform, A: 1, B: 20}, 0, 10, false, "allowed: [0, 10] ms"},
	} {
		err := c.v.require("tau", "ms", c.lo, c.hi, c.open)
		var bad *ParameterError
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%+v is refused: %v", c.v, err)
		case c.want != "" && (!errors.As(err, &bad) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%+v: %v, want %q", c.v, err, c.want)
		}
	}
}
