package recordings

import (
	"math/bits"

	"github.com/burstplex/burstplex/neuron/spike"
)

// divisor divides by a number that is not a constant of the program, without a division.
type divisor struct {
	by    uint64
	magic uint64 // floor(2^64 / by)
}

func newDivisor(by uint64) divisor {
	d := divisor{by: by}
	if by > 1 {
		d.magic, _ = bits.Div64(1, 0, by)
	}
	return d
}

// div returns x/by rounded down.
func (d divisor) div(x uint64) uint64 {
	if d.by == 1 {
		return x
	}
	q, _ := bits.Mul64(x, d.magic) // exact or one too small
	if x-q*d.by >= d.by {
		q++
	}
	return q
}

// grid is the declared resolution of time. Times are floored to it.
type grid struct {
	res  spike.Tick
	unit divisor
}

func newGrid(res spike.Tick) grid { return grid{res, newDivisor(uint64(res))} }

// units returns d/res rounded down, for d >= 0.
func (g grid) units(d spike.Tick) uint64 { return g.unit.div(uint64(d)) }

// floor returns the largest multiple of the resolution that is not above t.
func (g grid) floor(t spike.Tick) spike.Tick {
	r := t % g.res
	if r < 0 {
		r += g.res
	}
	return t - r
}

// ceil returns the smallest multiple of the resolution that is not below t.
func (g grid) ceil(t spike.Tick) spike.Tick { return -g.floor(-t) }

// span returns how many units a frame touches; its first unit is the one that holds From.
func (g grid) span(w spike.Window) uint64 { return g.units(g.ceil(w.To) - g.floor(w.From)) }
