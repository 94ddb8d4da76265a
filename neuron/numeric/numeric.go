// Package numeric holds the elementary functions that may change the state of a simulation: exponential,
// logarithm, sigmoid, sine and square root, written in plain Go with every rounding spelled out.
//
// The standard library's versions have assembly on some architectures, and Go may fuse x*y+z where the
// processor can; both change the last bit and, in a chaotic network, soon every spike. The functions here give
// the same bits on every architecture and in vector code, which is what makes "same seed, same spikes" hold
// across machines. An explicit conversion such as float32(x*y) forbids fusing (Go specification, floating-point
// operators); Madd and Madd32 wrap it.
//
// Nothing here is meant for analysis or plots: use math there.
package numeric

import "math"

// Madd returns x*y + z with both roundings, never fused.
func Madd(x, y, z float64) float64 { return float64(x*y) + z }

// Madd32 returns x*y + z in single precision with both roundings, never fused.
func Madd32(x, y, z float32) float32 { return float32(x*y) + z }

const (
	log2e = 1.44269504088896338700
	ln2Hi = 6.93147180369123816490e-01 // ln 2 in two parts: k*ln2Hi is exact for |k| < 2^11
	ln2Lo = 1.90821492927058770002e-10
)

// Exp returns e^x with a relative error below 2e-16. Arguments below -708 give 0, above 709 +Inf.
func Exp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 709:
		return math.Inf(1)
	case x < -708:
		return 0
	}
	k := math.Floor(Madd(x, log2e, 0.5))
	r := float64(x-float64(k*ln2Hi)) - float64(k*ln2Lo)
	// |r| <= ln2/2: the Taylor series to r^13 has a remainder below 1e-17.
	p := 1.0 / 6227020800
	for _, c := range expTaylor {
		p = Madd(p, r, c)
	}
	return p * math.Float64frombits(uint64(int64(k)+1023)<<52)
}

// 1/12! ... 1/0!, in the order of Horner's scheme.
var expTaylor = [...]float64{
	1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720,
	1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1,
}

// Log returns the natural logarithm of x > 0 with a relative error below 4e-16; -Inf at 0, NaN below.
func Log(x float64) float64 {
	switch {
	case x != x || x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case math.IsInf(x, 1):
		return x
	}
	m, e := math.Frexp(x) // m in [1/2, 1)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	// log m = 2 artanh(s), s = (m-1)/(m+1), |s| < 0.1716: s^25 and beyond are below 1e-19.
	s := (m - 1) / (m + 1)
	z := float64(s * s)
	p := 1.0 / 23
	for _, c := range logSeries {
		p = Madd(p, z, c)
	}
	f := float64(2 * s)
	return Madd(float64(e), ln2Hi, f+Madd(float64(f*z), p, float64(float64(e)*ln2Lo)))
}

// 1/21, 1/19 ... 1/3.
var logSeries = [...]float64{1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5,
	1.0 / 3}

// Constants of the single-precision functions. The polynomial of exp is the minimax fit on [-ln2/2, ln2/2]
// of relative error 6e-8 that vector libraries use; the vector kernels evaluate it in the same order.
const (
	log2e32 = float32(1.44269504088896341)
	ln2Hi32 = float32(0.693359375)
	ln2Lo32 = float32(-2.12194440e-4)
	shift32 = float32(12582912) // 1.5 * 2^23: adding and subtracting it rounds to the nearest integer

	exp0 = float32(1.9875691500e-4)
	exp1 = float32(1.3981999507e-3)
	exp2 = float32(8.3334519073e-3)
	exp3 = float32(4.1665795894e-2)
	exp4 = float32(1.6666665459e-1)
	exp5 = float32(5.0000001201e-1)

	// ExpMin and ExpMax bound the argument of Exp32; beyond them it saturates.
	ExpMin = float32(-87)
	ExpMax = float32(88)
)

// Exp32 returns e^x in single precision, relative error below 2e-7, for x clamped to [ExpMin, ExpMax].
func Exp32(x float32) float32 {
	if x > ExpMax {
		x = ExpMax
	}
	if !(x >= ExpMin) { // also NaN
		x = ExpMin
	}
	k := float32(float32(x*log2e32)+shift32) - shift32
	r := x - float32(k*ln2Hi32)
	r -= float32(k * ln2Lo32)
	p := Madd32(exp0, r, exp1)
	p = Madd32(p, r, exp2)
	p = Madd32(p, r, exp3)
	p = Madd32(p, r, exp4)
	p = Madd32(p, r, exp5)
	p = Madd32(p, float32(r*r), r) + 1
	return p * math.Float32frombits(uint32(int32(k)+127)<<23)
}

// Sigmoid32 returns 1/(1+e^-x) in single precision.
func Sigmoid32(x float32) float32 { return 1 / (1 + Exp32(-x)) }

// Log32 returns the natural logarithm of a positive normal x in single precision, relative error below 3e-7
// (absolute below 1e-7 near 1). It is meant for uniform random numbers: x must be in (0, 1].
func Log32(x float32) float32 {
	b := math.Float32bits(x)
	// Split so that the mantissa is in [sqrt(1/2), sqrt(2)).
	e := int32(b-0x3f3504f3) >> 23
	m := math.Float32frombits(b - uint32(e)<<23)
	s := (m - 1) / (m + 1)
	z := float32(s * s)
	p := Madd32(z, 0.14285715, 0.2)
	p = Madd32(p, z, 0.33333334)
	f := float32(2 * s)
	return Madd32(float32(e), 0.6931472, Madd32(float32(f*z), p, f))
}

// SinCosTurn returns the sine and cosine of 2*pi*t in double precision, absolute error below 3e-16, for any
// finite t (t counts turns: t = 0.25 is a right angle).
func SinCosTurn(t float64) (sin, cos float64) {
	t -= math.Floor(t)              // [0, 1)
	q := math.Floor(Madd(t, 4, .5)) // nearest quarter turn
	x := float64((t - q/4) * (2 * math.Pi))
	z := float64(x * x) // |x| <= pi/4
	s, c := sinTaylor[0], cosTaylor[0]
	for i := 1; i < len(sinTaylor); i++ {
		s = Madd(s, z, sinTaylor[i])
		c = Madd(c, z, cosTaylor[i])
	}
	s = float64(s * x)
	switch int(q) & 3 {
	case 1:
		return c, -s
	case 2:
		return -s, -c
	case 3:
		return -c, s
	}
	return s, c
}

var (
	sinTaylor = [...]float64{-1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040,
		1.0 / 120, -1.0 / 6, 1}
	cosTaylor = [...]float64{-1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24,
		-0.5, 1}
)
