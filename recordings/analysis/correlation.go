package analysis

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Pearson returns the correlation coefficient of two series of equal length. Pairs with a NaN are left out; it is
// NaN below two pairs and when a series does not vary.
func Pearson(x, y []float64) float64 {
	if len(x) != len(y) {
		panic("analysis: series of different length")
	}
	a, b := make([]float64, 0, len(x)), make([]float64, 0, len(x))
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			a, b = append(a, x[i]), append(b, y[i])
		}
	}
	if len(a) < 2 {
		return math.NaN()
	}
	return stat.Correlation(a, b, nil)
}

// CrossCorrelation returns the Pearson correlation of x with y shifted by every lag from -maxLag to +maxLag bins.
// Positive lags: y follows x. Each lag uses the bins in which both exist.
func CrossCorrelation(x, y []float64, maxLag int) []float64 {
	if len(x) != len(y) {
		panic("analysis: series of different length")
	}
	r := make([]float64, 2*maxLag+1)
	for i := range r {
		lag := i - maxLag
		n := len(x) - abs(lag)
		if r[i] = math.NaN(); n >= 2 {
			r[i] = Pearson(x[max(0, -lag):][:n], y[max(0, lag):][:n])
		}
	}
	return r
}

// BestLag returns the lag, in bins, at which a result of CrossCorrelation is largest, and its value. Without a
// finite value it returns 0, NaN.
func BestLag(r []float64) (lag int, value float64) {
	best := -1
	for i, v := range r {
		if !math.IsNaN(v) && (best < 0 || v > r[best]) {
			best = i
		}
	}
	if best < 0 {
		return 0, math.NaN()
	}
	return best - len(r)/2, r[best]
}
