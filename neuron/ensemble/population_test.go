package ensemble

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

const ms = spike.Millisecond

// smallSpec returns units whose events are few enough to compare one by one.
func smallSpec() *Spec {
	s := Default()
	s.Neurons, s.Rate = 60, 20
	s.Bias = neuron.Value{Shape: neuron.Uniform, A: -2, B: 1}
	s.Initial.Activation = neuron.Value{Shape: neuron.Uniform, A: 0, B: 1}
	return s
}

func newPopulation(t testing.TB, s *Spec, n int, step spike.Tick) *population {
	t.Helper()
	p, err := s.New(neuron.Build{N: n, First: 1000, Key: rng.New(3, "units"), Step: step,
		Detector: spike.DefaultDetector()})
	if err != nil {
		t.Fatal(err)
	}
	return p.(*population)
}

// play takes units through windows of some lengths, in turn, in shards. The drives change from step to step and from
// unit to unit.
func play(p *population, shard int, step, from, until spike.Tick, lengths ...spike.Tick) (out []spike.Event) {
	for k := 0; from < until; k++ {
		w := spike.Window{From: from, To: min(until, from+lengths[k%len(lengths)])}
		from = w.To
		for lo := 0; lo < p.Len(); lo += shard {
			r := neuron.Range{Lo: lo, Hi: min(p.Len(), lo+shard)}
			in := &neuron.Input{Len: r.Len(), Steps: int(w.Len() / step), Step: step, Drives: make([]neuron.Drive, 2),
				Cells: make([]neuron.Cells, 2)}
			for port := range in.Drives {
				d := &in.Drives[port]
				d.Start, d.End = make([]float32, in.Steps), make([]float32, in.Steps)
				d.OwnStart, d.OwnEnd = make([]float32, in.Steps*in.Len), make([]float32, in.Steps*in.Len)
				in.Cells[port].Pairs = make([]neuron.Pair, in.Steps*in.Len)
				for s := range in.Steps {
					at := int(w.From/step) + s
					d.Start[s] = float32(math.Sin(float64(at) / 50))
					d.End[s] = d.Start[s]
					for i := range in.Len {
						d.OwnStart[s*in.Len+i] = float32(lo+i) / 10
						in.Cells[port].Pairs[s*in.Len+i].End = float32((at+lo+i)%7) / 20
					}
				}
			}
			var b spike.Buffer
			p.Advance(r, w, in, &b)
			out = append(out, b.Events()...)
		}
	}
	slices.SortFunc(out, spike.Compare)
	return out
}

func stateOf(p *population) (all []any) {
	for _, c := range p.Columns() {
		v := reflect.ValueOf(c.Data)
		data := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(data, v)
		all = append(all, data.Interface())
	}
	return all
}

// Pieces and shards change no spike and no bit of state; a fresh population goes on from the columns of another; Reset
// restores the initial state. Steps may be longer than the dead time.
func TestPopulationIsItsColumns(t *testing.T) {
	for _, step := range []spike.Tick{ms / 10, 5 * ms} {
		s := smallSpec()
		if step > ms {
			s.Dead, s.Delay, s.Rate = 21, 2, 38
			step = 50 * ms
		}
		p, until := newPopulation(t, s, 7, step), 40*step+1000*ms
		initial := stateOf(p)
		want := play(p, 7, step, 0, until, 16*step)
		final := stateOf(p)
		p.Reset()
		if !reflect.DeepEqual(initial, stateOf(p)) {
			t.Error("Reset does not restore the initial state")
		}
		half := until / 2 / step * step
		got := play(p, 2, step, 0, half, step, 3*step)
		other := newPopulation(t, s, 7, step)
		for k, c := range p.Columns() {
			reflect.Copy(reflect.ValueOf(other.Columns()[k].Data), reflect.ValueOf(c.Data))
		}
		got = append(got, play(other, 3, step, half, until, 5*step)...)
		if !slices.Equal(got, want) || len(want) < 500 {
			t.Errorf("step %v: %d spikes, %d in pieces, which are not the same", step, len(want), len(got))
		}
		if !reflect.DeepEqual(final, stateOf(other)) {
			t.Error("the state depends on pieces or shards")
		}
	}
}

// No neuron fires an event within its dead time, second spikes come burst_delay after their events, all labels are what
// the burst detector says, and every neuron of a unit has its share.
func TestPopulationSpikes(t *testing.T) {
	s := smallSpec()
	p := newPopulation(t, s, 5, ms/10)
	trains := map[spike.ID][]spike.Event{}
	for _, e := range play(p, 5, ms/10, 0, 20*spike.Second, ms) {
		trains[e.Src] = append(trains[e.Src], e)
	}
	if len(trains) != 5*s.Neurons {
		t.Errorf("%d neurons fired, expected %d", len(trains), 5*s.Neurons)
	}
	for id, train := range trains {
		if id < 1000 || id >= 1000+5*60 {
			t.Fatalf("neuron %d is not of the population", id)
		}
		memory, onset := spike.NewTrain(), spike.Tick(-spike.Second)
		for _, e := range train {
			if kind := spike.DefaultDetector().Label(&memory, e.At); kind != e.Kind {
				t.Fatalf("neuron %d, %v: label %v, the detector says %v", id, e.At, e.Kind, kind)
			}
			switch {
			case e.Kind == spike.Onset && e.At-onset < 25*ms-2:
				t.Fatalf("neuron %d has events at %v and %v", id, onset, e.At)
			case e.Kind == spike.Burst && e.At-onset != 4*ms:
				t.Fatalf("neuron %d: a burst at %v, %v after its event", id, e.At, e.At-onset)
			}
			if e.Kind == spike.Onset {
				onset = e.At
			}
		}
		mean := 0.0
		for other := id - (id-1000)%60; other < id-(id-1000)%60+60; other++ {
			mean += float64(len(trains[other])) / 60
		}
		if n := float64(len(train)); math.Abs(n-mean) > 5*math.Sqrt(mean) {
			t.Errorf("neuron %d has %g spikes, its unit %.1f each", id, n, mean)
		}
	}
}

// With the same key and drive, and without input, units have exactly the events of Events and the bursts of Bernoulli.
func TestPopulationIsTheSampler(t *testing.T) {
	s := smallSpec()
	s.Bias, s.Initial.Activation = neuron.Const(0.7), neuron.Const(0.3)
	const n, bins = 4, 3000
	step := ms / 5
	p := newPopulation(t, s, n, step)
	in := &neuron.Input{Len: n, Steps: bins, Step: step, Drives: make([]neuron.Drive, 2), Cells: make([]neuron.Cells, 2)}
	for port := range in.Drives {
		in.Drives[port].Start, in.Drives[port].End = make([]float32, bins), make([]float32, bins)
	}
	for k := range bins {
		in.Drives[1].Start[k], in.Drives[1].End[k] = 0.2, 0.6
	}
	var b spike.Buffer
	p.Advance(neuron.Range{Lo: 0, Hi: n}, spike.Window{From: 0, To: bins * step}, in, &b)
	drive, apical := make([]float32, bins), make([]float32, bins)
	own, sums, counts := make([]float32, bins), make([]float32, bins), make([]float32, bins)
	for k := range drive {
		drive[k], apical[k] = 0.7, 0.4
	}
	unit := NewUnit(s.params())
	var arrivals Arrivals
	var draws Bernoulli
	var want []spike.Event
	for u := range n {
		times := Events(unit, nil, drive, float64(float32(0.3)), step.Seconds(), p.keys.events, uint64(u))
		arrivals.Read(counts, times, 0, step.Seconds())
		arrivals.Sum(sums, s.TauOwn/1000)
		p.own.Row(own, sums, 0.3)
		probability := slices.Clone(apical)
		BurstProbability(probability, own, float32(s.PB))
		for k, yes := range draws.Draw(nil, counts, probability, p.keys.bursts, uint64(u)) {
			e := spike.Event{At: spike.FromSeconds(times[k]), Src: spike.ID(u), Kind: spike.Onset}
			want = append(want, e)
			if e.At, e.Kind = e.At+4*ms, spike.Burst; yes && e.At < bins*step {
				want = append(want, e)
			}
		}
	}
	got := slices.Clone(b.Events())
	for i := range got {
		got[i].Src = (got[i].Src - 1000) / 60
	}
	slices.SortFunc(got, spike.Compare)
	slices.SortFunc(want, spike.Compare)
	if !slices.Equal(got, want) || len(want) < 2000 {
		t.Errorf("%d spikes of a population, %d of the sampler, which are not the same", len(got), len(want))
	}
}

// What arrives adds weight/(N E_max tau) at its own time, and decays.
func TestPopulationFiltersArrivals(t *testing.T) {
	s := smallSpec()
	k := newPopulation(t, s, 1, ms).Channels()[0].Kernel
	end, _ := k.At(ms / 2)
	if want := 1000.0 / (60 * 20 * 4) * math.Exp(-0.5/4); math.Abs(float64(end)-want) > 1e-6 {
		t.Errorf("an arrival half a step before its end adds %g, expected %g", end, want)
	}
}

func TestPopulationRefuses(t *testing.T) {
	for want, change := range map[string]func(s *Spec){
		"dead_time = 41 ms: leaves hardly a neuron that is not dead (allowed: (0, 40] ms)": func(s *Spec) { s.Dead = 41 },
		"burst_delay = 25 ms: a neuron would have its next event before (allowed: (0, 25) ms)": func(s *Spec) {
			s.Delay = 25
		},
		"burst_delay = 16 ms: spikes so far apart are no burst for the burst detector (ISI below 16ms) (allowed: (0, " +
			"16) ms)": func(s *Spec) {
			s.Delay = 16
		},
		"dead_time = 20 ms: the burst detector (ISI below 16ms) would take two events for one (allowed: [20.000002, " +
			"1000] ms)": func(s *Spec) {
			s.Dead = 20
		},
		"p_b = 0.6: is out of range (allowed: (0, 0.5])": func(s *Spec) { s.PB = 0.6 },
		"initial.activation = 1.5: 1.5 is out of range (allowed: [0, 1])": func(s *Spec) {
			s.Initial.Activation = neuron.Const(1.5)
		},
	} {
		s := smallSpec()
		change(s)
		_, err := s.New(neuron.Build{N: 2, Step: ms / 10, Detector: spike.DefaultDetector()})
		if err == nil || err.Error() != want {
			t.Errorf("%v, expected %s", err, want)
		}
	}
}

// A drive that is no number ends the run before anything is drawn with it.
func TestPopulationFault(t *testing.T) {
	p := newPopulation(t, smallSpec(), 2, ms)
	p.soma[1] = float32(math.Inf(1))
	play(p, 2, ms, 0, 3*ms, ms)
	if f := p.Fault(); f == nil || f.Neuron != 1 || f.At != 0 {
		t.Errorf("fault %v", f)
	}
}

func TestPopulationDoesNotAllocate(t *testing.T) {
	p := newPopulation(t, smallSpec(), 10, ms)
	in := &neuron.Input{Len: 10, Steps: 10, Step: ms, Drives: make([]neuron.Drive, 2), Cells: make([]neuron.Cells, 2)}
	for port := range in.Drives {
		in.Drives[port].Start, in.Drives[port].End = make([]float32, 10), make([]float32, 10)
	}
	var b spike.Buffer
	k := spike.Tick(0)
	if n := testing.AllocsPerRun(100, func() {
		b.Reset()
		p.Advance(neuron.Range{Lo: 0, Hi: 10}, spike.Window{From: k * 10 * ms, To: (k + 1) * 10 * ms}, in, &b)
		k++
	}); n > 0.1 {
		t.Errorf("%g allocations", n)
	}
}
