package neuron

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Whatever a state variable of the models' kernels is set to that it cannot be, the population says so within a
// millisecond, by the neuron, whether this goes through a kernel or through scalar code; and it says nothing of other
// states.
func TestImpossibleStatesAreSeen(t *testing.T) {
	const n, h = 74, 100 * us
	specs := vectorModels()
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		pop := made(t, specs[name], n, h)
		rows := swept(pop).variables
		f := &script{n: n, arrivals: make([][]Arrival, n), current: func(spike.Tick) float64 { return 100 }}
		for row, c := range rows {
			if c.Name == "bap" { // follows from spikes
				continue
			}
			values := []float32{float32(math.NaN())}
			switch {
			case c.Unit == "mV" && c.Name != "threshold_rise":
				values = append(values, float32(math.Inf(1)), float32(math.Inf(-1)), -2*GuardLimit)
			case c.Unit == "mV":
				values = append(values, float32(math.Inf(1)), 2*GuardLimit)
			}
			for _, value := range values {
				for _, i := range []int{3, 73} { // in a group, and after the last one
					pop.Reset()
					f.play(pop, 64, h, pieces(500*us, 500*us))
					if fault := pop.(Guarded).Fault(); fault != nil {
						t.Fatalf("%s: a fault without cause: %v", name, fault)
					}
					swept(pop).rows[row][i] = value
					f.play(pop, 64, h, []spike.Window{{From: 500 * us, To: 700 * us}, {From: 700 * us, To: 1500 * us}})
					fault := pop.(Guarded).Fault()
					spikes := (c.Name == "v" || c.Name == "v_s") && value > 0 // which resets it
					if fault == nil {
						if !spikes {
							t.Errorf("%s: %s = %g of neuron %d is not seen", name, c.Name, value, i)
						}
						continue
					}
					if fault.Neuron != i || fault.At > 1500*us {
						t.Errorf("%s: %s = %g of neuron %d is seen as %v", name, c.Name, value, i, fault)
					}
				}
			}
		}
	}
}

func TestReferenceSeesImpossibleStates(t *testing.T) {
	const h = 100 * us
	pop := build(t, DefaultTwoCompartment(), "reference", 3, h)
	f := freeze(3, 0, 1)
	f.current[0] = constantCurrent(-1e12)
	f.run(pop, h, []spike.Window{{From: 0, To: 3 * ms}})
	fault := pop.(Guarded).Fault()
	if fault == nil || fault.Neuron != 0 || fault.Variable != "current into soma" || fault.At != 100*us ||
		!strings.Contains(fault.Error(), "-1e+12 pA into soma") {
		t.Errorf("the fault is %v", fault)
	}
}

// A current that would take a potential beyond the limit is a fault also where spikes end it, whether all neurons or
// one receive it; so is a conductance that no neuron has, which is not integrated.
func TestImpossibleCurrentsAreSeen(t *testing.T) {
	const n, h = 70, 100 * us
	for name, spec := range vectorModels() {
		for _, own := range []bool{false, true} {
			f := &script{n: n, arrivals: make([][]Arrival, n), current: func(spike.Tick) float64 { return 100 }}
			want := 0
			if own {
				want = 67
				f.private = func(i int, _ int64) float32 { return 1e12 * float32(i/67) }
			} else {
				f.current = func(spike.Tick) float64 { return 1e12 }
			}
			pop := made(t, spec, n, h)
			f.play(pop, n, h, pieces(2*ms, 500*us))
			if fault := pop.(Guarded).Fault(); fault == nil || fault.At > ms || fault.Neuron != want ||
				fault.Variable != "current into soma" {
				t.Errorf("%s, own %v: %v", name, own, fault)
			}
		}
	}
	for _, refractory := range []float64{0, 5} {
		lif := DefaultLIF()
		lif.TRef = Const(refractory)
		f := &script{n: 1, current: func(spike.Tick) float64 { return 1e12 }, arrivals: make([][]Arrival, 1)}
		pop := made(t, lif, 1, h)
		f.play(pop, 1, h, pieces(2*ms, 500*us))
		if fault := pop.(Guarded).Fault(); fault == nil ||
			fault.Error() != "neuron 0: a current of 1e+12 pA into soma at 100us would take it beyond 1e+06 mV" {
			t.Errorf("refractory %g ms: %v", refractory, fault)
		}
		pop = made(t, lif, 1, h)
		f.current = func(spike.Tick) float64 { return 0 }
		f.arrivals[0] = []Arrival{{At: 250 * us, Weight: 1e12}}
		f.play(pop, 1, h, pieces(2*ms, 500*us))
		if fault := pop.(Guarded).Fault(); fault == nil || !strings.Contains(fault.Error(), "g_ampa = ") {
			t.Errorf("refractory %g ms: %v", refractory, fault)
		}
	}
}

// The scan finds the first element beyond a limit wherever it is, by vector code as by scalar code.
func TestBeyond(t *testing.T) {
	for _, n := range []int{1, 15, 16, 17, 100} {
		x := make([]float32, n)
		if i := beyond(x, 1); i != -1 {
			t.Errorf("%d zeros: %d", n, i)
		}
		for at := range x {
			for _, bad := range []float32{1.01, -1.01, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
				clear(x)
				x[at] = bad
				x[(at+7)%n] = float32(math.Copysign(1, float64(bad))) // is within
				want := at
				if n == 1 || (at+7)%n == at {
					want = -1
				}
				if i := beyond(x, 1); i != want {
					t.Fatalf("%g at %d of %d: found at %d", bad, at, n, i)
				}
			}
		}
	}
}
