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
	p := (v - s.min) / (s.max - s.min)
	if s.log {
		p = (math.Log(v) - math.Log(s.min)) / (math.Log(s.max) - math.Log(s.min))
	}
	return min(max(p, -far), far), true
}

// far is a place so far outside that a line to it looks the same as one to any place beyond.
const far = 1e4

// extent collects the range of data.
type extent struct {
	min, max float64
	positive float64 // the least value above zero, for logarithms
	center   float64 // the least value without its deviation: a band alone does not take an axis below zero
}

// huge, and its inverse on logarithmic axes, bounds what a range shows, so that differences and margins stay finite.
const huge = 1e250

func newExtent() extent { return extent{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(1)} }

// spread grows by a value and its deviation, which may be NaN.
func (e *extent) spread(v, sd float64) {
	center := min(e.center, v)
	e.grow(v - sd)
	e.grow(v + sd)
	e.center = center
	e.grow(v)
}

func (e *extent) grow(v float64) {
	if math.IsNaN(v) || math.Abs(v) > huge {
		return
	}
	e.min, e.max, e.center = min(e.min, v), max(e.max, v), min(e.center, v)
	if v >= 1/huge {
		e.positive = min(e.positive, v)
	}
}

// scale chooses the range of an axis for the data.
func (e extent) scale(a Axis) scale {
	lo, hi := a.Range[0], a.Range[1]
	if len(a.Names) > 0 && a.Places == nil {
		lo, hi = 0, float64(len(a.Names))
	}
	fixed := lo < hi && -huge < lo && hi < huge && (!a.Log || lo >= 1/huge)
	switch {
	case fixed:
	case a.Log && e.positive > e.max: // nothing above zero
		lo, hi = 1, 10
	case a.Log:
		lo, hi = e.positive, e.max
		pad := math.Exp(.04 * (math.Log(hi) - math.Log(lo)))
		if hi/lo < 1.5 {
			pad = 1.5
		}
		if !a.Tight || hi == lo {
			lo, hi = lo/pad, hi*pad
		}
	case e.min > e.max: // no data
		lo, hi = 0, 1
	default:
		lo, hi = e.min, e.max
		if a.Zero {
			hi = max(hi, 0)
			if lo = min(lo, 0); e.center >= 0 {
				lo = 0
			}
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

// ticks chooses labelled ticks at round values: the finest step that gives at most n of them.
func (s scale) ticks(n int) []tick {
	if s.log {
		return s.logTicks(n)
	}
	unit := math.Pow(10, math.Floor(math.Log10((s.max-s.min)/float64(n)))-1)
	for _, m := range []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		step := unit * m
		from, to := math.Ceil(s.min/step-1e-6), math.Floor(s.max/step+1e-6)
		if to-from+1 > float64(n) {
			continue
		}
		decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
		var t []tick
		for k := from; k <= to; k++ {
			t = append(t, tick{at: k * step, label: number(k*step, decimals)})
		}
		return t
	}
	return nil
}

func (s scale) logTicks(n int) []tick {
	lo, hi := int(math.Floor(math.Log10(s.min))), int(math.Ceil(math.Log10(s.max)))
	inside, first := 0, lo
	for k := hi; k >= lo; k-- {
		if v := math.Pow(10, float64(k)); v >= s.min*(1-1e-9) && v <= s.max*(1+1e-9) {
			inside, first = inside+1, k
		}
	}
	every := max(1, (inside+n-1)/n)
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
			case m == 1 && (k-first)%every == 0, inside < 2 && (m == 2 || m == 5), inside == 0:
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
