package neuron

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Fault is a state that no neuron can be in: not a number, infinite, a potential beyond GuardLimit, a conductance
// beyond GuardLeaks, or a current that would take the potential beyond GuardLimit if no spike ended it. Whatever
// follows from it is wrong, so that a run ends there.
type Fault struct {
	At       spike.Tick // when it was seen, at the end of a step and at most a millisecond (or a step) late
	Neuron   int        // of the population
	Variable string
	Value    float64
	Unit     string
	Drive    string // what drove it: currents and synaptic variables of the neuron
	Reason   string // what is wrong with it, where it is no potential beyond the limit
}

func (f *Fault) Error() string {
	switch {
	case f.Reason != "":
		return fmt.Sprintf("neuron %d: %s = %.6g %s at %v %s", f.Neuron, f.Variable, f.Value, f.Unit, f.At, f.Reason)
	case strings.HasPrefix(f.Variable, currentInto):
		return fmt.Sprintf("neuron %d: a current of %.6g pA %s at %v would take it beyond %g mV", f.Neuron, f.Value,
			strings.TrimPrefix(f.Variable, "current "), f.At, float64(GuardLimit))
	case f.Unit == unitLeak:
		return fmt.Sprintf("neuron %d: %s = %.6g times the leak at %v is not a state that a neuron can be in (at most "+
			"%g); %s",
			f.Neuron, f.Variable, f.Value, f.At, float64(GuardLeaks), f.Drive)
	}
	return fmt.Sprintf("neuron %d: %s = %.6g %s at %v is not a state that a neuron can be in (at most %g mV); %s",
		f.Neuron, f.Variable, f.Value, f.Unit, f.At, float64(GuardLimit), f.Drive)
}

// Guarded is implemented by populations that look after their state.
type Guarded interface {
	// Fault returns the first fault, nil if there is none. It must not be called while neurons advance.
	Fault() *Fault
}

const (
	// GuardLimit is the largest potential, mV, relative to rest and whatever its sign.
	GuardLimit = 1e6
	// GuardLeaks is the largest conductance of a channel, in units of the leak.
	GuardLeaks = 1e7
	guardEvery = spike.Millisecond

	unitLeak    = "leak"
	currentInto = "current into " // and the port: the Variable of a Fault that is a current
)

// Faults keeps the first fault that the shards of a population report. The zero value has none.
type Faults struct {
	any   atomic.Bool
	mu    sync.Mutex
	fault *Fault
}

// Fault implements Guarded.
func (g *Faults) Fault() *Fault {
	if !g.any.Load() {
		return nil
	}
	return g.fault
}

// Report takes note of a fault; the first in time and number counts, whatever worker comes first.
func (g *Faults) Report(f *Fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fault == nil || f.At < g.fault.At || f.At == g.fault.At && f.Neuron < g.fault.Neuron {
		g.fault = f
	}
	g.any.Store(true)
}

// Forget is for a population that starts again.
func (g *Faults) Forget() { g.fault = nil; g.any.Store(false) }

// guard looks after states and currents, and keeps the first fault.
type guard struct{ Faults }

// due reports whether a step of h that starts at t is one after which states are looked at.
func (g *guard) due(t, h spike.Tick) bool { return (t+h)/guardEvery != t/guardEvery }

// beyond returns the first element that is not a number or larger than a limit, -1 if there is none.
func beyond(x []float32, limit float32) int {
	for i := scan(x, limit); i < len(x); i++ {
		if !(x[i] <= limit && x[i] >= -limit) {
			return i
		}
	}
	return -1
}

// limitOf returns how large a variable may be.
func limitOf(unit string) float32 {
	switch unit {
	case "mV":
		return GuardLimit
	case unitLeak:
		return GuardLeaks
	}
	return math.MaxFloat32
}

// mostCurrent returns the current, pA, that takes a membrane of a time constant (ms) and a capacitance (pF) to
// GuardLimit.
func mostCurrent(tau, c float64) float32 { return float32(GuardLimit * c / tau) }

// bearable returns how many steps of a piece that is about to begin come before a current into the neurons of r that is
// beyond the largest ones, port by port (into single neurons: in a step after which states are looked at). That is a
// fault, and from there on nothing is integrated: neurons that are never refractory would spike at every tick.
func (g *guard) bearable(p Population, r Range, w spike.Window, in *Input, most []float32) (steps int) {
	steps = in.Steps
	for port, limit := range most {
		d := &in.Drives[port]
		for step := range steps {
			t, at := w.From+spike.Tick(step)*in.Step, step*in.Len
			ends := [2]float32{d.Start[step], d.End[step]}
			within := beyond(ends[:], limit) < 0 // two that are each within it are not far beyond it together
			if within && d.OwnEnd != nil && g.due(t, in.Step) {
				within = beyond(d.OwnStart[at:at+in.Len], limit) < 0 && beyond(d.OwnEnd[at:at+in.Len], limit) < 0
			}
			if within {
				continue
			}
			for i := range in.Len {
				a, b := d.At(in, step, i)
				ends := [2]float32{a, b}
				if x := beyond(ends[:], limit); x >= 0 {
					g.Report(&Fault{At: t + in.Step, Neuron: r.Lo + i, Variable: currentInto + p.Ports()[port],
						Value: float64(ends[x]), Unit: "pA"})
					steps = step
					break
				}
			}
			if steps == step {
				break
			}
		}
	}
	return steps
}

// guarded lets the sweep look after all columns that p's kernels change, and after currents up to the largest ones,
// port by port.
func (s *sweep) guarded(p Population, most ...float32) {
	s.most = most
	s.variables = make([]Column, len(s.rows))
	for _, c := range p.Columns() {
		x, ok := c.Data.([]float32)
		for row := range s.rows {
			if ok && len(x) > 0 && &x[0] == &s.rows[row][0] {
				s.variables[row] = c
			}
		}
	}
}

// look looks at the states of a block after a step of a piece, which ended at t.
func (s *sweep) look(p Population, b *block, r Range, step int, t spike.Tick, in *Input) {
	for row, x := range s.rows {
		c := &s.variables[row]
		limit := limitOf(c.Unit)
		if c.Unit == "pA" && strings.HasPrefix(c.Name, "g_") { // a synaptic current
			limit = s.most[0]
		}
		if i := beyond(x[b.Lo:b.Hi], limit); i >= 0 {
			i += b.Lo
			s.guard.Report(&Fault{At: t, Neuron: i, Variable: c.Name, Value: c.Float(i), Unit: c.Unit,
				Drive: driveOf(p, in, step, i, i-r.Lo)})
		}
	}
}

// driveOf says what drove neuron i, number j of its shard, in a step.
func driveOf(p Population, in *Input, step, i, j int) string {
	var drives []string
	for port, name := range p.Ports() {
		if a, b := in.Drives[port].At(in, step, j); a != 0 || b != 0 {
			drives = append(drives, fmt.Sprintf("a current of %g pA into %s", b, name))
		}
	}
	for _, c := range p.Columns() {
		if x := c.Float(i); strings.HasPrefix(c.Name, "g_") && x != 0 {
			drives = append(drives, fmt.Sprintf("%s = %g %s", c.Name, x, c.Unit))
		}
	}
	for k, c := range p.Channels() {
		if k < len(in.Cells) && c.Kernel == nil && in.Cells[k].Sums != nil {
			drives = append(drives, fmt.Sprintf("jumps of %g mV through %s", in.Cells[k].Sums[in.Cells[k].Place(in, step, j)],
				c.Receptor))
		}
	}
	if len(drives) == 0 {
		return "nothing drives it"
	}
	return "driven by " + strings.Join(drives, ", ")
}
