package equations

import (
	"math"
	"strconv"
	"strings"
)

// Dimension is what a quantity measures: powers of mass, length, time, current, temperature and amount, in twelfths, so
// that roots of the usual kinds have one (noise is in s^-1/2).
type Dimension [6]int16

// The order of a Dimension's powers.
const (
	mass = iota
	length
	duration
	current
	temperature
	amount
)

const twelfths = 12

func (d Dimension) times(e Dimension, power int) Dimension {
	for i := range d {
		d[i] += e[i] * int16(power)
	}
	return d
}

// raised returns d to a power; it fails where the powers are no twelfths any more.
func (d Dimension) raised(power float64) (Dimension, bool) {
	for i := range d {
		x := float64(d[i]) * power
		if x != math.Round(x) || math.Abs(x) > 1200 {
			return d, false
		}
		d[i] = int16(x)
	}
	return d, true
}

// The program computes in ms, mV and pA, so that capacitances are in pF, conductances in nS. Masses in 1e-12 kg,
// lengths in um and amounts in 1e-18 mol make this a coherent system, in which a concentration is in mM.
var internalSize = [6]float64{1e-12, 1e-6, 1e-3, 1e-12, 1, 1e-18}

// perInternal returns how many internal units an SI unit of dimension d is.
func (d Dimension) perInternal() float64 {
	x := 1.0
	for i, p := range d {
		if p != 0 {
			x *= math.Pow(internalSize[i], -float64(p)/twelfths)
		}
	}
	return x
}

func dim(powers ...int16) (d Dimension) {
	for i, p := range powers {
		d[i] = p * twelfths
	}
	return d
}

var (
	none      = Dimension{}
	dimTime   = dim(0, 0, 1)
	dimRate   = dim(0, 0, -1)
	dimVolt   = dim(1, 2, -3, -1)
	dimAmpere = dim(0, 0, 0, 1)
	dimFarad  = dim(-1, -2, 4, 2)
	dimSiemen = dim(-1, -2, 3, 2)
	dimOhm    = dim(1, 2, -3, -2)
	dimNoise  = Dimension{duration: -twelfths / 2}
)

// base is a unit without prefix.
type base struct {
	symbol string
	dim    Dimension
	size   float64 // in SI units
	bare   bool    // takes no prefix
}

func bases() []base {
	return []base{
		{"s", dimTime, 1, false}, {"m", dim(0, 1), 1, false}, {"g", dim(1), 1e-3, false}, {"A", dimAmpere, 1, false},
		{"V", dimVolt, 1, false}, {"S", dimSiemen, 1, false}, {"F", dimFarad, 1, false}, {"ohm", dimOhm, 1, false},
		{"Ohm", dimOhm, 1, false}, {"Hz", dimRate, 1, false}, {"J", dim(1, 2, -2), 1, false},
		{"C", dim(0, 0, 1, 1), 1, false},
		{"K", dim(0, 0, 0, 0, 1), 1, false}, {"mol", dim(0, 0, 0, 0, 0, 1), 1, false},
		{"M", dim(0, -3, 0, 0, 0, 1), 1e3, false},
		{"%", none, 0.01, true}, {"min", dimTime, 60, true},
	}
}

func prefixes() map[string]float64 {
	return map[string]float64{"": 1, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "c": 1e-2, "d": 1e-1,
		"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
}

// lookUpUnit returns what a symbol such as "mV" measures and its size in internal units.
func lookUpUnit(symbol string) (d Dimension, size float64, ok bool) {
	symbol = strings.NewReplacer("\u00b5", "u", "\u03bc", "u", "\u03a9", "ohm", "\u2126", "ohm").Replace(symbol)
	for _, b := range bases() {
		p, found := strings.CutSuffix(symbol, b.symbol)
		if !found || b.bare && p != "" {
			continue
		}
		if factor, isPrefix := prefixes()[p]; isPrefix {
			return b.dim, factor * b.size * b.dim.perInternal(), true
		}
	}
	return none, 0, false
}

// unitNames lists symbols for "did you mean".
func unitNames() []string {
	return []string{"ms", "s", "us", "mV", "V", "uV", "pA", "nA", "uA", "A", "pF", "nF", "uF", "F", "nS", "uS", "mS", "pS",
		"S", "Hz", "kHz",
		"ohm", "kohm", "Mohm", "Gohm", "um", "mm", "cm", "m", "mM", "uM", "nM", "M", "mol", "K", "J", "C", "pC", "g", "kg"}
}

// String names a dimension by the units that the program computes in: "mV", "nS/um^2", "1" for a plain number.
func (d Dimension) String() string {
	named := []struct {
		name string
		dim  Dimension
	}{{"", none}, {"mV", dimVolt}, {"ms", dimTime}, {"pA", dimAmpere}, {"pF", dimFarad}, {"nS", dimSiemen},
		{"Gohm", dimOhm},
		{"um", dim(0, 1)}, {"mM", dim(0, -3, 0, 0, 0, 1)}, {"fC", dim(0, 0, 1, 1)}, {"K", dim(0, 0, 0, 0, 1)}}
	best, cost := "", 100
	for _, a := range named {
		for p := 1; p <= 2; p++ {
			for _, b := range named {
				for q := -4; q <= 2; q++ {
					c := p + max(q, -q)
					if q < 0 {
						c++ // products before quotients
					}
					if a.name == "" && q > 0 {
						c++
					}
					if b.name == "" {
						c -= max(q, -q)
					}
					if q != 0 && c < cost && d == none.times(a.dim, p).times(b.dim, q) {
						best, cost = joined(a.name, p, b.name, q), c
					}
				}
			}
		}
	}
	if best != "" {
		return best
	}
	var out []string
	for i, symbol := range []string{"ng", "um", "ms", "pA", "K", "amol"} {
		if d[i] != 0 {
			out = append(out, powered(symbol, float64(d[i])/twelfths))
		}
	}
	return strings.Join(out, "*")
}

// joined prints a^p b^q; an empty name is a plain one.
func joined(a string, p int, b string, q int) string {
	switch {
	case a == "" && b == "":
		return "1"
	case b == "":
		return powered(a, float64(p))
	case a == "" && q < 0:
		return "1/" + powered(b, float64(-q))
	case a == "":
		return powered(b, float64(q))
	case q < 0:
		return powered(a, float64(p)) + "/" + powered(b, float64(-q))
	}
	return powered(a, float64(p)) + "*" + powered(b, float64(q))
}

func powered(name string, p float64) string {
	if p == 1 {
		return name
	}
	return name + "^" + strconv.FormatFloat(p, 'g', 4, 64)
}
