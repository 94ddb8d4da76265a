package trains

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// roster collects the numbers that populations of a table have in their network.
type roster struct{ number map[string]int }

func newRoster() *roster { return &roster{map[string]int{}} }

// mostPopulations is how many a network may have.
const mostPopulations = 1 << 16

// note reads the number of a population.
func (r *roster) note(name, text string) error {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	if err != nil || n >= mostPopulations {
		return fmt.Errorf("%q is not the number of a population (allowed: 0 to %d)", text, mostPopulations-1)
	}
	if have, known := r.number[name]; !known {
		r.number[strings.Clone(name)] = int(n)
	} else if have != int(n) {
		return fmt.Errorf("population %q has the numbers %d and %d", name, have, n)
	}
	return nil
}

// place puts the trains into the order of the numbers. Populations that the table does not name, because they have no
// spikes in it, are there without a size.
func (r *roster) place(f *File) error {
	if len(r.number) == 0 {
		return nil
	}
	names := map[int]string{}
	last := 0
	for name, n := range r.number {
		if other, taken := names[n]; taken {
			return fmt.Errorf("populations %q and %q have the same number %d", min(name, other), max(name, other), n)
		}
		names[n], last = name, max(last, n)
	}
	for n := range last + 1 {
		name, known := names[n]
		if !known {
			name = fmt.Sprintf("(population %d)", n)
		}
		f.Network = append(f.Network, recordings.Population{Population: spike.Population{Name: name, Size: 0}})
	}
	slices.SortStableFunc(f.Trains, func(a, b Train) int { return r.number[a.Recording] - r.number[b.Recording] })
	return nil
}
