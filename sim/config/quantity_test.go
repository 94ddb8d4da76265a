package config_test

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
	"pgregory.net/rapid"
)

func TestQuantity(t *testing.T) {
	for _, c := range []struct {
		text, unit string
		want       float64
	}{
		{"16 ms", "ms", 16}, {"16ms", "s", 0.016}, {"0.1 ms", "us", 100}, {"2 min", "s", 120}, {"-70 mV", "V", -0.07},
		{"370 pF", "nF", 0.37}, {"0.5 nS", "pS", 500}, {"2 GOhm", "MOhm", 2000}, {"2 MΩ", "MOhm", 2}, {"1.5 kHz", "Hz", 1500},
		{"3 µs", "us", 3}, {"3 μV", "uV", 3}, {"20 %", "", 0.2}, {"20%", "%", 20}, {"0.2", "", 0.2}, {"0.2", "1", 0.2},
		{"1e3 pA", "nA", 1}, {"1E-3nA", "pA", 1}, {"+5 Hz", "Hz", 5}, {"0 ms", "s", 0}, {"-0.0 ms", "s", 0},
		{"  7   mV ", "mV", 7},
		// combinations
		{"2 pA/Hz", "pA*s", 2}, {"1 1/mV", "1/V", 1000}, {"100 1/s", "Hz", 100}, {"3 mV/ms", "V/s", 3},
		{"4 mV^2", "uV^2", 4e6},
		{"4 mV^-1", "1/mV", 4}, {"1 nS*mV", "pA", 1}, {"1 pF/nS", "ms", 1}, {"2 MOhm * pF", "us", 2}, {"1 mV/pA", "GOhm", 1},
	} {
		got, err := config.Quantity(c.text, c.unit)
		if err != nil || got != c.want {
			t.Errorf("%q in %q = %v, %v; want %v", c.text, c.unit, got, err, c.want)
		}
	}
}

func TestQuantityErrors(t *testing.T) {
	for _, c := range []struct{ text, unit, want string }{
		{"16", "ms", `needs a unit of time, for example "16 ms"`},
		{"20", "%", `needs a percent sign, for example "20 %"`},
		{"16 mV", "ms", "needs a unit of time such as ms, found one of voltage"},
		{"16 %", "ms", "needs a unit of time such as ms, found one of no dimension"},
		{"16 mV/ms", "pA", "needs a unit of current such as pA, found one of voltage per time"},
		{"16 pA", "mV^2/pA", "needs a unit of voltage^2 per current such as mV^2/pA, found one of current"},
		{"1 1/mV/ms", "", "takes no unit, found one of one per voltage and time"},
		{"16 msec", "ms", `unknown unit "msec", did you mean "ms"?`},
		{"16 MV", "mV", `unknown unit "MV", did you mean "mV"?`},
		{"16 furlong", "mV", `unknown unit "furlong"`},
		{"16 mV ms", "mV", `unknown unit "mV ms", did you mean "mV"?`},
		{"16 mV/", "mV", `unknown unit "mV/"`},
		{"16 mV^x", "mV", `"mV^x" is not a power of a unit`},
		{"16 mV^99", "mV", `"mV^99" is not a power of a unit`},
		{"1 s*s*s*s*s*s*s", "s", `unknown unit "s*s*s*s*s*s*s"`},
		{"1,000 ms", "ms", `unknown unit ",000 ms"`},
		{"1.2.3 ms", "ms", `"1.2.3" is not a number`},
		{"--1 ms", "ms", `"--1" is not a number`},
		{"", "ms", `must be a number with a unit, for example "1 ms"`},
		{"", "", "must be a number"},
		{"NaN mV", "mV", "must be a finite number"},
		{"+Infinity", "", "must be a finite number"},
		{"1e309 mV", "mV", "is too large a number"},
		{"1e308 V", "uV", "is too large a number"},
		{"1e-320 pA", "A", "is too small a number"},
		{"0x10 ms", "ms", `unknown unit "x10 ms"`},
		{strings.Repeat("1", 500) + " mV", "mV", "is too large a number"},
	} {
		_, err := config.Quantity(c.text, c.unit)
		if fmt.Sprint(err) != c.want {
			t.Errorf("%q in %q:\ngot  %v\nwant %s", c.text, c.unit, err, c.want)
		}
	}
}

func TestTicks(t *testing.T) {
	for text, want := range map[string]spike.Tick{"0.1 ms": 100_000, "0.8ms": 800_000, "0.0000001 s": 100, "1 ns": 1,
		"-2.5 us": -2500,
		"1.1 min": 66 * spike.Second, "1e-9 s": 1, "0.3 s": 300 * spike.Millisecond} {
		if got, err := config.Ticks(text); err != nil || got != want {
			t.Errorf("%s = %d, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"0.1 ns": "is not a whole number of nanoseconds",
		"1e300 s":                "is too long a time; a simulation ends before 73 years",
		"2305843009213693951 ns": "is too long a time; a simulation ends before 73 years",
		"1 mV":                   "needs a unit of time such as ns, found one of voltage",
		"1":                      `needs a unit of time, for example "1 ns"`} {
		if _, err := config.Ticks(text); fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// A conversion is the exact product rounded once, whatever the units.
func TestQuantityIsExact(t *testing.T) {
	scale := map[string]string{"ns": "1e-9", "us": "1e-6", "ms": "1e-3", "s": "1", "min": "60"}
	times := rapid.SampledFrom([]string{"ns", "us", "ms", "s", "min"})
	rapid.Check(t, func(t *rapid.T) {
		from, to := times.Draw(t, "from"), times.Draw(t, "to")
		digits := rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{1,9})?([eE][-+]?[0-9])?`).Draw(t, "digits")
		got, err := config.Quantity(digits+rapid.StringMatching(` ?`).Draw(t, "space")+from, to)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := new(big.Rat).SetString(digits)
		a, _ := new(big.Rat).SetString(scale[from])
		b, _ := new(big.Rat).SetString(scale[to])
		exact, _ := want.Mul(want, a).Quo(want, b).Float64()
		if got != exact {
			t.Fatalf("%s %s in %s = %v, want %v", digits, from, to, got, exact)
		}
	})
}

// Every number and every tick survives being printed with its unit.
func TestQuantityRoundTrip(t *testing.T) {
	units := append(config.Units(), "", "pA/Hz", "mV^2/s")
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom(units).Draw(t, "unit")
		x := rapid.Float64Range(-1e200, 1e200).Draw(t, "x")
		if got, err := config.Quantity(config.FormatQuantity(x, unit), unit); err != nil || got != x {
			t.Fatalf("%v %s came back as %v, %v", x, unit, got, err)
		}
		tick := spike.Tick(rapid.Int64Range(-int64(spike.Forever)+1, int64(spike.Forever)-1).Draw(t, "tick"))
		text := config.FormatTick(tick, rapid.SampledFrom([]string{"ns", "us", "ms", "s", "min"}).Draw(t, "time"))
		if got, err := config.Ticks(text); err != nil || got != tick {
			t.Fatalf("%d ns, printed %s, came back as %d, %v", tick, text, got, err)
		}
	})
}

// Nothing that a file can hold makes the parser panic, or lets a number that is not finite through.
func FuzzQuantity(f *testing.F) {
	for _, s := range []string{"16 ms", "-7e2 1/mV^2", "1e99999999999 s", "%", ".", "1e", "1 s^-6/s^-6", "µ", "1 Ω"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, unit := range append(config.Units(), "", "1/mV") {
			if x, err := config.Quantity(text, unit); err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
				t.Errorf("%q in %q = %v", text, unit, x)
			}
		}
	})
}
