package neuron

import (
	"reflect"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/google/go-cmp/cmp"
)

// laws calls check with every model, in variants.
func laws(t *testing.T, check func(t *testing.T, s Spec, f *script)) {
	const n = 150
	specs := map[string]Spec{}
	for _, m := range Models() {
		s := m.Default()
		if r, ok := s.(*Replay); ok {
			r.Trains = sourceTrains(t, &Poisson{Rate: Const(30)}, n, pieces(300*ms, 300*ms))
			r.Repeat, r.Outside = 0.07, "drop"
		}
		specs[m.Name] = s
	}
	cuba := cubaLIF()
	cuba.EL = -52 // at -49 mV it never falls silent
	specs["lif, current in pA"], specs["lif, current in mV"] = microcircuitLIF(), cuba
	specs["adex, som"] = somAdEx()
	various := DefaultLIF()
	various.TauM, various.Theta, various.TRef = Value{Shape: Normal, A: 20, B: 3, Lo: 10, Hi: 30},
		Value{Shape: Uniform, A: -52, B: -48}, Value{Shape: Uniform, A: 2, B: 4}
	various.Initial.V, various.Initial.GExc = Value{Shape: Uniform, A: -70, B: -55}, Value{Shape: Uniform, A: 0, B: .5}
	specs["lif, various"] = various
	published := DefaultBurstPoisson()
	published.Driving, published.TauS, published.Initial.VS = "soma", Value{Shape: Normal, A: 16, B: 1, Lo: 10, Hi: 20},
		Value{Shape: Normal, A: -70, B: 3}
	specs["burst-poisson, published driving force, various"] = published

	for name, s := range specs {
		t.Run(name, func(t *testing.T) {
			f := &script{n: n, arrivals: make([][]Arrival, n), current: func(spike.Tick) float64 { return 0 }}
			rates, weights := []float64{}, []float64{}
			for _, c := range made(t, s, 1, 100*us).Channels() {
				weight := .15
				switch {
				case c.Receptor == "delta":
					weight = 4
				case name == "lif, current in pA":
					weight = 300
				case name == "lif, current in mV":
					weight = 4
				}
				rate := map[string]float64{"ampa": 1000, "nmda": 100, "gaba": 200, "delta": 500}[c.Receptor]
				rates, weights = append(rates, rate), append(weights, weight)
			}
			if len(rates) > 0 {
				f = scriptOf(n, 150*ms, rates, weights)
				f.current = func(t spike.Tick) float64 { // it drives, then leaves a small current
					if t < 150*ms {
						return 150
					}
					return 5
				}
			}
			check(t, s, f)
		})
	}
}

// snapshot copies the whole state.
func snapshot(p Population) map[string]any {
	state := map[string]any{}
	for _, c := range p.Columns() {
		v := reflect.ValueOf(c.Data)
		data := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(data, v)
		if _, twice := state[c.Name]; twice {
			panic("two columns are called " + c.Name)
		}
		state[c.Name] = data.Interface()
	}
	return state
}

func restore(p Population, state map[string]any) {
	for _, c := range p.Columns() {
		reflect.Copy(reflect.ValueOf(c.Data), reflect.ValueOf(state[c.Name]))
	}
}

// The pieces in which time is cut and the shards in which neurons are cut change no spike and no bit of state, sleeping
// or not; Reset restores the initial state.
func TestModelsDoNotDependOnPiecesAndShards(t *testing.T) {
	laws(t, func(t *testing.T, s Spec, f *script) {
		const step, until = 100 * us, 300 * ms
		pop := made(t, s, f.n, step)
		initial := snapshot(pop)
		want := f.play(pop, 192, step, pieces(until, until))
		final := snapshot(pop)
		if spikes := len(slices.Concat(want...)); spikes < f.n/2 {
			t.Errorf("%d neurons fired only %d spikes", f.n, spikes)
		}
		pop.Reset()
		if d := cmp.Diff(initial, snapshot(pop)); d != "" {
			t.Errorf("Reset does not restore the initial state: %s", d)
		}
		for _, asleep := range []bool{true, false} {
			pop.Reset()
			if z, ok := pop.(Sleeper); ok {
				z.SetSleep(asleep)
			}
			if got := f.play(pop, 64, step, pieces(until, 800*us, step, 2*ms)); !slices.EqualFunc(want, got, slices.Equal) {
				t.Errorf("spikes depend on pieces or shards (asleep: %v)", asleep)
			}
			if d := cmp.Diff(final, snapshot(pop)); d != "" {
				t.Errorf("state depends on pieces or shards (asleep: %v): %s", asleep, d)
			}
		}
	})
}

// The columns are the whole state: a fresh population that takes them over goes on in the same way.
func TestModelsContinueFromTheirColumns(t *testing.T) {
	laws(t, func(t *testing.T, s Spec, f *script) {
		const step = 100 * us
		ws := pieces(200*ms, ms)
		pop, other := made(t, s, f.n, step), made(t, s, f.n, step)
		f.play(pop, 64, step, ws[:100])
		restore(other, snapshot(pop))
		want, got := f.play(pop, 64, step, ws[100:]), f.play(other, 64, step, ws[100:])
		if !slices.EqualFunc(want, got, slices.Equal) || !cmp.Equal(snapshot(pop), snapshot(other)) {
			t.Error("the columns are not the whole state")
		}
	})
}

// A population that grows leaves its first neurons as they were.
func TestModelsMayGrow(t *testing.T) {
	laws(t, func(t *testing.T, s Spec, f *script) {
		const step = 100 * us
		want := f.play(made(t, s, f.n, step), 64, step, pieces(100*ms, ms))
		small := &script{n: 64, arrivals: f.arrivals[:64], current: f.current}
		if got := small.play(made(t, s, 64, step), 64, step, pieces(100*ms, ms)); !slices.EqualFunc(want[:64], got,
			slices.Equal) {
			t.Error("spikes depend on the number of neurons")
		}
	})
}

// Neurons that were active fall asleep when input ends, all of them, unless their spikes are random.
func TestModelsFallAsleep(t *testing.T) {
	laws(t, func(t *testing.T, s Spec, f *script) {
		const step = ms
		pop := made(t, s, f.n, step)
		z, ok := pop.(Sleeper)
		if b, random := s.(*BurstPoisson); !ok || random && b.Spiking == "escape" {
			return
		}
		spikes := len(slices.Concat(f.play(pop, 192, step, pieces(200*ms, 10*ms))...))
		f.play(pop, 192, step, pieces(18*spike.Second, 50*ms)[4:])
		w := spike.Window{From: 18 * spike.Second, To: 18*spike.Second + 10*ms}
		if r := (Range{0, f.n}); spikes == 0 || !z.Asleep(r, f.input(pop, r, w, step)) {
			t.Errorf("after %d spikes and 18 s of rest neurons are awake", spikes)
		}
	})
}

func TestModelsDoNotAllocate(t *testing.T) {
	laws(t, func(t *testing.T, s Spec, f *script) {
		const step = 100 * us
		pop, r := made(t, s, f.n, step), Range{0, f.n}
		var out spike.Buffer
		var inputs []*Input
		ws := pieces(100*ms, 10*ms)
		for _, w := range ws {
			inputs = append(inputs, f.input(pop, r, w, step))
		}
		run := func() {
			pop.Reset()
			out.Reset()
			for k, w := range ws {
				pop.Advance(r, w, inputs[k], &out)
			}
		}
		run()
		pop.Reset()
		k := 0
		if n := testing.AllocsPerRun(len(ws)-1,
			func() { pop.Advance(r, ws[k%len(ws)], inputs[k%len(ws)], &out); k++; out.Reset() }); n != 0 {
			t.Errorf("%g allocations", n)
		}
	})
}

func TestModelsAreNamedOnceAndValid(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Models() {
		if seen[m.Name] || m.Doc == "" {
			t.Errorf("model %q is listed twice or without a line", m.Name)
		}
		seen[m.Name] = true
		if m.Default() == m.Default() {
			t.Errorf("%s: specs are shared", m.Name)
		}
		if err := m.Default().Validate(); err != nil && m.Name != "replay" {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

func BenchmarkModels(b *testing.B) {
	for _, m := range Models() {
		s := m.Default()
		if r, ok := s.(*Replay); ok {
			r.Trains = make([][]spike.Tick, 1000)
		}
		pop, err := s.New(Build{N: 1000, Key: rng.New(1), Step: 100 * us, Detector: spike.DefaultDetector()})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(m.Name, func(b *testing.B) {
			r := Range{0, 1000}
			in := blank(pop.Channels(), len(pop.Ports()), r, spike.Window{From: 0, To: 800 * us}, 100*us)
			for p := range in.Drives {
				in.Drives[p].OwnStart, in.Drives[p].OwnEnd = nil, nil
			}
			in.Touched = nil // nobody sleeps
			var out spike.Buffer
			for k := range b.N {
				out.Reset()
				pop.Advance(r, spike.Window{From: spike.Tick(k) * 800 * us, To: spike.Tick(k+1) * 800 * us}, in, &out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000/8, "ns/step")
		})
	}
}
