package analysis

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Source is a population whose spikes are described: how its bursts were told from events, and how many of its neurons
// are in the stream.
type Source struct {
	spike.Population
	Detector spike.Detector
	Neurons  int
}

// Description is what Describe says of one population in a span of time. What does not exist is NaN.
type Description struct {
	Spikes         uint64
	Code                   // over the whole span, pooled: all bursts over all events
	Lowest         float64 // of the bins, Hz per neuron; the last one may be shorter than the others
	Highest        float64
	MedianInterval float64 // exact, ms, pooled over neurons
	WithinBursts   float64 // share of the intervals that are shorter than the threshold of the burst definition
	SpikesPerEvent float64
	CV, CV2, Fano  float64 // means over the neurons that have one; Fano of counts in the bins of full width
}

// Describe measures every population in a span of time. Times are multiples of a unit (the resolution of the
// recording). read must feed the stream, from the start of the span on, to the accumulators, and may stop where
// over says that no spike from that time on matters; it is called a few times.
func Describe(pops []Source, span spike.Window, width, unit spike.Tick, read func(over func(at spike.Tick) bool,
	to ...Accumulator) error,
	also ...Accumulator) ([]Description, error) {
	var ids []spike.Population
	var neurons []int
	for _, p := range pops {
		ids, neurons = append(ids, p.Population), append(neurons, p.Neurons)
	}
	bins := Cover(span, width)
	rates, whole, fano := NewRates(ids, bins), NewRates(ids, Whole(span)), NewFano(ids, bins.Full())
	rates.Recorded(neurons...)
	whole.Recorded(neurons...)
	lengths, regularity, median := NewLengths(ids, 1, span), NewRegularity(ids), NewMedian(ids, span.Len(), unit)
	within := NewIntervalsOf(ids, func(p int) []spike.Tick { return []spike.Tick{0, pops[p].Detector.Threshold} })
	over := func(at spike.Tick) bool {
		for _, p := range pops {
			if !lengths.Over(at, p.Detector) {
				return false
			}
		}
		return true
	}
	to := append([]Accumulator{rates, whole, fano, lengths, During(span, regularity), During(span, within)}, also...)
	for first := true; median.Next(); first = false {
		if first {
			to = append(to, During(span, median))
		} else {
			to, over = []Accumulator{During(span, median)}, func(at spike.Tick) bool { return at >= span.To }
		}
		if err := read(over, to...); err != nil {
			return nil, err
		}
	}
	mean := func(values []float64) float64 { m, _, _ := Summary(values); return m }
	var all []Description
	for p := range pops {
		c := whole.Courses()[p]
		d := Description{Code: c.Mean(), Lowest: math.NaN(), Highest: math.NaN(), MedianInterval: median.Milliseconds(p),
			WithinBursts: math.NaN(), SpikesPerEvent: lengths.Mean(p), CV: mean(regularity.CV(p)),
			CV2: mean(regularity.CV2(p)), Fano: mean(fano.Factors(p))}
		for _, n := range c.Spikes {
			d.Spikes += n
		}
		for i, hz := range rates.Courses()[p].SpikeRate() {
			if i == 0 {
				d.Lowest, d.Highest = hz, hz
			}
			d.Lowest, d.Highest = min(d.Lowest, hz), max(d.Highest, hz)
		}
		if h := within.Histograms()[p]; h.Total() > 0 {
			d.WithinBursts = float64(h.Counts[0]) / float64(h.Total())
		}
		all = append(all, d)
	}
	return all, nil
}
