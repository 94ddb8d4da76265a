package recordings

import (
	"math/bits"

	"github.com/burstplex/burstplex/neuron/spike"
)

// grid is the declared resolution of time. Times are floored to it.
type grid struct {
	res   spike.Tick
	magic uint64 // floor(2^64 / res)
}

func newGrid(res spike.Tick) grid {
	g := grid{res: res}
	if res > 1 {
		g.magic, _ = bits.Div64(1, 0, uint64(res))
	}
	return g
}

// units returns d/res rounded down, for d >= 0, without a division.
func (g grid) units(d spike.Tick) uint64 {
	if g.res == 1 {
		return uint64(d)
	}
	q, _ := bits.Mul64(uint64(d), g.magic) // exact or one too small
	if uint64(d)-q*uint64(g.res) >= uint64(g.res) {
		q++
	}
	return q
}

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
