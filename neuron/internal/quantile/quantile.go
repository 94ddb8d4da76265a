// Package quantile holds the numbers that the scalar and the vector code of binomial numbers share (package
// ensemble and internal/asm/steps).
package quantile

// Polynomials, the constant first, from Chebyshev interpolation of the exact functions on the given interval.
var (
	// Logarithm is log₂ m on [1, 2], error 1.5e-5.
	Logarithm = [...]float32{-2.7941537, 5.0697563, -3.5202188, 1.6101775, -0.40947559, 0.043928628}
	// Tail is the upper normal quantile of 2^-s² on [1, 5.745], error 2.2e-4.
	Tail = [...]float32{-2.2260419, 2.9898278, -1.1159414, 0.45207726, -0.11647496, 0.018307721, -0.0015965702,
		5.9104070e-5}
	// Artanh is 2 artanh(s)/(s ln 2) over s² on [0, 1/9], error 1e-7: -log₂(1-p) is s Artanh(s²) with s = p/(2-p).
	Artanh = [...]float32{2.8853901, 0.96179163, 0.57743658, 0.40339800, 0.40647438}
	// Power is 2^-r for r on [-1/2, 1/2], error 2e-7; exact at 0.
	Power = [...]float32{1, -0.69314721, 0.24022107, -0.055503272, 0.0096760371, -0.0013400432}
)

const (
	// Smooth is the variance from which binomial numbers are drawn as a Cornish-Fisher quantile, rounded. The largest
	// error of the distribution function is then below 0.004 (tested); below it, numbers are inverted.
	Smooth = 4
	// Resolution turns 23-bit numbers and a half into those that are inverted. They end 1e-5 below 1, so that they are
	// below the sum of all probabilities in spite of rounding.
	Resolution = (1 - 1e-5) / (1 << 23)
	// Shift rounds to whole numbers, and leaves them in the lowest bits, when it is added.
	Shift = 3 << 22
	// Longest is more than the largest number that inversion walks to: np is below 8, or n 15 and p 1/2.
	Longest = 32
)
