package neuron

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

// edgeValues are what states and inputs are drawn from once in a while: zeros, the limits of fade and of the exponential,
// thresholds, huge and infinite numbers.
var edgeValues = []float32{0, float32(math.Copysign(0, -1)), 1e-8, -1e-8, 9.9e-9, 20, 32, 700, -700, 1e30, -1e30, float32(math.Inf(1)), float32(math.NaN())}

// randomOctet fills state and input of an octet.
func randomOctet(r *rand.Rand, o *octet, pairs *[lanes.Channels][lanes.Width]lanes.Pair, own *[4]lanes.Vec, nmda bool) {
	draw := func(scale float64) float32 {
		if r.IntN(400) == 0 {
			if nmda {
				return edgeValues[r.IntN(len(edgeValues))]
			}
			return edgeValues[r.IntN(len(edgeValues)-4)] // the scalar code multiplies the absent conductance's 0 by infinity
		}
		return float32(scale * r.NormFloat64())
	}
	for row := range o.u {
		for l := range lanes.Width {
			switch {
			case row >= lanes.G:
				o.u[row][l] = float32(math.Abs(float64(draw(1))))
			default:
				o.u[row][l] = draw([]float64{20, 20, 3, 10, 3}[row])
			}
		}
	}
	for i := range o.in.Shared {
		o.in.Shared[i] = draw(300)
		for l := range own[i] {
			own[i][l] = draw(200)
		}
		o.in.Own[i] = &own[i]
	}
	for k := range pairs {
		for l := range pairs[k] {
			pairs[k][l] = lanes.Pair{}
			if r.IntN(3) == 0 {
				pairs[k][l] = lanes.Pair{End: draw(0.5), Area: draw(0.05)}
			}
		}
		o.in.Pairs[k] = &pairs[k]
		if !nmda && k%3 == somaNMDA {
			pairs[k], o.u[lanes.G+k] = [lanes.Width]lanes.Pair{}, lanes.Vec{}
		}
	}
	for l := range lanes.Width {
		o.in.Box[l] = float32(r.IntN(3))
	}
}

// sameBits compares two numbers; all NaNs are alike, and -0 is not 0.
func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

func sameLane(a, b *two) bool {
	ok := sameBits(a.x, b.x) && sameBits(a.y, b.y) && sameBits(a.ws, b.ws) && sameBits(a.wd, b.wd) && sameBits(a.th, b.th)
	for k := range a.g {
		ok = ok && sameBits(a.g[k], b.g[k])
	}
	return ok
}

// The vector kernels give the bits of the scalar steps, and ask for the same neurons to be looked at again, on random and
// on extreme states.
func TestKernelsAreTheScalarSteps(t *testing.T) {
	n := 40_000
	for _, soma := range []bool{false, true} {
		for _, nmda := range []bool{false, true} {
			r := rand.New(rand.NewPCG(1, 2))
			driving := map[bool]string{true: "soma", false: "dendrite"}[soma]
			build := Build{N: 1, Step: 100 * spike.Microsecond, Detector: spike.DefaultDetector()}
			ts, bs := DefaultTwoCompartment(), DefaultBurstPoisson()
			ts.Driving, bs.Driving = driving, driving
			tp := newTwoCompartment(*ts, build)
			bpop, err := bs.New(build)
			if err != nil {
				t.Fatal(err)
			}
			bp := bpop.(*burstPoisson)
			twoK, burstK := twoKernel(soma, nmda), burstKernel(soma, nmda)
			if twoK == nil {
				t.Skip("this build or processor has no kernels")
			}
			var o octet
			var pairs [lanes.Channels][lanes.Width]lanes.Pair
			var own [4]lanes.Vec
			seen := [2]int{}
			for range n {
				randomOctet(r, &o, &pairs, &own, nmda)
				start := o.u
				again := twoK(tp.constants, &o.u, &o.in, &o.before)
				for l := range lanes.Width {
					u, v := lane(&start, l), twoInput{k: o.in.Box[l]}
					v.is0, v.is1 = o.in.Shared[0]+own[0][l], o.in.Shared[1]+own[1][l]
					v.id0, v.id1 = o.in.Shared[2]+own[2][l], o.in.Shared[3]+own[3][l]
					for k := range v.in {
						v.in[k] = Pair(pairs[k][l])
					}
					d := tp.derived[0]
					d.step(tp, &d.full, &u, &v)
					if got := lane(&o.u, l); !sameLane(&got, &u) {
						t.Fatalf("two-compartment, %s, nmda %v: kernel %+v, scalar %+v", driving, nmda, got, u)
					}
					if want := u.x > d.watch+u.th; want != (again>>l&1 == 1) {
						t.Fatalf("two-compartment: looked at again %v, scalar %v", !want, want)
					}
					if kept, was := lane(&o.before, l), lane(&start, l); !sameLane(&kept, &was) {
						t.Fatal("the state before the step is not kept")
					}
				}
				seen[0] += int(again)
				o.u = start
				again = burstK(bp.constants, &o.u, &o.in, &o.before)
				for l := range lanes.Width {
					u, v := lane(&start, l), burstInput{}
					v.is0, v.is1 = o.in.Shared[0]+own[0][l], o.in.Shared[1]+own[1][l]
					v.id0, v.id1 = o.in.Shared[2]+own[2][l], o.in.Shared[3]+own[3][l]
					for k := range v.in {
						v.in[k] = Pair(pairs[k][l])
					}
					d := bp.derived[0]
					d.step(&u, &v)
					if got := lane(&o.u, l); !sameLane(&got, &u) {
						t.Fatalf("burst-Poisson, %s, nmda %v: kernel %+v, scalar %+v", driving, nmda, got, u)
					}
					over := u.x - u.th
					if want := !(over <= d.watch || over <= d.th32 && v.in[somaGABA].Area == 0); want != (again>>l&1 == 1) {
						t.Fatalf("burst-Poisson: looked at again %v, scalar %v", !want, want)
					}
				}
				seen[1] += int(again)
			}
			if seen[0] == 0 || seen[1] == 0 {
				t.Error("no step was ever looked at again: the test shows nothing")
			}
		}
	}
}
