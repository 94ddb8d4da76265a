package ensemble

import "github.com/burstplex/burstplex/synapse/units"

// What the last presentation left. Layers count from 0, the first one above the input; blocks are units x bins and
// belong to the presenter.

// Events returns the number of events of a layer in every bin.
func (p *Presenter) Events(layer int) *units.Block { return p.layers[layer].events }

// Rate returns the mean activation of a unit while plasticity is on, as its events tell it.
func (p *Presenter) Rate(layer, unit int) float32 {
	return p.while(p.layers[layer].events.Row(unit)) * p.Scale()
}

// Excess returns the bursts of a unit in excess of p_b of its events while plasticity is on, in units of the events
// at full activation: (p - p_b) e of the rate model.
func (p *Presenter) Excess(layer, unit int) float32 {
	return p.while(p.layers[layer].signed.Row(unit)) * p.Scale()
}

// Apical returns the two parts of the mean apical drive of a hidden layer while plasticity is on: what bursts bring
// through Y, and what events take through Q. There must be a Q.
func (p *Presenter) Apical(layer int) (bursts, events []float32) {
	up, above := p.net.Layers[layer+1], p.layers[layer+1]
	part := func(from *units.Block, w *units.Packed) []float32 {
		mean, to := units.NewBlock(from.Rows, 1), units.NewBlock(p.net.Layers[layer].Units(), 1)
		for u := range from.Rows {
			mean.Row(u)[0] = p.while(from.Row(u)) / float32(p.Bins-p.From)
		}
		up.Backward(to, mean, w)
		drive := make([]float32, to.Rows)
		for u := range drive {
			drive[u] = to.Row(u)[0]
		}
		return drive
	}
	return part(above.burst, &up.bursts), part(above.late, &up.events)
}

// while sums the bins with plasticity on.
func (p *Presenter) while(row []float32) (sum float32) {
	for _, v := range row[p.From:] {
		sum += v
	}
	return sum
}
