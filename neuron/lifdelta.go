package neuron

import (
	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

// LIFDelta is the leaky integrate-and-fire neuron with delta synapses, in which every arrival makes V jump by its
// weight in mV (Brunel 2000).
//
//	τ_m dV/dt = -(V-E_L) + (τ_m/C) I + τ_m Σ w δ(t-t_arrival)
//
// A jump has no time course that could place a threshold crossing within a step, so this model is on-grid: the jumps
// of a step are summed and take effect at its end, where V is compared with the threshold. A spike has the last tick
// of its step. For the refractory period, rounded up to whole steps, V is held at the reset potential and
// input is discarded. Between the ends of steps the membrane is exact.
//
// The default is the balanced network of Brunel (2000): τ_m 20 ms, threshold 20 mV above rest, reset 10 mV, refractory
// 2 ms.
type LIFDelta struct {
	TauM  Value   `toml:"tau_m" unit:"ms" allow:"(0, inf)" doc:"membrane time constant τ_m"`
	CM    Value   `toml:"c_m" unit:"pF" allow:"(0, inf)" doc:"membrane capacitance C, for injected currents"`
	EL    float64 `toml:"e_l" unit:"mV" allow:"(-1000, 1000)" doc:"resting potential"`
	Theta Value   `toml:"threshold" unit:"mV" allow:"(-1000, 1000)" doc:"spike threshold: a neuron spikes when V reaches it"`
	Reset Value   `toml:"reset" unit:"mV" doc:"potential after a spike"`
	TRef  Value   `toml:"refractory" unit:"ms" allow:"[0, 1e6]" doc:"time for which V is held and input discarded, rounded up to steps"`

	Initial struct {
		V Value `toml:"v" unit:"mV" allow:"[-1000, 1000]"`
	} `toml:"initial"`
}

// DefaultLIFDelta returns the neuron of Brunel (2000), starting at rest.
func DefaultLIFDelta() *LIFDelta {
	return &LIFDelta{TauM: Const(20), CM: Const(250), Theta: Const(20), Reset: Const(10), TRef: Const(2)}
}

// Validate implements Spec.
func (s *LIFDelta) Validate() error {
	return first(declared(s), by("threshold", s.Reset.require("reset", "mV", -1e3, s.Theta.Lowest(), true)))
}

// New implements Spec.
func (s *LIFDelta) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	p := &lifDelta{spec: *s, build: b, Emitter: NewEmitter(b), refEnd: make([]spike.Tick, b.N)}
	p.derived = derivedOf(b, s, func(i int) *lifDeltaDerived { return s.derive(b, i) })
	p.sweep = newSweep(b.N, 1, deltaKernels(), []*[]float32{&p.x}, p.refEnd)
	setConstants(&p.sweep, b.N, lanes.DeltaConstants, p.derived, (*lifDeltaDerived).constants)
	p.guarded(p, mostCurrent(s.TauM.Mean(), s.CM.Mean()))
	p.Reset()
	return p, nil
}

// lifDeltaDerived is what the steps need of the parameters; potentials are relative to E_L.
type lifDeltaDerived struct {
	tau, cm      float64
	theta, reset float32
	leak, s0, s1 float32 // increments of V over a step: per V, per current at its start and end
	ref          spike.Tick
}

func (s *LIFDelta) derive(b Build, i int) *lifDeltaDerived {
	own := drawn(s, b, i)
	h, cm, tau := b.Step.Milliseconds(), own.CM.A, own.TauM.A
	decay, p0, p1 := ramp(tau, h)
	ref := ticksOf(own.TRef.A)
	return &lifDeltaDerived{tau: tau, cm: cm, theta: float32(own.Theta.A - s.EL), reset: float32(own.Reset.A - s.EL),
		leak: float32(decay - 1), s0: float32((p0 - p1/h) / cm), s1: float32(p1 / h / cm),
		ref: (ref + b.Step - 1) / b.Step * b.Step}
}

// constants puts what the kernel needs.
func (d *lifDeltaDerived) constants(put func(i int, v float32)) {
	for i, v := range [lanes.DeltaConstants]float32{lanes.DeltaLeak: d.leak, lanes.DeltaS0: d.s0, lanes.DeltaS1: d.s1,
		lanes.DeltaTheta: d.theta, lanes.DeltaReset: d.reset} {
		put(i, v)
	}
}

// lifDelta is a population of LIFDelta neurons. Potentials are kept relative to E_L.
type lifDelta struct {
	spec  LIFDelta
	build Build
	Emitter
	sweep
	derived []*lifDeltaDerived

	x      []float32    // V - E_L, mV
	refEnd []spike.Tick // start of the first step that is not refractory
}

func (p *lifDelta) Len() int            { return p.build.N }
func (p *lifDelta) Ports() []string     { return []string{"soma"} }
func (p *lifDelta) Channels() []Channel { return []Channel{{"soma", "delta", nil}} }

func (p *lifDelta) Columns() []Column {
	return append([]Column{{Name: "v", Unit: "mV", Data: p.x, Offset: p.spec.EL},
		{Name: "refractory_end", Unit: "ms", Data: p.refEnd}},
		p.Emitter.Columns()...)
}

func (p *lifDelta) Reset() {
	fillInitial(p.x, p.spec.Initial.V, p.build, "v", p.spec.EL)
	for i := range p.refEnd {
		p.refEnd[i] = spike.Never
	}
	p.Emitter.Reset()
	p.sweep.reset()
}

// Advance implements Population.
func (p *lifDelta) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	p.advance(p, r, w, in, out)
}

func (p *lifDelta) idle(i int, t spike.Tick) bool { return p.refEnd[i] <= t }

// one implements stepper.
func (p *lifDelta) one(r Range, i, s int, t spike.Tick, in *Input, out *spike.Buffer) {
	d, x := derivedAt(p.derived, i), p.x[i]
	if p.refEnd[i] > t {
		p.x[i] = d.reset
		return
	}
	i0, i1 := in.Drives[0].At(in, s, i-r.Lo)
	x = fade(x + (float32(x*d.leak) + float32(i0*d.s0) + float32(i1*d.s1)))
	if cells := &in.Cells[0]; cells.Sums != nil {
		x += cells.Sums[cells.Place(in, s, i-r.Lo)]
	}
	if x >= d.theta {
		p.Emit(out, i, t+in.Step-1)
		x, p.refEnd[i] = d.reset, t+in.Step+d.ref
	}
	p.x[i] = x
}
