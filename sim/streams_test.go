package sim

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"gonum.org/v1/gonum/stat"
)

// conductances samples a column of populations over a second.
func conductances(t *testing.T, net *Network, populations ...string) [][]float64 {
	t.Helper()
	s, err := New(net, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all := make([][]float64, len(populations))
	for at := 100 * ms; at <= second; at += 30 * ms { // six time constants apart
		if err := s.Run(context.Background(), at); err != nil {
			t.Fatal(err)
		}
		for k, p := range populations {
			c, names, ok := s.Column(p, "g_ampa")
			if !ok {
				t.Fatalf("columns are %q", names)
			}
			for i := range net.Populations[0].Size {
				all[k] = append(all[k], c.Float(i))
			}
		}
	}
	return all
}

// Backgrounds of two equal populations, and two equal backgrounds of one, are independent: conductances do not
// correlate, and the variance of two is the sum of theirs (of one counted twice it would be twice that).
func TestBackgroundsAreIndependent(t *testing.T) {
	background := func(name string) Background {
		return Background{Name: name, Port: "soma", Receptor: "ampa", Spec: &neuron.PoissonBackground{Rate: 400, Weight: 0.01,
			Sources: 1}}
	}
	const n = 200
	lif := func() neuron.Spec {
		s := neuron.DefaultLIF()
		s.Theta = neuron.Const(999)
		return s
	}
	net := &Network{Seed: 3, Step: 100 * spike.Microsecond, Populations: []Population{
		{Name: "a", Size: n, Spec: lif(), Backgrounds: []Background{background("x")}},
		{Name: "b", Size: n, Spec: lif(), Backgrounds: []Background{background("x")}},
		{Name: "c", Size: n, Spec: lif(), Backgrounds: []Background{background("x"), background("y")}},
	}}
	g := conductances(t, net, "a", "b", "c")
	samples := float64(len(g[0]))
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
		if r := stat.Correlation(g[pair[0]], g[pair[1]], nil); math.Abs(r) > 5/math.Sqrt(samples) {
			t.Errorf("conductances of populations %d and %d correlate by %.3f", pair[0], pair[1], r)
		}
	}
	neighbours := stat.Correlation(g[0][:len(g[0])-1], g[0][1:], nil)
	if math.Abs(neighbours) > 5/math.Sqrt(samples) {
		t.Errorf("conductances of neighbours correlate by %.3f", neighbours)
	}
	// Campbell: mean w r tau, variance w^2 r tau/2.
	for k, times := range []float64{1, 1, 2} {
		mean, variance := stat.MeanVariance(g[k], nil)
		if want := times * 0.01 * 400 * 0.005; math.Abs(mean/want-1) > 0.05 {
			t.Errorf("population %d: mean %.4g and not %.4g", k, mean, want)
		}
		if want := times * 0.01 * 0.01 * 400 * 0.005 / 2; math.Abs(variance/want-1) > 5*math.Sqrt(2/samples)+0.05 {
			t.Errorf("population %d: variance %.4g and not %.4g", k, variance, want)
		}
	}
}

// Sources of equal populations, and neurons of one, share no times; counts vary as those of independent trains.
func TestSourcesAreIndependent(t *testing.T) {
	net := &Network{Seed: 5, Step: 100 * spike.Microsecond, Populations: []Population{
		{Name: "a", Size: 60, Spec: &neuron.Poisson{Rate: neuron.Const(50)}},
		{Name: "b", Size: 60, Spec: &neuron.Poisson{Rate: neuron.Const(50)}}}}
	s, err := New(net, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var spikes eventLog
	s.AddSink(&spikes)
	if err := s.Run(context.Background(), second/2); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	seen := map[spike.Tick]bool{}
	counts := make([]float64, 120)
	for _, e := range spikes.events {
		if seen[e.At] {
			t.Errorf("two neurons spike at %d ns", e.At)
		}
		seen[e.At] = true
		counts[e.Src]++
	}
	mean, variance := stat.MeanVariance(counts, nil)
	if math.Abs(mean-25) > 5*math.Sqrt(25./120) || math.Abs(variance/25-1) > 5*math.Sqrt(2./120) {
		t.Errorf("counts have mean %.2f and variance %.2f, 25 are expected", mean, variance)
	}
}

type eventLog struct{ events []spike.Event }

func (l *eventLog) WriteSpikes(_ spike.Window, events []spike.Event) error {
	l.events = append(l.events, events...)
	return nil
}
func (l *eventLog) Close() error { return nil }

// Every repeat of a shuffled stage shows all its patterns, each order about as often, and neither repeats nor stages
// nor seeds share their orders.
func TestShuffledOrders(t *testing.T) {
	p := &Protocol{Key: rng.New(1, "protocol"), Patterns: make([]Pattern, 3)}
	for range 2 {
		p.Stages = append(p.Stages, Stage{Patterns: []int{0, 1, 2}, Repeats: 600, Hold: ms, Shuffled: true})
	}
	other := &Protocol{Key: rng.New(2, "protocol"), Patterns: p.Patterns, Stages: p.Stages}
	orders, same := map[[3]int]int{}, map[string]int{}
	at := func(p *Protocol, stage, repeat int) (o [3]int) {
		for k := range o {
			o[k] = p.At(1800*stage + 3*repeat + k).Pattern
		}
		return o
	}
	for repeat := range 600 {
		o := at(p, 0, repeat)
		if sorted := slices.Sorted(slices.Values(o[:])); !slices.Equal(sorted, []int{0, 1, 2}) {
			t.Fatalf("repeat %d shows %v", repeat, o)
		}
		orders[o]++
		for what, x := range map[string][3]int{"of the next repeat": at(p, 0, (repeat+1)%600),
			"of the next stage": at(p, 1, repeat), "of the next seed": at(other, 0, repeat)} {
			if x == o {
				same[what]++
			}
		}
	}
	for o, n := range orders {
		if math.Abs(float64(n)-100) > 5*math.Sqrt(100*5./6) {
			t.Errorf("order %v is shown %d times of 600", o, n)
		}
	}
	for what, n := range same {
		if math.Abs(float64(n)-100) > 5*math.Sqrt(100*5./6) {
			t.Errorf("%d of 600 orders are those %s", n, what)
		}
	}
	// What has ended: a presentation is over at its end and not before.
	if p.first(3*ms) != 3 || p.first(3*ms-1) != 2 {
		t.Errorf("%d presentations have ended by 3 ms, %d just before", p.first(3*ms), p.first(3*ms-1))
	}
}
