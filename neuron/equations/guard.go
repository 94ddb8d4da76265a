package equations

import (
	"fmt"
	"math"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// inspect looks for a fault of the neurons of r after a piece: once a millisecond, or step, no variable may be infinite
// or no number, and no potential beyond neuron.GuardLimit.
func (p *population) inspect(r neuron.Range, w spike.Window) {
	if w.To/spike.Millisecond == w.From/spike.Millisecond {
		return
	}
	for i := range p.vars {
		limit := float32(math.MaxFloat32)
		if p.m.vars[i].Dim == dimVolt {
			limit = neuron.GuardLimit
		}
		for j, x := range p.vars[i][r.Lo:r.Hi] {
			if !(x <= limit && x >= -limit) {
				p.report(i, r.Lo+j, w.To)
				break
			}
		}
	}
}

// report reports variable v of neuron i.
func (p *population) report(v, i int, at spike.Tick) {
	var state []string
	for k, x := range p.m.vars {
		state = append(state, fmt.Sprintf("%s = %.6g %s", x.Name, p.vars[k][i], unitOf(x.Dim)))
	}
	x := p.m.vars[v]
	p.Report(&neuron.Fault{At: at, Neuron: i, Variable: x.Name, Value: float64(p.vars[v][i]), Unit: unitOf(x.Dim),
		Drive: "all variables: " + strings.Join(state, ", ")})
}
