package neuron

import "github.com/burstplex/burstplex/neuron/spike"

// conductanceKernel is an exponentially decaying conductance g (in units of the leak) on a membrane: an arrival leaves
// e^(-rest/tauSyn) of itself in g, and the integral of g over the rest of the step, weighted with the membrane's decay,
// multiplies the driving force.
type conductanceKernel struct{ tauSyn, tauMem float64 } // ms

// At implements Kernel.
func (k *conductanceKernel) At(rest spike.Tick) (end, area float32) {
	r := rest.Milliseconds()
	decay, _, _ := ramp(k.tauSyn, r)
	m0, _ := cross(k.tauMem, k.tauSyn, r)
	return float32(decay), float32(m0 / k.tauMem)
}
