package neuron

import (
	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// superposition is the independent Poisson trains of a block of neurons, drawn as one train whose arrivals go to random
// ones of them. Given how many arrivals that train has in an interval, their times are independent and uniform in it:
// no logarithm, no order, no state. Interval e of block b has perDraw words of entity b, the first of which is the
// number of its arrivals; each further one is an arrival, its lower bits the neuron, its upper ones the time as a
// fraction of the interval. More arrivals than these take the words of another entity.
type superposition struct {
	interval spike.Tick
	counts   *rng.Poisson
}

const (
	// perDraw is the number of words that are drawn for an interval at once, and drawAhead for how many intervals.
	perDraw   = 32
	drawAhead = 8
	// longestInterval keeps times within 31 bits.
	longestInterval = spike.Second
)

// superpose returns the superposition of trains of a total rate (Hz). Its interval is the shortest of 0.1, 0.2, 0.5, 1,
// 2, 5 ... ms that holds so many arrivals on average: short intervals of round length seldom straddle two windows, and
// are then drawn twice.
func superpose(rate, arrivals float64) superposition {
	interval := longestInterval
ladder:
	for unit := 100 * spike.Microsecond; unit < longestInterval; unit *= 10 {
		for _, digit := range []spike.Tick{1, 2, 5} {
			if t := digit * unit; rate*t.Seconds() >= arrivals {
				interval = t
				break ladder
			}
		}
	}
	return superposition{interval, rng.NewPoisson(rate * interval.Seconds())}
}

// arrivalDraws goes through the arrivals of a block in a window, interval by interval:
//
//	for d.begin(s, key, b, w); d.next(); {
//		... d.own()[:d.n], of an interval that begins at d.start
//	}
type arrivalDraws struct {
	*superposition
	key    rng.Key
	entity uint64
	from   spike.Tick
	e, end spike.Tick // intervals to come
	row    int        // words of the next of them
	rows   int        // that are drawn
	words  [drawAhead*perDraw + perDraw + lanes.Width]uint32

	at    int        // where in words those of the arrivals are
	n     int        // how many of them there are
	start spike.Tick // of their interval, from the start of the window; may be negative
	past  int        // how many arrivals of the interval came before
	left  int        // and how many are still to come
}

// own returns the words of the arrivals, followed by at least seven others.
func (d *arrivalDraws) own() []uint32 { return d.words[d.at:] }

// begin starts with block b and window w.
func (d *arrivalDraws) begin(s *superposition, key rng.Key, b int, w spike.Window) {
	d.superposition, d.key, d.entity, d.from = s, key, uint64(b), w.From
	d.e, d.end, d.row, d.rows, d.left = w.From/s.interval, (w.To-1)/s.interval+1, 0, 0, 0
}

// next goes to the next arrivals, at most perDraw of them. It returns false after the last interval.
func (d *arrivalDraws) next() bool {
	if d.left > 0 {
		d.further()
		return true
	}
	if d.row == d.rows {
		if d.e == d.end {
			return false
		}
		d.row, d.rows = 0, int(min(drawAhead, d.end-d.e))
		d.key.Fill(d.words[:d.rows*perDraw], d.entity, uint64(d.e)*(perDraw/4))
	}
	d.at = d.row*perDraw + 1
	k := d.counts.Count(d.words[d.at-1])
	d.n = min(k, perDraw-1)
	d.start, d.past, d.left = d.e*d.interval-d.from, 0, k-d.n
	d.row++
	d.e++
	return true
}

// further draws arrivals for which the interval's own words were not enough.
func (d *arrivalDraws) further() {
	const another = 1 << 63
	d.past += d.n
	d.at = drawAhead * perDraw
	d.key.Fill(d.words[d.at:][:perDraw], another|d.entity, uint64(d.e-1)<<16+uint64(d.past/perDraw)*(perDraw/4))
	d.n = min(d.left, perDraw)
	d.left -= d.n
}
