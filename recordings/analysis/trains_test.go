package analysis_test

import (
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/burstplex/burstplex/recordings/analysis"

	"github.com/burstplex/burstplex/neuron/spike"
)

// pool is a population with a gap before it, so that numbers of neurons and IDs differ.
var pool = spike.Population{Name: "pool", First: 100, Size: 500}

// label gives the labels of a detector to spikes in canonical order.
func label(d spike.Detector, events []spike.Event) []spike.Event {
	trains := map[spike.ID]*spike.Train{}
	for i, e := range events {
		t := trains[e.Src]
		if t == nil {
			fresh := spike.NewTrain()
			t = &fresh
			trains[e.Src] = t
		}
		events[i].Kind = d.Label(t, e.At)
	}
	return events
}

// poisson makes independent Poisson trains of rate hz, as a superposition, labelled by the default detector.
func poisson(seed uint64, p spike.Population, hz, seconds float64) []spike.Event {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var events []spike.Event
	for t := 0.0; ; {
		t += rnd.ExpFloat64() / (hz * float64(p.Size))
		if t >= seconds {
			return label(spike.DefaultDetector(), events)
		}
		events = append(events, spike.Event{At: spike.FromSeconds(t), Src: p.First + spike.ID(rnd.IntN(p.Size))})
	}
}

// hand makes one neuron's train from times in ms.
func hand(src spike.ID, ms ...float64) []spike.Event {
	var events []spike.Event
	for _, m := range ms {
		events = append(events, spike.Event{At: spike.Tick(m * float64(spike.Millisecond)), Src: src})
	}
	return label(spike.DefaultDetector(), events)
}

// near fails unless got is within tol of want.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: %g, want %g ± %g", what, got, want, tol)
	}
}

func seconds(s float64) spike.Window { return spike.Window{To: spike.FromSeconds(s)} }

// TestPoisson compares everything that has a closed form for a Poisson train. With threshold θ and q = 1-exp(-rθ):
// an event is a spike after a silence of θ, so the event rate is r(1-q); it becomes a burst with probability q;
// it has k spikes with probability (1-q)q^(k-1); intervals are exponential; CV, CV2 and Fano factor are 1.
func TestPoisson(t *testing.T) {
	const r, long = 20.0, 40.0
	pops := []spike.Population{pool}
	w := seconds(long)
	theta := spike.DefaultDetector().Threshold
	rates := NewRates(pops, Whole(w))
	lengths := NewLengths(pops, 4, w)
	isi := NewIntervals(pops, LogEdges(theta, spike.Millisecond, spike.Second, 10))
	linear := NewIntervals(pops, LinearEdges(4*spike.Millisecond, 200*spike.Millisecond))
	regular := NewRegularity(pops)
	fano := NewFano(pops, NewBins(w, 100*spike.Millisecond))
	thresholds := Thresholds(spike.DefaultDetector(), 4*spike.Millisecond, 16*spike.Millisecond, 60*spike.Millisecond)
	sensitivity := NewSensitivity(pops, Whole(w), thresholds)
	events := poisson(1, pool, r, long)
	for _, a := range []Accumulator{rates, lengths, isi, linear, regular, fano, sensitivity} {
		a.Add(events)
	}

	q := -math.Expm1(-r * theta.Seconds())
	code := rates.Courses()[0].Mean()
	near(t, "spike rate", code.SpikeRate, r, .15)
	near(t, "event rate", code.EventRate, r*(1-q), .1)
	near(t, "burst rate", code.BurstRate, r*(1-q)*q, .05)
	near(t, "burst probability", code.BurstProbability, q, .003)

	total := 0.0
	for _, n := range lengths.Counts(0) {
		total += float64(n)
	}
	for k, n := range lengths.Counts(0) {
		want := math.Pow(q, float64(k)) * (1 - q)
		if k == 3 {
			want = math.Pow(q, 3) // 4 spikes or more
		}
		near(t, "events by length", float64(n)/total, want, .003)
	}

	h := isi.Histograms()[0]
	for i, share := range h.Fraction() {
		want := math.Exp(-r*h.Edges[i].Seconds()) - math.Exp(-r*h.Edges[i+1].Seconds())
		near(t, "ISI share", share, want, .003)
	}
	near(t, "ISI below threshold", h.ShareBelow(theta), q, .003)
	for i, d := range linear.Histograms()[0].Density() {
		near(t, "ISI density", d, r*math.Exp(-r*(.004*float64(i)+.002)), .35)
	}

	for name, values := range map[string][]float64{"CV": regular.CV(0), "CV2": regular.CV2(0), "Fano": fano.Factors(0)} {
		m, sd, n := Summary(values)
		near(t, name, m, 1, 4*sd/math.Sqrt(float64(n))+.002)
	}

	for k, d := range thresholds {
		p := -math.Expm1(-r * d.Threshold.Seconds())
		near(t, "burst probability at threshold "+d.Threshold.String(), sensitivity.Curve(0).BurstProbability[k], p, .005)
		near(t, "event rate at threshold "+d.Threshold.String(), sensitivity.Curve(0).EventRate[k], r*(1-p), .15)
	}
}

// TestClock is the opposite of Poisson: intervals of one length.
func TestClock(t *testing.T) {
	var ms []float64
	for i := range 100 {
		ms = append(ms, 5+10*float64(i))
	}
	pops := []spike.Population{{Name: "clock", First: 7, Size: 2}} // the second neuron is silent
	regular, fano := NewRegularity(pops), NewFano(pops, NewBins(seconds(1), 100*spike.Millisecond))
	for _, a := range []Accumulator{regular, fano} {
		a.Add(hand(7, ms...))
	}
	near(t, "CV", regular.CV(0)[0], 0, 1e-9)
	near(t, "CV2", regular.CV2(0)[0], 0, 1e-9)
	near(t, "Fano", fano.Factors(0)[0], 0, 0)
	if v := []float64{regular.CV(0)[1], regular.CV2(0)[1], fano.Factors(0)[1]}; !math.IsNaN(v[0] + v[1] + v[2]) {
		t.Errorf("a silent neuron has regularity %v, want NaN", v)
	}
}

func TestHandMadeTrain(t *testing.T) {
	//                  event  burst tail  event        event burst   (the last burst is still open)
	train := hand(3, 10, 15, 20, 60, 210, 215)
	pops := []spike.Population{{Name: "other", First: 0, Size: 3}, {Name: "it", First: 3, Size: 1}}
	bins := NewBins(spike.Window{To: 330 * spike.Millisecond}, 100*spike.Millisecond) // 30 ms are left over
	rates, counts, lengths := NewRates(pops, bins), NewCounts(pops, seconds(1)), NewLengths(pops, 9, seconds(1))
	gaps := NewIntervals(pops, LinearEdges(5*spike.Millisecond, 100*spike.Millisecond))
	between := NewIntervals(pops, LinearEdges(50*spike.Millisecond, 200*spike.Millisecond))
	late := NewCounts(pops, spike.Window{From: 15 * spike.Millisecond, To: 211 * spike.Millisecond})
	for _, a := range []Accumulator{rates, counts, lengths, gaps, Select(between, spike.Onset), late} {
		a.Add(train)
		a.Add([]spike.Event{{At: spike.Second, Src: 4, Kind: spike.Onset}}) // belongs to nobody
	}
	c := rates.Courses()[1]
	if bins.N != 3 || len(c.Events) != 3 {
		t.Fatalf("%d bins, want 3", bins.N)
	}
	same(t, "event rate", c.EventRate(), 20, 0, 10)
	same(t, "burst rate", c.BurstRate(), 10, 0, 10)
	same(t, "spike rate", c.SpikeRate(), 40, 0, 20)
	same(t, "burst probability", c.BurstProbability(), .5, math.NaN(), 1)
	rates.Recorded(4, 2)
	same(t, "event rate of two recorded neurons", rates.Courses()[1].EventRate(), 10, 0, 5)
	rates.Recorded(3, 1)
	near(t, "pooled burst probability", c.Mean().BurstProbability, 2./3, 1e-12)
	near(t, "over part", c.MeanOver(spike.Window{From: 50 * spike.Millisecond, To: spike.Second}).EventRate, 5, 1e-12)
	if got := counts.Of(1)[0]; got != (Tally{Events: 3, Bursts: 2, Spikes: 6}) {
		t.Errorf("counts %+v", got)
	}
	if got := late.Of(1)[0]; got != (Tally{Events: 2, Bursts: 1, Spikes: 4}) {
		t.Errorf("counts during a part %+v", got)
	}
	if got := lengths.Counts(1); got[0] != 1 || got[1] != 1 || got[2] != 1 || got[3] != 0 {
		t.Errorf("lengths %v", got)
	}
	if h := gaps.Histograms()[1]; h.Counts[1] != 3 || h.Counts[8] != 1 || h.Above != 1 || h.Total() != 5 {
		t.Errorf("intervals %+v", h)
	}
	if h := between.Histograms()[1]; h.Counts[1] != 1 || h.Counts[3] != 1 || h.Total() != 2 {
		t.Errorf("inter-event intervals %+v", h)
	}
}

// same compares series, NaN equal to NaN.
func same(t *testing.T, what string, got []float64, want ...float64) {
	t.Helper()
	for i := range want {
		if len(got) != len(want) || !(math.Abs(got[i]-want[i]) < 1e-9 || math.IsNaN(got[i]) && math.IsNaN(want[i])) {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
	}
}
