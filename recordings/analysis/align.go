package analysis

import (
	"slices"
	"sort"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Aligned counts events, bursts and spikes around moments (trials) in bins of a window that is relative to them: the
// peri-event histograms of the multiplexed code. A burst counts in the bin in which its event began. Windows of trials
// may overlap. Memory is 24 bytes per trial, population and bin, and 8 per neuron.
type Aligned struct {
	roster roster
	onsets spike.Onsets
	at     []spike.Tick // of trials, ascending
	order  []int        // number of each, as given
	bins   Bins         // relative
	counts [][]Course   // by trial as given, and population
}

// NewAligned takes the moments in any order, and bins that are relative to them.
func NewAligned(pops []spike.Population, moments []spike.Tick, bins Bins) *Aligned {
	a := &Aligned{roster: newRoster(pops), bins: bins}
	a.onsets = spike.NewOnsets(a.roster.neurons)
	for i := range moments {
		a.order = append(a.order, i)
		var all []Course
		for _, p := range pops {
			all = append(all, Course{Population: p, Neurons: p.Size, Bins: bins,
				Events: make([]uint64, bins.N), Bursts: make([]uint64, bins.N), Spikes: make([]uint64, bins.N)})
		}
		a.counts = append(a.counts, all)
	}
	slices.SortStableFunc(a.order, func(i, j int) int {
		switch {
		case moments[i] < moments[j]:
			return -1
		case moments[i] > moments[j]:
			return 1
		}
		return 0
	})
	for _, i := range a.order {
		a.at = append(a.at, moments[i])
	}
	return a
}

// Recorded says how many neurons of each population are in the stream; all are assumed otherwise.
func (a *Aligned) Recorded(neurons ...int) {
	for _, trial := range a.counts {
		for p := range trial {
			trial[p].Neurons = neurons[p]
		}
	}
}

// Add implements Accumulator.
func (a *Aligned) Add(events []spike.Event) {
	for _, e := range events {
		p, n := a.roster.find(e.Src)
		if p < 0 {
			continue
		}
		a.each(e.At, func(trial, bin int) { a.counts[trial][p].Spikes[bin]++ })
		at, counts := a.onsets.Of(n, e)
		if !counts {
			continue
		}
		a.each(at, func(trial, bin int) {
			if e.Kind == spike.Onset {
				a.counts[trial][p].Events[bin]++
			} else {
				a.counts[trial][p].Bursts[bin]++
			}
		})
	}
}

// each calls f for every trial whose window a time lies in.
func (a *Aligned) each(at spike.Tick, f func(trial, bin int)) {
	w := a.bins.Window()
	first := sort.Search(len(a.at), func(i int) bool { return a.at[i]+w.To > at })
	for i := first; i < len(a.at) && a.at[i]+w.From <= at; i++ {
		if bin := a.bins.Index(at - a.at[i]); bin >= 0 {
			f(a.order[i], bin)
		}
	}
}

// Trials returns the counts of each trial, as they were given, by population.
func (a *Aligned) Trials() [][]Course { return a.counts }
