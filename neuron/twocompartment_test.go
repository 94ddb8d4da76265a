package neuron

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Laws of the subthreshold equations, against closed forms. Potentials are in mV, times in ms.

// passive returns default parameters without the couplings between soma and dendrite and without adaptation.
func passive() *TwoCompartment {
	s := DefaultTwoCompartment()
	s.GS, s.GD, s.C, s.A, s.B = Const(0), Const(0), Const(0), Const(0), Const(0)
	return s
}

func TestLeak(t *testing.T) {
	eachIntegrator(t, 1e-5, 1e-9, func(t *testing.T, integrator string, tol float64) {
		s := passive()
		s.Initial.VS, s.Initial.VD = Const(-60), Const(-40)
		f := freeze(1, 0, 1)
		f.current = [2]func(spike.Tick) float64{func(at spike.Tick) float64 { return 4 * at.Milliseconds() },
			constantCurrent(150)}
		pop := build(t, s, integrator, 1, 100*us)
		for _, w := range pieces(40*ms, 4*ms) {
			f.run(pop, 100*us, []spike.Window{w})
			x := w.To.Milliseconds()
			// A current that grows by 4 pA/ms into the soma, a constant one into the dendrite.
			e := math.Exp(-x / 16)
			near(t, fmt.Sprint("V_s at ", x), column(t, pop, "v_s"), -70+10*e+4*16/370.*(x-16*(1-e)), tol)
			e = math.Exp(-x / 7)
			near(t, fmt.Sprint("V_d at ", x), column(t, pop, "v_d"), -70+30*e+150*7/170.*(1-e), tol)
		}
	})
}

func TestDendriticAdaptation(t *testing.T) {
	eachIntegrator(t, 2e-5, 1e-9, func(t *testing.T, integrator string, tol float64) {
		s := passive()
		s.A = Const(-13)
		s.Initial.VD, s.Initial.WD = Const(-45), Const(3)
		f := freeze(1, 0, 1)
		f.current[1] = constantCurrent(200)
		pop := build(t, s, integrator, 1, 100*us)
		a := mat.NewDense(2, 2, []float64{-1. / 7, -13. / 170, 1. / 30, -1. / 30})
		var rest mat.VecDense // where the slopes vanish
		if err := rest.SolveVec(a, mat.NewVecDense(2, []float64{-200. / 170, 0})); err != nil {
			t.Fatal(err)
		}
		for _, w := range pieces(100*ms, 10*ms) {
			f.run(pop, 100*us, []spike.Window{w})
			var at, m mat.Dense
			at.Scale(w.To.Milliseconds(), a)
			m.Exp(&at)
			var x mat.VecDense
			x.SubVec(mat.NewVecDense(2, []float64{25, 3}), &rest)
			x.MulVec(&m, &x)
			x.AddVec(&x, &rest)
			near(t, fmt.Sprint("V_d at ", w.To), column(t, pop, "v_d")+70, x.AtVec(0), tol)
			near(t, fmt.Sprint("w_d at ", w.To), column(t, pop, "w_d"), x.AtVec(1), tol)
		}
	})
}

func TestSomaticAdaptation(t *testing.T) {
	eachIntegrator(t, 1e-5, 1e-9, func(t *testing.T, integrator string, tol float64) {
		s := passive()
		s.B = Const(-200)
		s.Initial.WS = Const(2)
		pop := build(t, s, integrator, 1, 100*us)
		for _, w := range pieces(200*ms, 20*ms) {
			freeze(1, 0, 1).run(pop, 100*us, []spike.Window{w})
			x := w.To.Milliseconds()
			slow, fast := math.Exp(-x/100), math.Exp(-x/16)
			near(t, fmt.Sprint("w_s at ", x), column(t, pop, "w_s"), 2*slow, tol)
			near(t, fmt.Sprint("V_s at ", x), column(t, pop, "v_s"), -70-200*2/370.*(slow-fast)/(1/16.-1/100.), tol)
		}
	})
}

// pulse returns V - E_L at a time t after the arrival of a conductance g at a resting membrane that sees itself, by
// quadrature of the solution with an integrating factor.
func pulse(g, drive, tau, syn, t float64) float64 {
	exponent := func(x float64) float64 { return x/tau + g*syn/tau*(1-math.Exp(-x/syn)) }
	return quad.Fixed(func(x float64) float64 {
		return g * math.Exp(-x/syn) * drive / tau * math.Exp(exponent(x)-exponent(t))
	}, 0, t, 200, nil, 0)
}

func TestConductances(t *testing.T) {
	const arrives = 1_237_411 * spike.Nanosecond
	for _, c := range []struct {
		channel         int
		port            string
		drive, tau, syn float64
	}{
		{somaAMPA, "v_s", 70, 16, 5}, {somaNMDA, "v_s", 70, 16, 100}, {somaGABA, "v_s", -10, 16, 10},
		{apicalAMPA, "v_d", 70, 7, 5}, {apicalNMDA, "v_d", 70, 7, 100}, {apicalGABA, "v_d", -10, 7, 10},
	} {
		eachIntegrator(t, 4e-4, 1e-7, func(t *testing.T, integrator string, tol float64) {
			f := freeze(1, 0, 1)
			f.arrivals = []Arrival{{At: arrives, Channel: uint32(c.channel), Weight: 0.3}}
			pop := build(t, passive(), integrator, 1, 100*us)
			for _, w := range pieces(30*ms, 1500*us) {
				f.run(pop, 100*us, []spike.Window{w})
				x := (w.To - arrives).Milliseconds()
				near(t, fmt.Sprint(c.port, " of channel ", c.channel, " at ", w.To), column(t, pop, c.port)+70,
					pulse(float64(float32(0.3)), c.drive, c.tau, c.syn, x), tol)
			}
		})
	}
}

// With driving_force = "soma" the dendrite's synapses see V_s, here held at -60 mV by a current, and the dendrite is
// linear in its conductance.
func TestDrivingForce(t *testing.T) {
	const arrives = 333_333 * spike.Nanosecond
	eachIntegrator(t, 2e-5, 1e-8, func(t *testing.T, integrator string, tol float64) {
		s := passive()
		s.Driving = "soma"
		s.Initial.VS = Const(-60)
		f := freeze(1, 0, 1)
		f.current[0] = constantCurrent(10 * 370 / 16.)
		f.arrivals = []Arrival{{At: arrives, Channel: apicalAMPA, Weight: 0.25},
			{At: arrives, Channel: apicalGABA, Weight: 0.5}}
		pop := build(t, s, integrator, 1, 100*us)
		response := func(syn, x float64) float64 { return (math.Exp(-x/syn) - math.Exp(-x/7)) / (1/7. - 1/syn) / 7 }
		for _, w := range pieces(30*ms, 1500*us) {
			f.run(pop, 100*us, []spike.Window{w})
			x := (w.To - arrives).Milliseconds()
			near(t, fmt.Sprint("V_d at ", w.To), column(t, pop, "v_d")+70, 0.25*60*response(5, x)-0.5*20*response(10, x), tol)
		}
	})
}

// Both integrators solve the whole nonlinear system; where no closed form exists they must agree with each other.
func TestPlateau(t *testing.T) {
	s := DefaultTwoCompartment()
	s.Theta = Const(200) // no spikes
	s.Initial.VD = Const(-30)
	f := freeze(1, 0, 1)
	f.current[1] = sine(300, 200, 0.05)
	fast, exact := build(t, s, "off-grid", 1, 50*us), build(t, s, "reference", 1, 50*us)
	for _, w := range pieces(150*ms, 5*ms) {
		f.run(fast, 50*us, []spike.Window{w})
		f.run(exact, 50*us, []spike.Window{w})
		for _, name := range []string{"v_s", "v_d", "w_d"} {
			near(t, fmt.Sprint(name, " at ", w.To), column(t, fast, name), column(t, exact, name), 6e-4)
		}
	}
}
