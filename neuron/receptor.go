package neuron

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron/spike"
)

// ReceptorSpec describes a kind of receptor: plain data with units, as a Spec is.
type ReceptorSpec interface {
	// Validate returns a *ParameterError for the first parameter that makes no sense.
	Validate() error
	// New makes the receptor for steps of a length.
	New(step spike.Tick) Receptor
}

// Receptor is what arrivals open: a conductance that is linear in one or two state variables, which start at 0.
type Receptor interface {
	// Variables names the state variables, one or two. Probes find them as NAME_VARIABLE, NAME being that of the receptor.
	Variables() []string
	// At says what a unit arrival has done by the end of its step, rest of which remains: first is what the first variable
	// has got, second what the second one has, or, where there is only one, its integral over the rest (ms).
	At(rest spike.Tick) (first, second float32)
	// Step takes the variables over a step without arrivals.
	Step(x *[2]float64)
	// Drive returns conductance times driving force at a potential (mV), in mV: the conductance counts in units of the
	// leak, as weights do. It must be linear in x.
	Drive(x [2]float64, v float64) float64
}

// Membrane is implemented by populations whose ports take receptors beside their own.
type Membrane interface {
	Population
	// Potential is what the receptors of a port see, mV.
	Potential(port, i int) float64
	// Passive returns leak conductance (nS) and time constant (ms) of neuron i at a port.
	Passive(port, i int) (leak, tau float64)
}

// Added is a receptor that a population is given beside those of its model.
type Added struct {
	Name string // as projections name it
	Port string
	Spec ReceptorSpec
}

// WithReceptors gives a population further receptors. Their conductances and the potential of every neuron are
// known at the start of a step; the potential at its end is extrapolated from the step before (from nothing after a
// spike). Between both, the current into the port runs linearly, and the model integrates it as it does any
// current: second order in the step. Only populations that have such receptors pay for them: they advance step by
// step, and never sleep.
//
// A conductance that changes the potential by more than addedShare of the driving force in a step is a Fault.
func WithReceptors(p Population, b Build, added ...Added) (Population, error) {
	if len(added) == 0 {
		return p, nil
	}
	m, ok := p.(Membrane)
	if !ok {
		return nil, &ReceptorError{Name: added[0].Name, Reason: "the model takes no receptors beside its own"}
	}
	if s, ok := p.(Sleeper); ok {
		s.SetSleep(false)
	}
	r := &receptors{Membrane: m, build: b, shards: make([]*receptorShard, (p.Len()+sleepWord-1)/sleepWord)}
	r.ports = make([]*receptorPort, len(p.Ports()))
	own := p.Channels()
	for _, a := range added {
		if err := a.Spec.Validate(); err != nil {
			return nil, inReceptor(a.Name, err)
		}
		port := -1
		for i, name := range p.Ports() {
			if name == a.Port {
				port = i
			}
		}
		if port < 0 {
			return nil, &ReceptorError{Name: a.Name, Key: "port", Reason: fmt.Sprintf("there is no port %q; the model has %q",
				a.Port, p.Ports())}
		}
		for _, c := range append(own, r.channels()...) {
			if c.Port == a.Port && c.Receptor == a.Name {
				return nil, &ReceptorError{Name: a.Name, Reason: fmt.Sprintf("the port %s has a receptor of this name", a.Port)}
			}
		}
		r.added = append(r.added, newAddedReceptor(a, port, p.Len(), b.Step))
		if r.ports[port] == nil {
			r.ports[port] = newReceptorPort(m, port, b.Step)
		}
	}
	r.Reset()
	return r, nil
}

// ReceptorError is a receptor that a population cannot be given.
type ReceptorError struct {
	Name, Key string // of the receptor; the key may be ""
	Reason    string
	Allowed   string
}

func (e *ReceptorError) Error() string {
	text := e.Name + ": " + e.Reason
	if e.Allowed != "" {
		text += " (allowed: " + e.Allowed + ")"
	}
	return text
}

func inReceptor(name string, err error) error {
	if pe, ok := err.(*ParameterError); ok {
		return &ReceptorError{Name: name, Key: pe.Key, Reason: pe.Reason, Allowed: pe.Allowed}
	}
	return &ReceptorError{Name: name, Reason: err.Error()}
}

// addedReceptor is a receptor with the state of all neurons.
type addedReceptor struct {
	Added
	Receptor
	port int
	x    [][]float32 // per variable
}

func newAddedReceptor(a Added, port, n int, step spike.Tick) *addedReceptor {
	r := &addedReceptor{Added: a, Receptor: a.Spec.New(step), port: port}
	names := r.Variables()
	if len(names) < 1 || len(names) > 2 {
		panic(fmt.Sprintf("neuron: receptor %T has %d state variables, not one or two", r.Receptor, len(names)))
	}
	for range names {
		r.x = append(r.x, make([]float32, n))
	}
	return r
}

// receptorKernel is a receptor as a kernel: weights are conductances.
type receptorKernel struct{ Receptor }

// Conductance implements Signed.
func (receptorKernel) Conductance() bool { return true }

// receptorPort is a port on which receptors were added.
type receptorPort struct {
	leak, most []float32 // leak conductance, nS; largest conductance, leaks
	before     []float32 // potential at the start of the last step, mV
	known      []uint8   // 0: before says nothing about where the potential goes
	start, end []float32 // current of all neurons in the current step, pA
}

func newReceptorPort(m Membrane, port int, step spike.Tick) *receptorPort {
	n := m.Len()
	p := &receptorPort{leak: make([]float32, n), most: make([]float32, n), before: make([]float32, n),
		known: make([]uint8, n),
		start: make([]float32, n), end: make([]float32, n)}
	for i := range p.leak {
		leak, tau := m.Passive(port, i)
		p.leak[i], p.most[i] = float32(leak), float32(addedShare*tau/step.Milliseconds())
	}
	return p
}

// receptors is a population with receptors beside those of its model.
type receptors struct {
	Membrane
	build  Build
	added  []*addedReceptor
	ports  []*receptorPort  // by port; nil where nothing was added
	shards []*receptorShard // by the first word of the shard, made when it first advances
	guard  guard
}

// receptorShard is the input of a shard for one step.
type receptorShard struct {
	cells  []Cells
	drives []Drive
}

func (p *receptors) channels() (cs []Channel) {
	for _, a := range p.added {
		cs = append(cs, Channel{Port: a.Port, Receptor: a.Name, Kernel: receptorKernel{a.Receptor}})
	}
	return cs
}

// Channels implements Population: the receptors of the model come first.
func (p *receptors) Channels() []Channel { return append(p.Membrane.Channels(), p.channels()...) }

// Columns implements Population.
func (p *receptors) Columns() []Column {
	cs := p.Membrane.Columns()
	for _, a := range p.added {
		for k, name := range a.Variables() {
			cs = append(cs, Column{Name: a.Name + "_" + name, Unit: "leak", Data: a.x[k]})
		}
	}
	for port, q := range p.ports {
		if q != nil {
			name := p.Ports()[port]
			cs = append(cs, Column{Name: "before_" + name, Unit: "mV", Data: q.before}, Column{Name: "before_known_" + name,
				Data: q.known})
		}
	}
	return cs
}

// Reset implements Population.
func (p *receptors) Reset() {
	p.Membrane.Reset()
	for _, a := range p.added {
		for _, x := range a.x {
			clear(x)
		}
	}
	for _, q := range p.ports {
		if q != nil {
			clear(q.before)
			clear(q.known)
		}
	}
	p.guard.Forget()
}

// Fault implements Guarded.
func (p *receptors) Fault() *Fault {
	own := p.guard.Fault()
	if g, ok := p.Membrane.(Guarded); ok {
		if f := g.Fault(); f != nil && (own == nil || f.At < own.At) {
			return f
		}
	}
	return own
}
