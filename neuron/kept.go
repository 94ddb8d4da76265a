package neuron

import (
	"cmp"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Keeper is implemented by populations whose steps may be so long, or arrivals so strong, that several of a channel
// within a step do not count as one. What is replayed event by event then needs their own times: they are kept beside
// the sums (Input.Kept).
type Keeper interface {
	// KeepsArrivals tells whether arrivals are kept where the largest weight of a conductance is so many leaks.
	KeepsArrivals(strongest float64) bool
}

// Where arrivals are kept: in long steps all, in others those of populations that a single one can move within a step,
// in units of the membrane's time constant over the step (10 leaks at 10 ms and 0.1 ms). Elsewhere what a channel
// received within a step counts as one arrival at its centroid wherever the step is replayed, which
// TestStrongConductances holds to 10 us.
const (
	keptFrom   = spike.Millisecond
	keptStrong = 0.1
)

// keeps implements Keeper for the models whose steps are replayed: the weight from which arrivals are kept, leaks.
type keeps float64

// keepsFrom returns when arrivals are kept at a membrane of time constant tau, ms.
func keepsFrom(step spike.Tick, tau float64) keeps {
	if step >= keptFrom {
		return keeps(math.Inf(-1))
	}
	return keeps(keptStrong * tau / step.Milliseconds())
}

// KeepsArrivals implements Keeper.
func (k keeps) KeepsArrivals(strongest float64) bool { return strongest >= float64(k) }

// index sorts the kept arrivals of a piece by step and neuron.
type index struct {
	first  []uint32 // of cell s*Len + i, in sorted; one more element
	sorted []Arrival
	built  bool
}

// keptAt returns the kept arrivals of neuron i of the shard in step s of the piece, which starts at t, in order of
// time. The first call in a piece sorts them all.
func (in *Input) keptAt(s, i int, t spike.Tick) []Arrival {
	x := &in.index
	if !x.built {
		x.build(in, t-spike.Tick(s)*in.Step)
	}
	list := x.sorted[x.first[s*in.Len+i]:x.first[s*in.Len+i+1]]
	if len(list) > 1 {
		slices.SortFunc(list, inTime)
	}
	return list
}

// inTime orders the arrivals of a neuron; the rest makes sums independent of the order of delivery.
func inTime(a, b Arrival) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Weight, b.Weight))
}

// build sorts the arrivals of a piece that starts at from, by counting.
func (x *index) build(in *Input, from spike.Tick) {
	cells := in.Steps * in.Len
	x.first = slices.Grow(x.first[:0], cells+2)[:cells+2]
	x.sorted = slices.Grow(x.sorted[:0], len(in.Arrivals))[:len(in.Arrivals)]
	clear(x.first)
	cell := func(a *Arrival) int { return int((a.At-from)/in.Step)*in.Len + int(a.Target) }
	for k := range in.Arrivals {
		x.first[cell(&in.Arrivals[k])+2]++
	}
	for k := range cells {
		x.first[k+2] += x.first[k+1]
	}
	for k := range in.Arrivals { // first[c+1] is where the next arrival of cell c goes
		next := &x.first[cell(&in.Arrivals[k])+1]
		x.sorted[*next] = in.Arrivals[k]
		*next++
	}
	x.built = true
}

// arrival is what reached a channel within a step, taken back out of the step's sums for a step that has to be
// replayed event by event.
type arrival struct {
	at     spike.Tick
	weight float32
}

// arriving is what reaches a neuron within a step that is replayed: the arrivals themselves where they are kept,
// otherwise one for each channel.
type arriving struct {
	kept []Arrival
	own  [twoChannels]arrival // if kept is nil
}

// due adds the arrivals up to now to the channels' conductances, each once, and returns when the next one is,
// spike.Forever if there is none.
func due[F float32 | float64](a *arriving, g []F, now spike.Tick) (next spike.Tick) {
	if a.kept != nil {
		for ; len(a.kept) > 0 && a.kept[0].At <= now; a.kept = a.kept[1:] {
			g[a.kept[0].Channel] += F(a.kept[0].Weight)
		}
		if len(a.kept) > 0 {
			return a.kept[0].At
		}
		return spike.Forever
	}
	next = spike.Forever
	for k := range g {
		if a.own[k].at <= now {
			g[k] += F(a.own[k].weight)
			a.own[k].at = spike.Forever
		}
		next = min(next, a.own[k].at)
	}
	return next
}
