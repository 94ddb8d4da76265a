package analysis

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Band is a mean and a sample standard deviation (n-1) over repetitions, value by value: of rates per bin, of a
// histogram's fractions, of an f-I curve, of anything that is a series.
type Band struct {
	Mean, SD []float64
	N        []int // repetitions with a value there
}

// OverSeeds summarises series of equal length, one per seed. NaN values are left out; where no seed has a value
// the mean is NaN, where fewer than two have one the deviation is NaN.
func OverSeeds(seeds ...[]float64) Band {
	var b Band
	if len(seeds) == 0 {
		return b
	}
	for _, s := range seeds {
		if len(s) != len(seeds[0]) {
			panic("analysis: series of different length")
		}
	}
	column := make([]float64, 0, len(seeds))
	for i := range seeds[0] {
		column = column[:0]
		for _, s := range seeds {
			if !math.IsNaN(s[i]) {
				column = append(column, s[i])
			}
		}
		m, sd := math.NaN(), math.NaN()
		switch len(column) {
		case 0:
		case 1:
			m = column[0]
		default:
			m, sd = stat.MeanStdDev(column, nil)
		}
		b.Mean, b.SD, b.N = append(b.Mean, m), append(b.SD, sd), append(b.N, len(column))
	}
	return b
}

// Summary returns the mean, the sample standard deviation and the number of the values that are not NaN: of the
// Fano factors of a population, or of one number over seeds.
func Summary(values []float64) (mean, sd float64, n int) {
	var one [][]float64
	for _, v := range values {
		one = append(one, []float64{v})
	}
	if b := OverSeeds(one...); len(b.Mean) == 1 {
		return b.Mean[0], b.SD[0], b.N[0]
	}
	return math.NaN(), math.NaN(), 0
}
