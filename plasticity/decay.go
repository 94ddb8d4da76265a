package plasticity

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// decay shrinks the weights of a block exactly, dw/dt = -λ w, over exactly the time that plasticity is on.
//
// A pass over all weights in every window would cost more than the rest of a rule, and lose a slow decay to the
// rounding of single precision. So decay is owed: the weight is what is stored times exp(-owed), and a pass is made
// when that differs from 1 by 2^-14. Meanwhile a change of the weight by c is one of what is stored by c exp(owed),
// and bounds are moved likewise. What reads weights (synapse.Projection.Each) sees them exactly; a spike meets what
// is stored, 6e-5 too large at most.
type decay struct {
	rate   float64 // λ per ms
	limits synapse.Limits
	block  *synapse.Block
	owed   []float64 // of the block; see synapse.Block.Owed
	from   spike.Tick
	active bool // λ is above 0 and plasticity is on
}

// payAt is how much decay may be owed.
const payAt = 0x1p-14

func newDecay(b *Bounds, block *synapse.Block) decay {
	l := synapse.Limits{Lo: float32(b.Min), Hi: float32(b.Max)}
	return decay{rate: b.Decay / 1000, limits: l, block: block, owed: block.Owed(l)}
}

// begin starts a window, end ends it.
func (d *decay) begin(w spike.Window, plastic bool) {
	d.from, d.active = w.From, plastic && d.rate > 0
}

func (d *decay) end(w spike.Window) {
	if !d.active {
		return
	}
	if d.owed[0] += float64(d.rate * w.Len().Milliseconds()); d.owed[0] < payAt {
		return
	}
	paid := float32(numeric.Exp(-d.owed[0]))
	d.block.Scale(paid, d.limits)
	d.owed[0] += numeric.Log(float64(paid)) // what rounding has left
}

// at returns by how much a change at t is to be raised, and the bounds of what is stored then.
func (d *decay) at(t spike.Tick) (raise float32, l synapse.Limits) {
	owed := d.owed[0]
	if d.active {
		owed += float64(d.rate * (t - d.from).Milliseconds())
	}
	if owed == 0 {
		return 1, d.limits
	}
	raise = float32(numeric.Exp(owed))
	return raise, synapse.Limits{Lo: d.limits.Lo * raise, Hi: d.limits.Hi * raise}
}

// addRow and addColumn are those of the block, for a change at t.
func (d *decay) addRow(source int, c float32, y []float32, t spike.Tick) {
	raise, l := d.at(t)
	if d.stopped() {
		d.block.AddRow(source, 0, y, l)
	}
	d.block.AddRow(source, c*raise, y, l)
}

func (d *decay) addColumn(target int, c float32, x []float32, t spike.Tick) {
	raise, l := d.at(t)
	if d.stopped() {
		d.block.AddColumn(target, 0, x, l)
	}
	d.block.AddColumn(target, c*raise, x, l)
}

// stopped reports whether weights can decay to a bound. Those that have are to be clipped before they change.
func (d *decay) stopped() bool { return d.rate > 0 && (d.limits.Lo > 0 || d.limits.Hi < 0) }

// columns lists what is owed; nothing where nothing decays.
func (d *decay) columns() []neuron.Column {
	if d.rate == 0 {
		return nil
	}
	return []neuron.Column{{Name: "owed_decay", Data: d.owed}}
}
