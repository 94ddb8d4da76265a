package config

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// dimension is what a unit measures, as powers of time, voltage and current. Everything electrical follows:
// capacitance is current x time / voltage, conductance is current / voltage.
type dimension struct{ time, voltage, current int8 }

func (d dimension) power(n int8) dimension {
	return dimension{d.time * n, d.voltage * n, d.current * n}
}

func (d dimension) times(e dimension) dimension {
	return dimension{d.time + e.time, d.voltage + e.voltage, d.current + e.current}
}

// The dimensions with a name and units of their own.
var (
	none        = dimension{}
	time        = dimension{time: 1}
	frequency   = dimension{time: -1}
	voltage     = dimension{voltage: 1}
	current     = dimension{current: 1}
	capacitance = dimension{time: 1, voltage: -1, current: 1}
	conductance = dimension{voltage: -1, current: 1}
	resistance  = dimension{voltage: 1, current: -1}
)

// symbol is a unit of the table: 10^exponent x factor of the SI unit.
type symbol struct {
	text     string
	dim      dimension
	exponent int
	factor   int64
}

// symbols are the units that a file may use, alone or combined: "pA/Hz", "1/mV", "pA*ms", "mV^2". A micro sign may
// replace u, and an omega Ohm.
var symbols = []symbol{
	{"ns", time, -9, 1}, {"us", time, -6, 1}, {"ms", time, -3, 1}, {"s", time, 0, 1}, {"min", time, 0, 60},
	{"Hz", frequency, 0, 1}, {"kHz", frequency, 3, 1},
	{"uV", voltage, -6, 1}, {"mV", voltage, -3, 1}, {"V", voltage, 0, 1},
	{"pA", current, -12, 1}, {"nA", current, -9, 1}, {"uA", current, -6, 1}, {"mA", current, -3, 1}, {"A", current, 0, 1},
	{"pF", capacitance, -12, 1}, {"nF", capacitance, -9, 1}, {"uF", capacitance, -6, 1}, {"F", capacitance, 0, 1},
	{"pS", conductance, -12, 1}, {"nS", conductance, -9, 1}, {"uS", conductance, -6, 1}, {"mS", conductance, -3, 1},
	{"S", conductance, 0, 1},
	{"Ohm", resistance, 0, 1}, {"kOhm", resistance, 3, 1}, {"MOhm", resistance, 6, 1}, {"GOhm", resistance, 9, 1},
	{"%", none, -2, 1},
}

// Units returns the symbols that a quantity can have.
func Units() []string {
	var names []string
	for _, s := range symbols {
		names = append(names, s.text)
	}
	return names
}

// unit is a product of powers of symbols, with its exact size in SI units.
type unit struct {
	text string
	dim  dimension
	size *big.Rat
}

// parseUnit reads a unit: symbols joined by * and /, each with an optional ^power; "1/mV" begins with a one. The
// empty text and "1" are the dimensionless unit.
func parseUnit(text string) (unit, error) {
	const most = 6 // factors, and the largest power: bounds the work
	u := unit{text: text, size: big.NewRat(1, 1)}
	rest := strings.NewReplacer("µ", "u", "μ", "u", "Ω", "Ohm", "Ω", "Ohm").Replace(text)
	if rest == "" {
		return u, nil
	}
	sign := int8(1)
	for n := 0; ; n++ {
		end := strings.IndexAny(rest, "*/")
		if end < 0 {
			end = len(rest)
		}
		factor := strings.TrimSpace(rest[:end])
		base, exponent, raised := strings.Cut(factor, "^")
		power := 1
		if raised {
			var err error
			if power, err = strconv.Atoi(exponent); err != nil || power < -most || power > most || power == 0 {
				return u, fmt.Errorf("%q is not a power of a unit", factor)
			}
		}
		if n == most {
			return u, fmt.Errorf("unknown unit %q", clip(text))
		}
		if !(base == "1" && n == 0) {
			s, ok := lookUp(base)
			if !ok {
				return u, unknownUnit(text, base)
			}
			u.dim = u.dim.times(s.dim.power(sign * int8(power)))
			for range max(power, -power) {
				if (power > 0) == (sign > 0) {
					u.size.Mul(u.size, s.size())
				} else {
					u.size.Quo(u.size, s.size())
				}
			}
		}
		if end == len(rest) {
			return u, nil
		}
		if sign = 1; rest[end] == '/' {
			sign = -1
		}
		rest = rest[end+1:]
	}
}

func lookUp(text string) (symbol, bool) {
	for _, s := range symbols {
		if s.text == text {
			return s, true
		}
	}
	return symbol{}, false
}

func (s symbol) size() *big.Rat {
	r := big.NewRat(s.factor, 1)
	for range max(s.exponent, -s.exponent) {
		if s.exponent > 0 {
			r.Mul(r, big.NewRat(10, 1))
		} else {
			r.Quo(r, big.NewRat(10, 1))
		}
	}
	return r
}

func unknownUnit(text, base string) error {
	for _, s := range symbols { // the commonest mistake is in the case of letters: MV, hz
		if strings.EqualFold(s.text, base) {
			return fmt.Errorf("unknown unit %q, did you mean %q?", clip(text), s.text)
		}
	}
	return fmt.Errorf("unknown unit %q%s", clip(text), didYouMean(base, Units()))
}

// String names a dimension: "voltage", "current per time", "current x time".
func (d dimension) String() string {
	names := []struct {
		dim  dimension
		name string
	}{
		{none, "no dimension"}, {time, "time"}, {frequency, "frequency"}, {voltage, "voltage"}, {current, "current"},
		{capacitance, "capacitance"}, {conductance, "conductance"}, {resistance, "resistance"},
	}
	for _, n := range names {
		if n.dim == d {
			return n.name
		}
	}
	var above, below []string
	for _, p := range []struct {
		power int8
		name  string
	}{{d.voltage, "voltage"}, {d.current, "current"}, {d.time, "time"}} {
		name := p.name
		if n := max(p.power, -p.power); n > 1 {
			name = fmt.Sprintf("%s^%d", name, n)
		}
		switch {
		case p.power > 0:
			above = append(above, name)
		case p.power < 0:
			below = append(below, name)
		}
	}
	text := strings.Join(above, " x ")
	if len(above) == 0 {
		text = "one"
	}
	if len(below) > 0 {
		text += " per " + strings.Join(below, " and ")
	}
	return text
}
