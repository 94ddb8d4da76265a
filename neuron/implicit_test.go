package neuron

import (
	"fmt"
	"math"
	"sort"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/spike"
)

// implicit solves the two-compartment equations without spikes by a method that has nothing in common with those of the
// package: the linearly implicit Euler method, extrapolated (Hairer & Wanner, Solving Ordinary Differential Equations
// II, section IV.9), on the equations as they stand in TwoCompartment.
type implicit struct {
	*TwoCompartment
	g      [twoChannels]float64 // at time 0
	is, id float64
}

// slopes returns the right-hand sides of V_s, V_d, w_d, and their Jacobian.
func (m *implicit) slopes(t float64, u []float64) (du []float64, jacobian *mat.Dense) {
	var g [twoChannels]float64
	for k, tau := range [twoChannels]float64{m.TauAMPA, m.TauNMDA, m.TauGABA, m.TauAMPA, m.TauNMDA, m.TauGABA} {
		g[k] = m.g[k] * math.Exp(-t/tau)
	}
	loadS, loadD := g[0]+g[1]+g[2], g[3]+g[4]+g[5]
	seen, onS, onD := u[1], 0., loadD
	if m.Driving == "soma" {
		seen, onS, onD = u[0], loadD, 0
	}
	f := 1 / (1 + math.Exp(-(u[1]-m.ED.A)/m.DD.A))
	df := f * (1 - f) / m.DD.A
	du = []float64{
		(m.EL-u[0]+(g[0]+g[1])*(m.EExc-u[0])+g[2]*(m.EInh-u[0]))/m.TauS.A + (m.GS.A*f+m.is)/m.CS.A,
		(m.EL-u[1]+(g[3]+g[4])*(m.EExc-seen)+g[5]*(m.EInh-seen))/m.TauD.A + (m.GD.A*f+m.A.A*u[2]+m.id)/m.CD.A,
		(u[1] - m.EL - u[2]) / m.TauWD.A}
	jacobian = mat.NewDense(3, 3, []float64{
		-(1 + loadS) / m.TauS.A, m.GS.A * df / m.CS.A, 0,
		-onS / m.TauD.A, -(1+onD)/m.TauD.A + m.GD.A*df/m.CD.A, m.A.A / m.CD.A,
		0, 1 / m.TauWD.A, -1 / m.TauWD.A})
	return du, jacobian
}

// after returns V_s, V_d and w_d after r ms from rest.
func (m *implicit) after(r float64) []float64 {
	const order = 7
	u := []float64{m.EL, m.EL, 0}
	for t, h := 0., r*1e-9; t < r; h = min(h*1.15, 0.05) {
		h = min(h, r-t)
		_, jacobian := m.slopes(t, u)
		var table [order][]float64 // of Aitken and Neville, h/(j+1)
		for j := range table {
			s := h / float64(j+1)
			w := mat.NewDense(3, 3, nil)
			w.Scale(-s, jacobian)
			for k := range 3 {
				w.Set(k, k, w.At(k, k)+1)
			}
			x := append([]float64(nil), u...)
			for i := range j + 1 {
				du, _ := m.slopes(t+s*float64(i+1), x)
				var dx mat.VecDense
				if err := dx.SolveVec(w, mat.NewVecDense(3, du)); err != nil {
					panic(err)
				}
				for k := range x {
					x[k] += s * dx.AtVec(k)
				}
			}
			table[j] = x
		}
		for level := 1; level < order; level++ {
			for j := order - 1; j >= level; j-- {
				for k := range 3 {
					table[j][k] += (table[j][k] - table[j-1][k]) / (float64(j+1)/float64(j+1-level) - 1)
				}
			}
		}
		copy(u, table[order-1])
		t += h
		if r-t < 1e-12 {
			break
		}
	}
	return u
}

// Under strong conductances both integrators are at the potentials of an implicit solution, and the first spike is
// where that crosses the threshold.
func TestStrongConductancesAgainstAnImplicitSolution(t *testing.T) {
	const h = 100 * us
	for _, driving := range []string{"dendrite", "soma"} {
		for _, g := range [][twoChannels]float64{{apicalGABA: 200}, {somaAMPA: 1000}, {somaAMPA: 300, apicalGABA: 1e4},
			{somaGABA: 1e5},
			{apicalNMDA: 100, apicalGABA: 30, somaGABA: 40}, {apicalAMPA: 2000}} {
			spec := DefaultTwoCompartment()
			spec.Driving = driving
			truth := &implicit{spec, g, 0, 250}
			f := freeze(1, 0, 1)
			f.current[1] = constantCurrent(250)
			for k, w := range g {
				if w != 0 {
					f.arrivals = append(f.arrivals, Arrival{Channel: uint32(k), Weight: float32(w)})
				}
			}
			first := 0 // spike, ns
			if g[somaAMPA] != 0 {
				first = sort.Search(int(h), func(i int) bool { return i > 0 && truth.after(float64(i) / 1e6)[0] > spec.Theta.A }) -
					1
			}
			eachIntegrator(t, 2e-5, 1e-6, func(t *testing.T, integrator string, tol float64) {
				silent := *spec
				silent.Theta = Const(900)
				pop := build(t, &silent, integrator, 1, h)
				from := spike.Tick(0)
				for _, at := range []spike.Tick{100 * us, 300 * us, ms, 5 * ms, 12 * ms} {
					f.run(pop, h, []spike.Window{{From: from, To: at}})
					from = at
					want := truth.after(at.Milliseconds())
					for k, name := range []string{"v_s", "v_d", "w_d"} {
						near(t, fmt.Sprintf("%s, %v leaks: %s at %v", driving, g, name, at), column(t, pop, name), want[k],
							tol*(10+math.Abs(want[k])))
					}
				}
				if first == 0 {
					return
				}
				spikes := f.run(build(t, spec, integrator, 1, h), h, pieces(h, h))[0]
				if len(spikes) == 0 {
					t.Fatal("no spike")
				}
				near(t, fmt.Sprintf("%s, %v leaks: first spike, ns", driving, g), float64(spikes[0]), float64(first), 2)
			})
		}
	}
}
