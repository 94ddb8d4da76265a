package neuron

import (
	"fmt"
	"math"
	"reflect"
)

// Outside returns the share of draws that lie below lo or above hi.
func (v Value) Outside(lo, hi float64) float64 {
	switch {
	case math.IsNaN(v.A + v.B + v.Lo + v.Hi):
		return 1
	case v.Shape == Uniform && v.B > v.A:
		return 1 - max(0, min(hi, v.B)-max(lo, v.A))/(v.B-v.A)
	case (v.Shape == Normal || v.Shape == LogNormal) && v.B > 0:
		a, b := v.Bounds()
		below := v.below(lo) - v.below(a)
		above := v.above(hi) - v.above(b)
		return (max(0, below) + max(0, above)) / (1 - v.below(a) - v.above(b))
	case v.A < lo || v.A > hi:
		return 1
	}
	return 0
}

// below and above return the shares of a normal or lognormal distribution, without its bounds, on the two sides of x.
func (v Value) below(x float64) float64 { return math.Erfc(-v.deviation(x)/math.Sqrt2) / 2 }
func (v Value) above(x float64) float64 { return math.Erfc(v.deviation(x)/math.Sqrt2) / 2 }

// deviation returns how many standard deviations x lies above the middle.
func (v Value) deviation(x float64) float64 {
	if v.Shape == LogNormal {
		return math.Log(max(0, x)/v.A) / v.B
	}
	return (x - v.A) / v.B
}

// mostOutside is how many draws may be expected outside of a range by a distribution without bounds.
const mostOutside = 1e-3

// leastInside is the smallest share of a distribution between its bounds: drawing until inside comes to an end.
const leastInside = 1e-4

// Fits returns an error that says why a number of draws does not fit into a range: a value or bound lies outside, or,
// without bounds, too many draws would.
func (v Value) Fits(lo, hi, draws float64) error {
	a, b := v.Bounds()
	switch {
	case a > b:
		return fmt.Errorf("the bounds %.6g and %.6g descend", a, b)
	case v.bounded() && v.B > 0 && !(1-v.below(a)-v.above(b) >= leastInside):
		return fmt.Errorf("hardly anything of %s) lies between the bounds %.6g and %.6g", v.head(), a, b)
	case a >= lo && b <= hi:
		return nil
	case v.IsConst() || v.bounded() || v.Shape == Uniform || v.B == 0 || math.IsNaN(v.A+v.B):
		bad := a
		if a >= lo {
			bad = b
		}
		return fmt.Errorf("%.6g is out of range", bad)
	}
	if share := v.Outside(lo, hi); !(share*max(1, draws) <= mostOutside) {
		return fmt.Errorf("%.3g %% of the values would be out of range; give the distribution bounds: %s, low, high)",
			100*share, v.head())
	}
	return nil
}

// initialPotential requires that a potential is one that a neuron can start with.
func initialPotential(v Value, name string) error {
	return v.require("initial."+name, "mV", -1e3, 1e3, false)
}

// head prints a distribution as in a file, up to where its bounds would stand.
func (v Value) head() string {
	name := "normal"
	if v.Shape == LogNormal {
		name = "lognormal"
	}
	return fmt.Sprintf("%s(%g, %g", name, v.A, v.B)
}

// Within returns the distribution that is drawn again until within a range as well as within its own bounds. It must
// Fit.
func (v Value) Within(lo, hi float64) Value {
	if v.Shape != Normal && v.Shape != LogNormal || v.B == 0 {
		return v
	}
	a, b := v.Bounds()
	if a, b = max(a, lo), min(b, hi); math.IsInf(a, -1) && math.IsInf(b, 1) {
		return v
	}
	v.Lo, v.Hi = a, b
	return v
}

// Lowest returns a value below which nothing is drawn: nine standard deviations down where there are no closer bounds.
func (v Value) Lowest() float64 {
	lo, _ := v.Bounds()
	switch v.Shape {
	case Normal:
		return max(lo, v.A-9*v.B)
	case LogNormal:
		return max(lo, v.A*math.Exp(-9*v.B))
	}
	return lo
}

// require returns a *ParameterError unless the values that v takes lie in the interval, by the rule of Fits. Interval
// ends may be infinite; open says that the ends themselves are excluded.
func (v Value) require(key, unit string, lo, hi float64, open bool) error {
	draws := 1.0
	if v.asked != nil {
		draws = float64(v.asked.draws)
		v.asked.narrow(lo, hi, open)
	}
	a, b := v.Bounds()
	bad := a
	if a > lo || a >= lo && !open {
		bad = b
	}
	err := v.Fits(lo, hi, draws)
	if v.Shape == LogNormal && !v.bounded() && a == lo {
		bad, a = v.A, v.A
	}
	closed := !math.IsInf(a, 0) && a == lo || !math.IsInf(b, 0) && b == hi // the value at an end
	if err == nil && !(open && closed) && !math.IsInf(v.A, 0) {
		return nil
	}
	reason := "must lie within bounds"
	senseless := v.Fits(math.Inf(-1), math.Inf(1), 1)
	switch {
	case senseless != nil:
		reason, bad = senseless.Error(), v.A
	case err != nil && v.Outside(lo, hi) < 1 && !v.bounded() && v.Shape != Uniform:
		reason, bad = err.Error(), v.A
	case lo == 0 && math.IsInf(hi, 1) && open:
		reason = "must be above 0"
	case lo == 0 && math.IsInf(hi, 1):
		reason = "must not be negative"
	}
	return &ParameterError{Key: key, Value: bad, Unit: unit, Reason: reason, Allowed: interval(lo, hi, open) + " " + unit}
}

// asked is what a Validate has required of a Value.
type asked struct {
	lo, hi float64
	draws  int
}

// narrow takes in one more requirement; the ends of an open interval lie outside.
func (a *asked) narrow(lo, hi float64, open bool) {
	if inf := float32(math.Inf(1)); open && !math.IsInf(lo, 0) {
		lo = float64(math.Nextafter32(float32(lo), inf))
	}
	if inf := float32(math.Inf(-1)); open && !math.IsInf(hi, 0) {
		hi = float64(math.Nextafter32(float32(hi), inf))
	}
	a.lo, a.hi = max(a.lo, lo), min(a.hi, hi)
}

// Bounded returns a description whose distributions, drawn so many times each, are drawn again where they would leave
// the range that its Validate allows; an error, as that of Validate, if that would happen too often (see Value).
func Bounded(s Spec, draws int) (Spec, error) {
	whole := reflect.ValueOf(s)
	if whole.Kind() != reflect.Pointer || whole.Elem().Kind() != reflect.Struct {
		return s, s.Validate()
	}
	twin := reflect.New(whole.Elem().Type())
	twin.Elem().Set(whole.Elem())
	values := valuesIn(twin.Elem(), nil)
	for _, v := range values {
		v.asked = &asked{math.Inf(-1), math.Inf(1), draws}
	}
	out := twin.Interface().(Spec)
	if err := out.Validate(); err != nil {
		return nil, err
	}
	for _, v := range values {
		lo, hi := v.asked.lo, v.asked.hi
		v.asked = nil
		if v.Fits(lo, hi, 1) == nil {
			*v = v.Within(lo, hi)
		}
	}
	return out, nil
}

// valuesIn lists the Values of a struct and of the structs in it.
func valuesIn(s reflect.Value, dst []*Value) []*Value {
	for i := range s.NumField() {
		f := s.Field(i)
		if !f.CanSet() || f.Kind() != reflect.Struct {
			continue
		}
		if v, ok := f.Addr().Interface().(*Value); ok {
			dst = append(dst, v)
		} else {
			dst = valuesIn(f, dst)
		}
	}
	return dst
}
