package cli

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
)

const (
	// Histograms of intervals have so many bins per decade between the shortest and the longest interval.
	perDecade = 20
	shortest  = 100 * spike.Microsecond
	longest   = 100 * spike.Second
	// longestEvent is the number of spikes from which events are counted together.
	longestEvent = 50
)

// series returns what --of names: rates in bins, or a histogram, in rows of one population after the other.
func (c *statsCommand) series(file string, r *recordings.Reader, q recordings.Query, pops []analysis.Source,
	span spike.Window, width spike.Tick) (rows []row, err error) {
	var ids []spike.Population
	var neurons []int
	for _, p := range pops {
		ids, neurons = append(ids, p.Population), append(neurons, p.Neurons)
	}
	read := c.reader(r, q)
	head := func(p int) row {
		return row{{"file", file}, {"seed", r.Header().Seed}, {"population", pops[p].Name}}
	}
	switch c.Of {
	case "rates":
		rates := analysis.NewRates(ids, analysis.Cover(span, width))
		rates.Recorded(neurons...)
		if err := read(over(pops, func(p analysis.Source, at spike.Tick) bool { return at >= span.To+p.Detector.Settled() }),
			rates); err != nil {
			return nil, bad(err)
		}
		for p, course := range rates.Courses() {
			spikes, events, bursts, probability := course.SpikeRate(), course.EventRate(), course.BurstRate(),
				course.BurstProbability()
			for i := range course.Bins.N {
				bin := course.Bins.Bin(i)
				rows = append(rows, append(head(p), row{{"from_s", bin.From.Seconds()}, {"to_s", bin.To.Seconds()},
					{"spikes", course.Spikes[i]},
					{"events", course.Events[i]}, {"bursts", course.Bursts[i]}, {"spike_rate_hz", spikes[i]},
					{"event_rate_hz", events[i]},
					{"burst_rate_hz", bursts[i]}, {"burst_probability", probability[i]}}...))
			}
		}
	case "lengths":
		lengths := analysis.NewLengths(ids, longestEvent, span)
		if err := read(over(pops, func(p analysis.Source, at spike.Tick) bool { return lengths.Over(at, p.Detector) }),
			lengths); err != nil {
			return nil, bad(err)
		}
		for p := range pops {
			counts := lengths.Counts(p)
			total := uint64(0)
			for _, n := range counts {
				total += n
			}
			for i, n := range counts {
				rows = append(rows, append(head(p), row{{"spikes_in_event", i + 1}, {"or_more", i+1 == len(counts)}, {"events", n},
					{"share", float64(n) / float64(total)}}...))
			}
		}
	default:
		intervals := analysis.NewIntervals(ids, analysis.LogEdges(spike.Millisecond, shortest, longest, perDecade))
		var to analysis.Accumulator = intervals
		if c.Of == "events" {
			to = analysis.Select(intervals, spike.Onset)
		}
		if err := read(func(at spike.Tick) bool { return at >= span.To }, analysis.During(span, to)); err != nil {
			return nil, bad(err)
		}
		for p, h := range intervals.Histograms() {
			edges, total := h.EdgesMilliseconds(), float64(h.Total())
			add := func(from, to float64, n uint64) {
				rows = append(rows, append(head(p), row{{"from_ms", from}, {"to_ms", to}, {"intervals", n},
					{"share", float64(n) / total}}...))
			}
			add(0, edges[0], h.Below)
			for i, n := range h.Counts {
				add(edges[i], edges[i+1], n)
			}
			add(edges[len(edges)-1], math.NaN(), h.Above) // all longer ones
		}
	}
	return rows, nil
}

// over returns whether no spike from a time on matters, which must hold for each population.
func over(pops []analysis.Source, each func(p analysis.Source, at spike.Tick) bool) func(at spike.Tick) bool {
	return func(at spike.Tick) bool {
		for _, p := range pops {
			if !each(p, at) {
				return false
			}
		}
		return true
	}
}
