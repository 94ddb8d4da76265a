package oracle

import (
	"fmt"
	"math"
	"slices"
)

// Report is what a comparison found.
type Report struct {
	Differences []string
	Spikes      int                  // of the engine that were compared
	TimeErrors  []float64            // us, of spikes that both have
	Worst       map[string]float64   // largest error of each kind, in units of its margin
	Errors      map[string][]float64 // all of them
}

func (r *Report) differ(format string, args ...any) {
	if len(r.Differences) < 20 {
		r.Differences = append(r.Differences, fmt.Sprintf(format, args...))
	}
}

// within notes an error in units of its margin and reports whether it is at most 1.
func (r *Report) within(what string, part float64) bool {
	if r.Worst == nil {
		r.Worst = map[string]float64{}
	}
	if math.IsNaN(part) {
		part = math.Inf(1)
	}
	r.Worst[what] = max(r.Worst[what], part)
	if r.Errors == nil {
		r.Errors = map[string][]float64{}
	}
	r.Errors[what] = append(r.Errors[what], part)
	return part <= 1
}

// Quantile returns a quantile of the time errors, us.
func Quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	x = slices.Sorted(slices.Values(x))
	return x[min(len(x)-1, int(q*float64(len(x))))]
}
