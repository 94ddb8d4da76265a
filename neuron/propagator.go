package neuron

import "github.com/burstplex/burstplex/neuron/numeric"

// Exact solutions of linear parts over a time r, in double precision. All times in ms.

// ramp solves dx/dt = -x/tau + s0 + s1 t over r: x(r) = decay x(0) + p0 s0 + p1 s1.
func ramp(tau, r float64) (decay, p0, p1 float64) {
	decay = numeric.Exp(-r / tau)
	p0 = float64(tau * (1 - decay))
	return decay, p0, tau * (r - p0)
}

// cross integrates a decaying input against a membrane over r:
//
//	m0 = integral of e^(-(r-t)/tau) e^(-t/syn) dt,  m1 = integral of t e^(-(r-t)/tau) e^(-t/syn) dt,  t from 0 to r
func cross(tau, syn, r float64) (m0, m1 float64) {
	c := 1/tau - 1/syn
	e := numeric.Exp(-r / tau)
	if z := float64(c * r); z > 1 || z < -1 {
		ez := numeric.Exp(z)
		return e * (ez - 1) / c, e * (float64((z-1)*ez) + 1) / (c * c)
	}
	// Power series in z: the closed form cancels for small z, and tau may equal syn.
	term := r
	for k := 0; k < 24; k++ {
		m0 += term / float64(k+1)
		m1 += float64(term*r) / float64(k+2)
		term *= c * r / float64(k+1)
	}
	return e * m0, e * m1
}

// mat2 is a 2x2 matrix, row by row.
type mat2 [4]float64

func (a mat2) mul(b mat2) mat2 {
	dot := func(i, j int) float64 { return float64(a[i]*b[j]) + float64(a[i+1]*b[j+2]) }
	return mat2{dot(0, 0), dot(0, 1), dot(2, 0), dot(2, 1)}
}

func (a mat2) add(b mat2, s float64) mat2 {
	return mat2{a[0] + float64(s*b[0]), a[1] + float64(s*b[1]), a[2] + float64(s*b[2]), a[3] + float64(s*b[3])}
}

// linear2 solves dx/dt = A x + s0 + s1 t over r: x(r) = m x(0) + i0 s0 + i1 s1.
func linear2(a mat2, r float64) (m, i0, i1 mat2) {
	norm := 0.0
	for _, x := range a {
		norm = max(norm, x, -x)
	}
	if 2*norm*r > 1 { // halve until the series converges fast, then double
		m, i0, i1 = linear2(a, r/2)
		i1 = m.mul(i1).add(i1, 1).add(i0, r/2)
		i0 = m.mul(i0).add(i0, 1)
		return m.mul(m), i0, i1
	}
	power := mat2{1, 0, 0, 1} // A^k r^k / k!
	for k := 0.0; k < 18; k++ {
		m = m.add(power, 1)
		i0 = i0.add(power, r/(k+1))
		i1 = i1.add(power, r*r/((k+1)*(k+2)))
		power = power.mul(a)
		for j := range power {
			power[j] *= r / (k + 1)
		}
	}
	return m, i0, i1
}
