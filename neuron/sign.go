package neuron

import "math"

// Weights returns which weights synapses on the channel can have: those of a conductance are not negative, whatever its
// reversal potential; of currents, excitatory ones are not negative and "gaba" is not positive. Weights of delta and
// other synapses have any sign. why says so in a few words.
func (c Channel) Weights() (lo, hi float64, why string) {
	lo, hi = math.Inf(-1), math.Inf(1)
	k, ok := c.Kernel.(Signed)
	switch {
	case !ok:
		return lo, hi, ""
	case k.Conductance():
		return 0, hi, "a conductance is not negative: the reversal potential says whether it inhibits"
	case c.Receptor == "gaba":
		return lo, 0, "an inhibitory current is not positive"
	}
	return 0, hi, "an excitatory current is not negative"
}

// Signed is implemented by kernels that do not take weights of any sign.
type Signed interface {
	Kernel
	// Conductance reports whether weights are conductances; else they are currents, whose sign the receptor says.
	Conductance() bool
}

// Conductance implements Signed.
func (*conductanceKernel) Conductance() bool { return true }

// Conductance implements Signed.
func (*currentKernel) Conductance() bool { return false }

// openKernel is that of a LIF neuron's conductance, which moves the membrane as a current does, times the driving
// force.
type openKernel struct{ *currentKernel }

// Conductance implements Signed.
func (openKernel) Conductance() bool { return true }
