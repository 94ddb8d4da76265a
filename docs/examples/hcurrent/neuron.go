package main

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// lifH is a leaky integrate-and-fire neuron with delta synapses and an h-current, which opens below rest:
//
//	C dV/dt = -g_L (V-E_L) - g_h m (V-E_h) + I,  τ_h dm/dt = 1/(1+exp((V-V_h)/s_h)) - m
//
// It is on-grid: arrivals of a step take effect at its end, where V is compared with the threshold.
type lifH struct {
	CM    float64 `toml:"c_m" unit:"pF" range:"(0, 1e6]" doc:"membrane capacitance C"`
	GL    float64 `toml:"g_l" unit:"nS" range:"(0, 1e6]" doc:"leak conductance"`
	EL    float64 `toml:"e_l" unit:"mV" range:"[-200, 200]" doc:"reversal potential of the leak"`
	GH    float64 `toml:"g_h" unit:"nS" range:"[0, 1e6]" doc:"conductance of the h-current"`
	EH    float64 `toml:"e_h" unit:"mV" range:"[-200, 200]" doc:"its reversal potential"`
	VH    float64 `toml:"v_h" unit:"mV" range:"[-200, 200]" doc:"potential at which half of it is open"`
	SH    float64 `toml:"s_h" unit:"mV" range:"(0, 100]" doc:"slope of its activation"`
	TauH  float64 `toml:"tau_h" unit:"ms" range:"(0, 1e6]" doc:"its time constant"`
	Theta float64 `toml:"threshold" unit:"mV" range:"[-200, 200]" doc:"spike threshold"`
	Back  float64 `toml:"reset" unit:"mV" range:"[-200, 200]" doc:"potential after a spike"`
}

func defaultNeuron() *lifH {
	return &lifH{CM: 200, GL: 10, EL: -70, GH: 5, EH: -30, VH: -80, SH: 8, TauH: 50, Theta: -50, Back: -60}
}

// Validate implements neuron.Spec; the ranges of single keys are in their tags.
func (s *lifH) Validate() error {
	if s.Back >= s.Theta {
		return &neuron.ParameterError{Key: "reset", Value: s.Back, Unit: "mV", Reason: "must be below the threshold"}
	}
	return nil
}

// New implements neuron.Spec.
func (s *lifH) New(b neuron.Build) (neuron.Population, error) {
	p := &population{lifH: s, Emitter: neuron.NewEmitter(b), v: make([]float64, b.N), m: make([]float64, b.N)}
	p.Reset()
	return p, nil
}

// population is the state of all neurons.
type population struct {
	*lifH
	neuron.Emitter
	v, m []float64 // mV; open share of the h-current
}

func (p *population) Len() int        { return len(p.v) }
func (p *population) Ports() []string { return []string{"soma"} }
func (p *population) Channels() []neuron.Channel {
	return []neuron.Channel{{Port: "soma", Receptor: "delta"}}
}

// Potential and Passive implement neuron.Membrane: files can add receptors.
func (p *population) Potential(_, i int) float64           { return p.v[i] }
func (p *population) Passive(_, i int) (leak, tau float64) { return p.GL, p.CM / p.GL }

func (p *population) Columns() []neuron.Column {
	own := []neuron.Column{{Name: "v", Unit: "mV", Data: p.v}, {Name: "m", Data: p.m}}
	return append(own, p.Emitter.Columns()...)
}

// open is the share of the h-current that is open in the long run at a potential, mV.
func (p *population) open(v float64) float64 { return 1 / (1 + math.Exp((v-p.VH)/p.SH)) }

func (p *population) Reset() {
	for i := range p.v {
		p.v[i], p.m[i] = p.EL, p.open(p.EL)
	}
	p.Emitter.Reset()
}

// Advance implements neuron.Population: a step of the exponential Euler method, order 1 in the step.
func (p *population) Advance(r neuron.Range, w spike.Window, in *neuron.Input, out *spike.Buffer) {
	h := in.Step.Milliseconds()
	fade := math.Exp(-h / p.TauH)
	for s := range in.Steps {
		for i := r.Lo; i < r.Hi; i++ {
			start, end := in.Drives[0].At(in, s, i-r.Lo)
			g := p.GL + p.GH*p.m[i] // nS = pF/ms
			rest := (p.GL*p.EL + p.GH*p.m[i]*p.EH + float64(start+end)/2) / g
			p.m[i] = p.open(p.v[i]) + (p.m[i]-p.open(p.v[i]))*fade
			p.v[i] = rest + (p.v[i]-rest)*math.Exp(-h*g/p.CM)
			if sums := in.Cells[0].Sums; sums != nil {
				p.v[i] += float64(sums[s*in.Len+i-r.Lo])
			}
			if p.v[i] >= p.Theta {
				p.Emit(out, i, w.From+spike.Tick(s+1)*in.Step-1)
				p.v[i] = p.Back
			}
		}
	}
}
