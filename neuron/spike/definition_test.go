package spike

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func labelled(d Detector, ms ...float64) (kinds []Kind) {
	t := NewTrain()
	for _, x := range ms {
		kinds = append(kinds, d.Label(&t, Tick(x*float64(Millisecond))))
	}
	return kinds
}

// What a burst is, key by key, on trains of which a person can tell the labels.
func TestDefinitionsOfBursts(t *testing.T) {
	const o, b, e = Onset, Burst, Tail
	ms := Millisecond
	for name, c := range map[string]struct {
		d     Detector
		times []float64
		want  []Kind
	}{
		"three spikes": {Detector{Threshold: 10 * ms, MinSpikes: 3}, []float64{0, 5, 10, 15, 40, 45, 70},
			[]Kind{o, e, b, e, o, e, o}},
		"longer tail": {Detector{Threshold: 10 * ms, Continue: 20 * ms}, []float64{0, 15, 20, 35, 60},
			[]Kind{o, o, b, e, o}},
		"shorter tail": {Detector{Threshold: 20 * ms, Continue: 5 * ms}, []float64{0, 15, 19, 29, 34},
			[]Kind{o, b, e, o, b}},
		"longest duration": {Detector{Threshold: 10 * ms, MaxDuration: 12 * ms}, []float64{0, 6, 12, 18, 24},
			[]Kind{o, b, e, o, b}},
		"duration and number": {Detector{Threshold: 10 * ms, MinSpikes: 3, MaxDuration: 11 * ms}, []float64{0, 6, 12, 18, 22},
			[]Kind{o, e, o, e, b}},
	} {
		if got := labelled(c.d, c.times...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	long := make([]float64, 600)
	for i := range long {
		long[i] = float64(i)
	}
	got := labelled(Detector{Threshold: 2 * ms, MinSpikes: MostMinSpikes}, long...)
	if k := slices.Index(got, Burst); k != MostMinSpikes-1 || slices.Contains(got[k+1:], Burst) {
		t.Errorf("the burst of %d spikes is at %d", MostMinSpikes, k)
	}
}

// Settled is long enough: no burst comes so long after its onset, and some nearly do.
func TestSettled(t *testing.T) {
	for _, d := range []Detector{{Threshold: 10 * Millisecond, MinSpikes: 4, Continue: 15 * Millisecond},
		{Threshold: 10 * Millisecond, MinSpikes: 5, MaxDuration: 25 * Millisecond}} {
		latest := Tick(0)
		r := rand.New(rand.NewPCG(1, 2))
		train, at, onset := NewTrain(), Tick(0), Tick(0)
		for range 300000 {
			at += Tick(r.Float64() * 16e6)
			switch d.Label(&train, at) {
			case Onset:
				onset = at
			case Burst:
				latest = max(latest, at-onset)
			}
		}
		if latest >= d.Settled() || float64(latest) < 0.8*float64(d.Settled()) {
			t.Errorf("%v: the latest burst is %v after its onset, Settled is %v", d, latest, d.Settled())
		}
	}
}

// The surprise is -ln of a tail of the Poisson distribution.
func TestSurprise(t *testing.T) {
	for _, x := range []float64{0.1, 1, 3, 20} {
		for _, n := range []int{1, 3, 8, 25} {
			sum, p := 0.0, math.Exp(-x)
			for k := 0; k < n; k++ {
				p *= x / float64(k+1)
			}
			for k := n; k < n+200; k++ {
				sum += p
				p *= x / float64(k+1)
			}
			if got, want := surprise(n, x), -math.Log(sum); math.Abs(got-want) > 1e-9*(1+want) {
				t.Errorf("surprise of %d spikes where %g are expected: %g, want %g", n, x, got, want)
			}
		}
	}
}

// Bursts that were put into a sparse train are found as they are; a Poisson train has few: the best of many groups is
// taken, so that more than e^-10 of them pass.
func TestSurprises(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var train []Tick
	var want []Kind
	for at := Tick(0); at < 100*Second; at += Tick(float64(Second) * (0.5 + r.Float64())) {
		train, want = append(train, at), append(want, Onset)
		if r.Float64() < 0.3 {
			for k := range 5 {
				train = append(train, at+Tick(k+1)*3*Millisecond)
				want = append(want, []Kind{Burst, Tail}[min(k, 1)])
			}
		}
	}
	if got := Surprises(train, 100*Second, 10); !slices.Equal(got, want) {
		t.Errorf("labels\n%v, want\n%v", got, want)
	}
	train = nil
	for at := Tick(0); at < 1000*Second; at += Tick(r.ExpFloat64() * float64(100*Millisecond)) {
		train = append(train, at)
	}
	found := 0
	for _, k := range Surprises(train, 1000*Second, 10) {
		if k == Burst {
			found++
		}
	}
	if found > 50 {
		t.Errorf("%d bursts in a Poisson train of %d spikes", found, len(train))
	}
}
