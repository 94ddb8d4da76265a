package neuron

// Models whose ports take receptors beside their own.
var (
	_ Membrane = (*lif)(nil)
	_ Membrane = (*lifDelta)(nil)
	_ Membrane = (*adex)(nil)
	_ Membrane = (*twoCompartment)(nil)
	_ Membrane = (*burstPoisson)(nil)
)

// Potential implements Membrane.
func (p *lif) Potential(_, i int) float64 { return float64(p.x[i]) + p.spec.EL }

// Passive implements Membrane.
func (p *lif) Passive(_, i int) (leak, tau float64) {
	d := derivedAt(p.derived, i)
	return d.cm / d.tau, d.tau
}

// Potential implements Membrane.
func (p *lifDelta) Potential(_, i int) float64 { return float64(p.x[i]) + p.spec.EL }

// Passive implements Membrane.
func (p *lifDelta) Passive(_, i int) (leak, tau float64) {
	d := derivedAt(p.derived, i)
	return d.cm / d.tau, d.tau
}

// Potential implements Membrane.
func (p *adex) Potential(_, i int) float64 { return float64(p.x[i]) + p.spec.EL }

// Passive implements Membrane.
func (p *adex) Passive(_, i int) (leak, tau float64) {
	d := derivedAt(p.derived, i)
	return d.gl, d.tau
}

// Potential implements Membrane; where synapses of the dendrite see V_s, added ones do too.
func (p *twoCompartment) Potential(port, i int) float64 {
	return p.potential(port, i, p.atSoma) + p.spec.EL
}

// Passive implements Membrane.
func (p *twoCompartment) Passive(port, i int) (leak, tau float64) {
	d := derivedAt(p.derived, i)
	return leakAndTau(port, d.cs, d.tauS, d.cd, d.tauD)
}

// Potential implements Membrane; where synapses of the dendrite see V_s, added ones do too.
func (p *burstPoisson) Potential(port, i int) float64 {
	return p.potential(port, i, p.derived[0].atSoma) + p.spec.EL
}

// Passive implements Membrane.
func (p *burstPoisson) Passive(port, i int) (leak, tau float64) {
	d := derivedAt(p.derived, i)
	return leakAndTau(port, d.cs, d.tauS, d.cd, d.tauD)
}

// potential of a port (soma, apical), relative to E_L.
func (c *compartmentColumns) potential(port, i int, atSoma bool) float64 {
	if port == 0 || atSoma {
		return float64(c.x[i])
	}
	return float64(c.y[i])
}

func leakAndTau(port int, cs, tauS, cd, tauD float64) (leak, tau float64) {
	if port == 0 {
		return cs / tauS, tauS
	}
	return cd / tauD, tauD
}
