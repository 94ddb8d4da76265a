package main

import (
	"fmt"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim/config"
)

type statsCommand struct {
	recording
	selection
	Bin string `default:"100 ms" help:"Bins of the population rate and of the Fano factor." placeholder:"TIME"`
}

// Limits of memory: bins of a course, and populations whose pairs are correlated.
const (
	mostBins       = 10_000_000
	mostCorrelated = 8
)

// Run reads the file once; memory grows with neurons and bins, not with spikes.
func (c *statsCommand) Run(t terminal) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer r.Close()
	q, err := c.query(r)
	if err != nil {
		return err
	}
	span := r.Window()
	if q.Window != (spike.Window{}) {
		span = spike.Window{From: max(span.From, q.Window.From), To: min(span.To, q.Window.To)}
	}
	width, err := config.Ticks(c.Bin)
	if err == nil && (width <= 0 || span.Len() < width || span.Len()/width > mostBins) {
		err = fmt.Errorf("the recording from %v to %v must hold 1 to %d bins", span.From, span.To, mostBins)
	}
	if err != nil {
		return &config.Error{File: "--bin", Value: fmt.Sprintf("%q", c.Bin), Reason: err.Error()}
	}
	var pops []spike.Population
	var recorded []int
	for _, p := range r.Header().Populations {
		if len(c.Populations) == 0 || slices.Contains(c.Populations, p.Name) {
			n := p.Neurons()
			if q.Neurons != nil {
				n = chosen(p, q.Neurons)
			}
			pops, recorded = append(pops, p.Population), append(recorded, n)
		}
	}
	bins := analysis.NewBins(span, width)
	rates, fano := analysis.NewRates(pops, bins), analysis.NewFano(pops, bins)
	rates.Recorded(recorded...)
	lengths, regularity := analysis.NewLengths(pops, 100), analysis.NewRegularity(pops)
	isi := analysis.NewIntervals(pops, analysis.LogEdges(16*spike.Millisecond, 100*spike.Microsecond, 100*spike.Second, 100))
	all := []interface{ Add([]spike.Event) }{rates, fano, lengths, regularity, isi}
	var pairs [][2]int
	var correlograms []*analysis.Correlogram
	if len(pops) <= mostCorrelated && span.Len() > 200*spike.Millisecond {
		for a := range pops {
			for b := a; b < len(pops); b++ {
				g := analysis.NewCorrelogram(pops[a], pops[b], span, spike.Millisecond, 100*spike.Millisecond)
				pairs, correlograms, all = append(pairs, [2]int{a, b}), append(correlograms, g), append(all, g)
			}
		}
	}
	if err := r.Feed(q, all...); err != nil {
		return bad(err)
	}
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "population\tspikes\trate, Hz\tlowest\thighest bin\tmedian ISI, ms\tISI < 16 ms\tspikes/event\tCV\tCV2\tFano\t\n")
	for i, course := range rates.Courses() {
		low, high, spikes := math.Inf(1), 0.0, uint64(0)
		for _, n := range course.Spikes {
			hz := float64(n) / (float64(recorded[i]) * width.Seconds())
			low, high, spikes = min(low, hz), max(high, hz), spikes+n
		}
		events, inEvents := 0.0, 0.0
		for k, n := range lengths.Counts(i) {
			events, inEvents = events+float64(n), inEvents+float64(n)*float64(k+1)
		}
		h := isi.Histograms()[i]
		rate := float64(spikes) / (float64(recorded[i]) * width.Seconds() * float64(len(course.Spikes)))
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", pops[i].Name, spikes, known(rate), known(low), known(high), known(median(h)),
			known(h.ShareBelow(16*spike.Millisecond)), known(inEvents/events), known(mean(regularity.CV(i))), known(mean(regularity.CV2(i))), known(mean(fano.Factors(i))))
	}
	fmt.Fprintln(w)
	w.Flush()
	for k, g := range correlograms {
		lag, most := math.NaN(), math.Inf(-1)
		for j, hz := range g.Rate() {
			if hz > most {
				lag, most = g.Lags()[j], hz
			}
		}
		if most >= 0 {
			fmt.Fprintf(t.out, "correlation %s -> %s: highest at %+g ms, %.3g of chance\n", pops[pairs[k][0]].Name, pops[pairs[k][1]].Name, lag, most/g.Expected())
		}
	}
	return nil
}

// chosen counts the neurons of a list that a population records.
func chosen(p recordings.Population, ids []spike.ID) (n int) {
	for _, id := range ids {
		if p.Contains(id) && slices.ContainsFunc(p.Recorded, func(r recordings.Range) bool { return r.Contains(int(id - p.First)) }) {
			n++
		}
	}
	return n
}

// mean is the mean over the neurons that have a value.
func mean(values []float64) float64 {
	m, _, _ := analysis.Summary(values)
	return m
}

// median returns the geometric middle of the bin that holds the median, in ms; NaN without intervals.
func median(h analysis.Histogram) float64 {
	seen := float64(h.Below)
	edges := h.EdgesMilliseconds()
	for i, n := range h.Counts {
		if seen += float64(n); n > 0 && seen*2 >= float64(h.Total()) {
			return math.Sqrt(edges[i] * edges[i+1])
		}
	}
	return math.NaN()
}
