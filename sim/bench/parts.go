package bench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/burstplex/burstplex/sim/machine"
)

// Part is the speed of one part of the engine on one core.
type Part struct {
	Name   string  `json:"name"`
	Best   float64 `json:"best"`
	Median float64 `json:"median"`
	Unit   string  `json:"unit"`
	Less   bool    `json:"less_is_better,omitempty"`
}

// rate is a part measured in events per second, which more is better of.
func rate(name string, perSecond []float64, scale float64, unit string) Part {
	return part(Part{Name: name, Unit: unit}, perSecond, 1/scale)
}

// cost is a part measured in what one event takes.
func cost(name string, each []float64, scale float64, unit string) Part {
	return part(Part{Name: name, Unit: unit, Less: true}, each, 1/scale)
}

func part(p Part, x []float64, scale float64) Part {
	x = slices.Sorted(slices.Values(x))
	p.Best, p.Median = scale*x[len(x)-1], scale*x[len(x)/2]
	if p.Less {
		p.Best = scale * x[0]
	}
	return p
}

// fixed is a part that is counted, not timed.
func fixed(name string, value float64, unit string) Part {
	return Part{Name: name, Best: value, Median: value, Unit: unit, Less: true}
}

// repeats is how often a part is timed, each for at least long of processor time.
const (
	repeats = 5
	long    = 100 * time.Millisecond
)

// perSecond times f, which returns how much it did, and returns what it did per second of processor time in each of
// several repeats.
func perSecond(f func() int) []float64 {
	f() // the first time fills caches and tables
	var all []float64
	for range repeats {
		n, start := 0, machine.CPU()
		for machine.CPU()-start < long {
			n += f()
		}
		all = append(all, float64(n)/(machine.CPU()-start).Seconds())
	}
	return all
}

// inverse turns rates into times.
func inverse(perSecond []float64) []float64 {
	var each []float64
	for _, r := range perSecond {
		each = append(each, 1/r)
	}
	return each
}

// Parts measures the parts whose names contain one of the words (all if there are none), those that take GiB only
// if large is set, and calls each with every result.
func Parts(words []string, large bool, each func(Part)) error {
	for _, m := range []struct {
		name  string
		large bool
		run   func(each func(Part)) error
	}{
		{"sparse delivery", false, sparseRows}, {"delayed delivery", false, delayedRows}, {"large sparse delivery", true,
			largeRows},
		{"dense delivery", false, denseRows}, {"row-events", false, rowEvents}, {"steps", false, steps},
		{"plastic updates", false, updates},
		{"allocation", false, allocation}, {"activity", false, activity},
	} {
		if m.large && !large || len(words) > 0 &&
			!slices.ContainsFunc(words, func(w string) bool { return strings.Contains(m.name, w) }) {
			continue
		}
		if err := m.run(each); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

// WriteParts prints parts for people.
func WriteParts(out io.Writer, parts []Part) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "part\tbest\tmedian\tunit")
	for _, p := range parts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Name, digits(p.Best), digits(p.Median), p.Unit)
	}
	return w.Flush()
}

// digits prints three significant digits without an exponent.
func digits(x float64) string {
	if x == 0 || math.IsNaN(x) {
		return fmt.Sprint(x)
	}
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(x))))
	return fmt.Sprintf("%.*f", max(0, decimals), x)
}
