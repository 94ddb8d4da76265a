package figure

import (
	"math"
	"strconv"
	"strings"
)

// scale maps values to the unit interval along an axis.
type scale struct {
	min, max float64
	log      bool
}

// place returns where v lies, 0 at min and 1 at max, and whether it can be placed at all.
func (s scale) place(v float64) (float64, bool) {
	if math.IsNaN(v) || math.IsInf(v, 0) || (s.log && v <= 0) {
		return 0, false
	}
	if s.log {
		return math.Log(v/s.min) / math.Log(s.max/s.min), true
	}
	return (v - s.min) / (s.max - s.min), true
}

// extent collects the range of data.
type extent struct{ min, max, positive float64 } // positive: the least value above zero, for logarithms

func newExtent() extent { return extent{math.Inf(1), math.Inf(-1), math.Inf(1)} }

func (e *extent) grow(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	e.min, e.max = min(e.min, v), max(e.max, v)
	if v > 0 {
		e.positive = min(e.positive, v)
	}
}

// scale chooses the range of an axis for the data.
func (e extent) scale(a Axis) scale {
	lo, hi := a.Range[0], a.Range[1]
	if len(a.Names) > 0 {
		lo, hi = 0, float64(len(a.Names))
	}
	fixed := lo < hi && (!a.Log || lo > 0)
	switch {
	case fixed:
	case a.Log && e.positive > e.max: // nothing above zero
		lo, hi = 1, 10
	case a.Log:
		lo, hi = e.positive, e.max
		pad := math.Pow(hi/lo, .04)
		if hi/lo < 1.5 {
			pad = 1.5
		}
		lo, hi = lo/pad, hi*pad
	case e.min > e.max: // no data
		lo, hi = 0, 1
	default:
		lo, hi = e.min, e.max
		if a.Zero {
			lo, hi = min(lo, 0), max(hi, 0)
		}
		pad := .05 * (hi - lo)
		if pad <= 1e-12*max(math.Abs(lo), math.Abs(hi)) {
			pad = max(.1*math.Abs(hi), 1e-9)
			if hi == 0 {
				pad = 1
			}
		}
		if !a.Tight {
			if !a.Zero || lo < 0 {
				lo -= pad
			}
			if !a.Zero || hi > 0 || lo == 0 {
				hi += pad
			}
		} else if lo == hi {
			lo, hi = lo-pad, hi+pad
		}
	}
	return scale{lo, hi, a.Log}
}

// tick is a mark on an axis. Without a label it is a minor one.
type tick struct {
	at       float64
	label    string
	exponent string // raised behind the label
}

// ticks chooses at most about n labelled ticks at round values.
func (s scale) ticks(n int) []tick {
	if s.log {
		return s.logTicks(n)
	}
	step := (s.max - s.min) / float64(max(1, n))
	unit := math.Pow(10, math.Floor(math.Log10(step)))
	for _, m := range []float64{1, 2, 5, 10} {
		if unit*m >= step*(1-1e-9) {
			step = unit * m
			break
		}
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var t []tick
	slack := 1e-9 * step
	for k := math.Ceil((s.min - slack) / step); k*step <= s.max+slack; k++ {
		t = append(t, tick{at: k * step, label: number(k*step, decimals)})
	}
	return t
}

func (s scale) logTicks(n int) []tick {
	lo, hi := int(math.Floor(math.Log10(s.min))), int(math.Ceil(math.Log10(s.max)))
	every := 1 + (hi-lo)/max(1, n)
	inside := 0
	for k := lo; k <= hi; k++ {
		if v := math.Pow(10, float64(k)); v >= s.min*.999 && v <= s.max*1.001 {
			inside++
		}
	}
	var t []tick
	for k := lo; k <= hi; k++ {
		decade := math.Pow(10, float64(k))
		for m := 1; m <= 9; m++ {
			v := decade * float64(m)
			if v < s.min*(1-1e-9) || v > s.max*(1+1e-9) {
				continue
			}
			mark := tick{at: v}
			switch {
			case m == 1 && (k-lo)%every == 0, inside < 2 && (m == 2 || m == 5), inside == 0:
				mark.label, mark.exponent = power(v, k, m, lo, hi)
			}
			if m == 1 || every == 1 {
				t = append(t, mark)
			}
		}
	}
	return t
}

// power writes m*10^k in full where that is short on the whole axis, and as a power otherwise.
func power(v float64, k, m, lo, hi int) (label, exponent string) {
	if lo >= -2 && hi <= 4 {
		return number(v, max(0, -k)), ""
	}
	if m != 1 {
		return strconv.Itoa(m) + "·10", minus(strconv.Itoa(k))
	}
	return "10", minus(strconv.Itoa(k))
}

// number writes a value with a real minus sign; zero has no sign.
func number(v float64, decimals int) string {
	if math.Abs(v) >= 1e6 || decimals > 5 {
		return minus(strconv.FormatFloat(v, 'g', 3, 64))
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return minus(s)
}

func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }
