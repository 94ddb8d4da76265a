package neuron

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// Value is a parameter or an initial value: one constant for the whole population, or a distribution from
// which every neuron draws its own with the seed. In an experiment file:
//
//	v_s = "-70 mV"
//	v_s = "normal(-70 mV, 5 mV)"                  mean, standard deviation
//	v_s = "normal(-70 mV, 5 mV, -80 mV, -60 mV)"  the same, redrawn until within bounds
//	v_s = "uniform(-60 mV, -50 mV)"
//	tau_s = "lognormal(16 ms, 0.2)"               median, s.d. of the logarithm
//	tau_s = "lognormal(16 ms, 0.2, 10 ms, 30 ms)" the same, redrawn until within bounds
//
// Whatever a distribution is for has a range of its own, for example above 0 for a time constant. One rule holds for
// all of them (Fits): bounds must lie in the range; of a distribution without bounds, so little may lie outside that no
// draw is expected there (share outside times number of draws at most 1e-3). Nothing is clipped.
type Value struct {
	Shape  Shape
	A, B   float64 // constant: A; normal: mean A, s.d. B; uniform: from A to B; lognormal: median A, s.d. of the log B
	Lo, Hi float64 // bounds of a normal or lognormal distribution; both 0 means none

	asked *asked // what a Validate requires of it, see Bounded; nil otherwise
}

// Shape is the kind of a Value.
type Shape uint8

const (
	Constant Shape = iota
	Normal
	Uniform
	LogNormal
)

// Const returns a constant.
func Const(x float64) Value { return Value{A: x} }

// IsConst reports whether all neurons share one value.
func (v Value) IsConst() bool { return v.Shape == Constant }

// Mean returns the nominal value: the constant, mean or median.
func (v Value) Mean() float64 {
	if v.Shape == Uniform {
		return (v.A + v.B) / 2
	}
	return v.A
}

// Bounds returns the smallest and the largest value that can be drawn.
func (v Value) Bounds() (lo, hi float64) {
	switch v.Shape {
	case Normal:
		switch {
		case v.bounded():
			return v.Lo, v.Hi
		case v.B != 0:
			return math.Inf(-1), math.Inf(1)
		}
	case Uniform:
		return v.A, v.B
	case LogNormal:
		switch {
		case v.bounded():
			return v.Lo, v.Hi
		case v.B != 0:
			return 0, math.Inf(1)
		}
	}
	return v.A, v.A
}

// bounded reports whether a normal or lognormal distribution has bounds.
func (v Value) bounded() bool { return v.Lo != 0 || v.Hi != 0 }

// within reports whether x lies in the bounds of a normal or lognormal distribution.
func (v Value) within(x float64) bool { return !v.bounded() || v.B == 0 || x >= v.Lo && x <= v.Hi }

// Draw returns the value of neuron i under a key.
func (v Value) Draw(key rng.Key, i int) float64 {
	if v.Shape == Constant {
		return v.A
	}
	s := key.Stream(uint64(i), 0)
	return v.DrawFrom(&s)
}

// DrawFrom draws a value from a stream.
func (v Value) DrawFrom(s *rng.Stream) float64 {
	if v.Lo > v.Hi {
		panic("neuron: the bounds of a Value descend")
	}
	switch v.Shape {
	case Normal:
		for {
			if x := v.A + float64(v.B*s.Normal()); v.within(x) {
				return x
			}
		}
	case Uniform:
		return v.A + float64((v.B-v.A)*s.Float64())
	case LogNormal:
		for {
			if x := v.A * numeric.Exp(v.B*s.Normal()); v.within(x) {
				return x
			}
		}
	}
	return v.A
}

// Of returns the value that a standard normal number z or a random word w stands for, whichever the shape needs. A
// normal or lognormal distribution with bounds needs another z if ok is false.
func (v Value) Of(z float32, w uint32) (x float64, ok bool) {
	switch v.Shape {
	case Normal:
		x = v.A + float64(v.B*float64(z))
		return x, v.within(x)
	case Uniform:
		return v.A + float64((v.B-v.A)*rng.Unit(w)), true
	case LogNormal:
		x = v.A * numeric.Exp(float64(v.B*float64(z)))
		return x, v.within(x)
	}
	return v.A, true
}

// Fill draws the values of a whole population into dst.
func (v Value) Fill(dst []float32, key rng.Key) {
	for i := range dst {
		dst[i] = float32(v.Draw(key, i))
	}
}

// UnmarshalQuantity reads the notation above; parse reads one quantity and checks its unit.
func (v *Value) UnmarshalQuantity(text string, parse func(quantity string) (float64, error)) error {
	name, args, isCall := strings.Cut(strings.TrimSpace(text), "(")
	if !isCall {
		x, err := parse(text)
		*v = Const(x)
		return err
	}
	args, closed := strings.CutSuffix(strings.TrimSpace(args), ")")
	if !closed {
		return fmt.Errorf("the parenthesis of %s( is not closed", name)
	}
	fields := strings.Split(args, ",")
	x := make([]float64, len(fields))
	for i, f := range fields {
		var err error
		if name == "lognormal" && i == 1 {
			x[i], err = strconv.ParseFloat(strings.TrimSpace(f), 64)
		} else {
			x[i], err = parse(strings.TrimSpace(f))
		}
		if err != nil {
			return err
		}
	}
	switch {
	case name == "normal" && (len(x) == 2 || len(x) == 4):
		*v = Value{Shape: Normal, A: x[0], B: x[1]}
		if len(x) == 4 {
			v.Lo, v.Hi = x[2], x[3]
		}
	case name == "uniform" && len(x) == 2:
		*v = Value{Shape: Uniform, A: x[0], B: x[1]}
	case name == "lognormal" && (len(x) == 2 || len(x) == 4):
		*v = Value{Shape: LogNormal, A: x[0], B: x[1]}
		if len(x) == 4 {
			v.Lo, v.Hi = x[2], x[3]
		}
	default:
		return fmt.Errorf("%s with %d arguments is not a distribution; there are uniform(low, high), normal(mean, sd), "+
			"normal(mean, sd, low, high), lognormal(median, sd of the logarithm) and lognormal(median, sd, low, high)", name,
			len(x))
	}
	switch {
	case v.Shape != Uniform && v.B < 0:
		return fmt.Errorf("the standard deviation of %s must not be negative", name)
	case v.Shape == LogNormal && v.A <= 0:
		return fmt.Errorf("the median of lognormal must be above 0")
	case v.Shape == Uniform && v.B < v.A:
		return fmt.Errorf("the bounds of uniform must ascend")
	case v.Shape == Normal && len(x) == 4 && (v.Hi <= v.Lo || v.A < v.Lo-3*v.B || v.A > v.Hi+3*v.B):
		return fmt.Errorf("the bounds of normal must ascend and lie within three standard deviations of the mean")
	case v.Shape == LogNormal && len(x) == 4 && (v.Lo < 0 || v.Hi <= v.Lo || v.A < v.Lo*math.Exp(-3*v.B) ||
		v.A > v.Hi*math.Exp(3*v.B)):
		return fmt.Errorf("the bounds of lognormal must be positive, ascend and lie within three standard deviations of " +
			"the median")
	}
	return nil
}

func interval(lo, hi float64, open bool) string {
	l, r := "[", "]"
	if open || math.IsInf(lo, 0) {
		l = "("
	}
	if open || math.IsInf(hi, 0) {
		r = ")"
	}
	return strings.ReplaceAll(fmt.Sprintf("%s%g, %g%s", l, lo, hi, r), "Inf", "inf")
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
