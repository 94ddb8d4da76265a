package plasticity

import (
	"sort"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Course is what rules know of the variables of a population's neurons within a window: their values at the ends of
// steps, and at the jumps between. In between they are taken for linear.
type Course struct {
	From, Step spike.Tick
	Names      []string
	Rows       [][][]float32 // per variable, per end of a step (the window's start is the first), per neuron
	Offset     []float64     // of each variable, added to its rows
	Jumps      []neuron.Jump // of all neurons, by neuron and time
}

// Index returns the number of a variable, which it adds.
func (c *Course) Index(name string) int {
	for k, n := range c.Names {
		if n == name {
			return k
		}
	}
	c.Names = append(c.Names, name)
	c.Rows, c.Offset = append(c.Rows, nil), append(c.Offset, 0)
	return len(c.Names) - 1
}

// SortJumps brings the jumps in order.
func (c *Course) SortJumps() {
	sort.SliceStable(c.Jumps, func(i, j int) bool {
		a, b := &c.Jumps[i], &c.Jumps[j]
		return a.Neuron < b.Neuron || a.Neuron == b.Neuron && a.At < b.At
	})
}

// jumps returns those of a neuron.
func (c *Course) jumps(i int) []neuron.Jump {
	if len(c.Jumps) == 0 {
		return nil
	}
	lo := sort.Search(len(c.Jumps), func(k int) bool { return c.Jumps[k].Neuron >= i })
	hi := lo
	for hi < len(c.Jumps) && c.Jumps[hi].Neuron == i {
		hi++
	}
	return c.Jumps[lo:hi]
}

// at returns variable v of neuron i at a time within the window: just before what happens then, or just after.
func (c *Course) at(v, i int, t spike.Tick, after bool) float64 {
	k := int((t - c.From) / c.Step)
	rows := c.Rows[v]
	from := c.From + spike.Tick(k)*c.Step
	t0, x0 := from, float64(rows[k][i])+c.Offset[v]
	jumps := c.jumps(i)
	if t == from && len(jumps) == 0 {
		return x0
	}
	t1, x1 := from, x0
	if k+1 < len(rows) {
		t1, x1 = from+c.Step, float64(rows[k+1][i])+c.Offset[v]
	}
	for j := range jumps {
		switch jump := &jumps[j]; {
		case jump.At < t || jump.At == t && after:
			if jump.At >= t0 {
				t0, x0 = jump.At, jump.After[v]
			}
		case jump.At == t: // just before
			return jump.Before[v]
		case jump.At < t1:
			t1, x1 = jump.At, jump.Before[v]
		}
	}
	if t1 <= t0 {
		return x0
	}
	return x0 + float64(float64((x1-x0)*float64(t-t0))/float64(t1-t0))
}
