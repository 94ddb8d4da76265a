package neuron

import "unsafe"

// partial computes the coefficients of a step of r ms, shorter than the whole one, for the replay. Propagators are
// smooth and vanish at 0, so the cubic through thirds of the step costs no accuracy while the step is below a tenth of
// the shortest time constant (and little beyond), and takes a small part of the time of the exponentials.
func (d *twoDerived) partial(r float64, c *twoStep) {
	*c = d.full
	c.r, c.invR = float32(r), float32(1/r)
	c.ratioS, c.ratioD = float32(c.r*c.invTauS), float32(c.r*c.invTauD)
	s := float64(r * float64(d.full.invR)) // fraction of the whole step
	// Lagrange's polynomials of the nodes 1/3, 2/3 and 1, beside a node at 0.
	one := float32(float64(13.5*s) * (s - 2./3) * (s - 1))
	two := float32(float64(-13.5*s) * (s - 1./3) * (s - 1))
	three := float32(float64(4.5*s) * (s - 1./3) * (s - 2./3))
	a, b, e := d.thirds[0].numbers(), d.thirds[1].numbers(), d.full.numbers()
	for j, out := 0, c.numbers(); j < len(out); j++ {
		out[j] = float32(one*a[j]) + float32(two*b[j]) + float32(three*e[j])
	}
}

const propagatorCount = unsafe.Sizeof(twoPropagators{}) / unsafe.Sizeof(float32(0))

// numbers shows the propagators, which are all float32, as an array.
func (p *twoPropagators) numbers() *[propagatorCount]float32 {
	return (*[propagatorCount]float32)(unsafe.Pointer(p))
}
