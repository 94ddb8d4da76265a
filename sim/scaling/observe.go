package scaling

import (
	"context"
	"errors"
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Activity is what a population does, per neuron; NaN where there is nothing to take it from.
type Activity struct {
	Population  string  `json:"population"`
	Neurons     int     `json:"neurons"`
	Spikes      float64 `json:"spike_rate_hz"`
	Events      float64 `json:"event_rate_hz"`
	Bursts      float64 `json:"burst_rate_hz"`
	CV          float64 `json:"-"`           // of interspike intervals: mean over neurons
	Correlation float64 `json:"correlation"` // mean over pairs, of spike counts in bins of CountBin
}

// Probability returns bursts per event.
func (a Activity) Probability() float64 { return a.Bursts / a.Events }

// CountBin is the bin in which spikes are counted for correlations.
const CountBin = 5 * spike.Millisecond

// Observer is a sim.Sink that measures activity from a time on.
type Observer struct {
	from, to spike.Tick
	lookup   spike.Lookup
	pops     []observed
	first    []spike.ID
	regular  *analysis.Regularity
}

// observed is a population under observation; sums are over bins.
type observed struct {
	Activity
	bin                int64
	inBin              int
	sum, squares       float64   // of the counts of all its neurons together
	bins               []int32   // of each neuron: the last bin in which it spiked
	counts             []int32   // spikes in it
	each, eachSquares  []float64 // sums over bins of the counts and their squares
	spikes, events, bs int64
}

// NewObserver observes populations from a time on.
func NewObserver(ids []spike.Population, from spike.Tick) *Observer {
	o := &Observer{from: from, to: from, lookup: spike.NewLookup(ids), regular: analysis.NewRegularity(ids)}
	for _, id := range ids {
		n := id.Size
		o.pops = append(o.pops, observed{Activity: Activity{Population: id.Name, Neurons: n}, bins: make([]int32, n),
			counts: make([]int32, n),
			each:   make([]float64, n), eachSquares: make([]float64, n)})
		o.first = append(o.first, id.First)
	}
	return o
}

// WriteSpikes implements sim.Sink.
func (o *Observer) WriteSpikes(w spike.Window, events []spike.Event) error {
	o.to = max(o.to, w.To)
	for len(events) > 0 && events[0].At < o.from {
		events = events[1:]
	}
	o.regular.Add(events)
	for _, e := range events {
		k := o.lookup.Find(e.Src)
		o.pops[k].add(int(e.Src-o.first[k]), int64((e.At-o.from)/CountBin), e.Kind)
	}
	return nil
}

// Close implements sim.Sink.
func (*Observer) Close() error { return nil }

var _ sim.Sink = (*Observer)(nil)

func (p *observed) add(i int, bin int64, kind spike.Kind) {
	p.spikes++
	switch kind {
	case spike.Onset:
		p.events++
	case spike.Burst:
		p.bs++
	}
	if bin != p.bin {
		p.endBin()
		p.bin = bin
	}
	p.inBin++
	if int32(bin) != p.bins[i] {
		p.endCount(i)
		p.bins[i] = int32(bin)
	}
	p.counts[i]++
}

func (p *observed) endBin() {
	n := float64(p.inBin)
	p.sum, p.squares, p.inBin = p.sum+n, p.squares+n*n, 0
}

func (p *observed) endCount(i int) {
	n := float64(p.counts[i])
	p.each[i], p.eachSquares[i], p.counts[i] = p.each[i]+n, p.eachSquares[i]+n*n, 0
}

// Activity returns what has been observed.
func (o *Observer) Activity() []Activity {
	var all []Activity
	seconds, bins := (o.to - o.from).Seconds(), float64((o.to-o.from)/CountBin)
	for k := range o.pops {
		p := o.pops[k] // a copy: more may come
		p.endBin()
		n := float64(p.Neurons) * seconds
		p.Spikes, p.Events, p.Bursts = float64(p.spikes)/n, float64(p.events)/n, float64(p.bs)/n
		variances, deviations := 0.0, 0.0
		for i := range p.each {
			c := float64(p.counts[i])
			v := variance(p.each[i]+c, p.eachSquares[i]+c*c, bins)
			variances, deviations = variances+v, deviations+math.Sqrt(v)
		}
		p.CV, _, _ = analysis.Summary(o.regular.CV(k))
		p.Correlation = (variance(p.sum, p.squares, bins) - variances) / (deviations*deviations - variances)
		if p.Neurons < 2 || bins < 2 || p.spikes == 0 {
			p.Correlation = math.NaN()
		}
		all = append(all, p.Activity)
	}
	return all
}

// variance returns the variance of n values from their sum and sum of squares.
func variance(sum, squares, n float64) float64 { return max(0, squares-sum*sum/n) / (n - 1) }

// Model time of an observation: what is left out of it at the start, and what is observed.
const (
	Discarded    = 500 * spike.Millisecond
	ObservedTime = spike.Second
)

// Observe builds the network of an experiment, lets it run for Discarded and ObservedTime and returns what its
// populations did.
func Observe(ctx context.Context, x *experiment.Experiment, seed uint64, workers int) (a []Activity, err error) {
	engine, net, err := x.Engine(seed, sim.Options{Workers: workers})
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	o := NewObserver(net.IDs(), Discarded)
	engine.AddSink(o)
	window := engine.Window()
	until := (Discarded + ObservedTime + window - 1) / window * window
	err = engine.Run(ctx, until)
	if err = errors.Join(err, engine.Finish()); err != nil {
		return nil, err
	}
	return o.Activity(), nil
}
