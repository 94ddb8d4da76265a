package neuron

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron/spike"
)

// addedShare is the largest share of its driving force by which added conductances may move a potential in a step. The
// extrapolation is unstable from 1 on; TestReceptorsConverge shows that spike times are good below this.
const addedShare = 0.25

// Advance implements Population: step by step, since what the added receptors pass depends on the potential.
func (p *receptors) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	sh := p.shard(r, in)
	for s := range in.Steps {
		at := spike.Window{From: w.From + spike.Tick(s)*in.Step, To: w.From + spike.Tick(s+1)*in.Step}
		for port, q := range p.ports {
			if q != nil {
				p.currents(q, port, r, s, at, in)
			}
		}
		one := p.input(sh, r, s, in)
		sent := len(out.Events())
		p.Membrane.Advance(r, at, one, out)
		for _, e := range out.Events()[sent:] { // the potential has been reset
			for _, q := range p.ports {
				if q != nil {
					q.known[e.Src-p.build.First] = 0
				}
			}
		}
	}
}

func (p *receptors) shard(r Range, in *Input) *receptorShard {
	sh := &p.shards[r.Lo/sleepWord]
	if *sh == nil {
		*sh = &receptorShard{make([]Cells, len(in.Cells)-len(p.added)), make([]Drive, len(in.Drives))}
	}
	return *sh
}

// input returns the input of the model's own step s: one step of in, with the currents of the added receptors.
func (p *receptors) input(sh *receptorShard, r Range, s int, in *Input) *Input {
	lo, hi := s*in.Len, (s+1)*in.Len
	for k := range sh.cells {
		sh.cells[k] = Cells{}
		c := &in.Cells[k]
		if at := c.Place(in, s, 0); c.Pairs != nil {
			sh.cells[k].Pairs = c.Pairs[at : at+in.Len]
		} else if c.Sums != nil {
			sh.cells[k].Sums = c.Sums[at : at+in.Len]
		}
	}
	for port := range sh.drives {
		from, to := &in.Drives[port], &sh.drives[port]
		*to = Drive{Start: from.Start[s : s+1], End: from.End[s : s+1]}
		if from.OwnStart != nil {
			to.OwnStart, to.OwnEnd = from.OwnStart[lo:hi], from.OwnEnd[lo:hi]
		}
		if q := p.ports[port]; q != nil {
			for i := range to.OwnStart {
				q.start[r.Lo+i] += to.OwnStart[i]
				q.end[r.Lo+i] += to.OwnEnd[i]
			}
			to.OwnStart, to.OwnEnd = q.start[r.Lo:r.Hi], q.end[r.Lo:r.Hi]
		}
	}
	return &Input{Len: in.Len, Steps: 1, Step: in.Step, Cells: sh.cells, Drives: sh.drives}
}

// currents computes the currents of the added receptors into a port at both ends of step s, and takes their variables
// to its end. Every product is rounded before it is added, so that no architecture fuses them.
func (p *receptors) currents(q *receptorPort, port int, r Range, s int, at spike.Window, in *Input) {
	own := len(in.Cells) - len(p.added)
	h := in.Step.Milliseconds()
	for i := r.Lo; i < r.Hi; i++ {
		v := p.Potential(port, i)
		next := v
		if q.known[i] != 0 {
			next += v - float64(q.before[i])
		}
		q.before[i], q.known[i] = float32(v), 1
		var start, end, slope float64 // mV
		for k, a := range p.added {
			if a.port != port {
				continue
			}
			cell := in.Cells[own+k].at(in, s, i-r.Lo)
			var x [2]float64
			for n := range a.x {
				x[n] = float64(a.x[n][i])
			}
			if x == ([2]float64{}) && cell == (Pair{}) {
				continue
			}
			start += a.Drive(x, v)
			a.Step(&x)
			if len(a.x) == 1 { // what arrives acts for the rest of its step: a constant current with the same integral
				end += a.Drive(x, next)
				now := a.Drive([2]float64{float64(cell.Area) / h}, float64(0.5*(v+next)))
				start, end = start+now, end+now
				x[0] += float64(cell.End)
			} else {
				x[0], x[1] = x[0]+float64(cell.End), x[1]+float64(cell.Area)
				end += a.Drive(x, next)
			}
			slope += a.Drive(x, next) - a.Drive(x, next+1)
			for n := range a.x {
				a.x[n][i] = fade(float32(x[n]))
			}
		}
		leak := float64(q.leak[i])
		q.start[i], q.end[i] = float32(leak*start), float32(leak*end)
		if most := float64(q.most[i]); slope > most {
			p.guard.Report(&Fault{At: at.To, Neuron: i, Variable: "added conductance", Value: slope, Unit: "leak",
				Reason: fmt.Sprintf("is too much for steps of %v: %.4g leaks at most, or shorter steps", in.Step, most)})
		}
	}
}
