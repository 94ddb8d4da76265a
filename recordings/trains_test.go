package recordings_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// network returns a header of populations of the given sizes.
func network(res spike.Tick, sizes ...int) Header {
	h := Header{Experiment: "# test", Seed: 7, Program: "test", Resolution: res, Metadata: map[string]string{"a": "b"}}
	first := spike.ID(0)
	for i, n := range sizes {
		h.Populations = append(h.Populations, Population{Population: spike.Population{Name: string(rune('a' + i)),
			First: first, Size: n}})
		first += spike.ID(n)
	}
	return h
}

// poisson returns canonical, labelled trains: every neuron an independent Poisson process of the rate, Hz, whose
// events are bursts with probability pBurst (2 to 4 spikes 4 to 12 ms apart). The rate counts all spikes.
func poisson(h Header, rate, pBurst float64, until spike.Tick, seed uint64) []spike.Event {
	r := rand.New(rand.NewPCG(seed, 1))
	perEvent := 1 + pBurst*2
	var all []spike.Event
	for _, p := range h.Populations {
		d := p.Detector
		if d == (spike.Detector{}) {
			d = spike.DefaultDetector()
		}
		for i := range p.Size {
			train := spike.NewTrain()
			t := spike.Tick(0)
			add := func() {
				if t < until {
					all = append(all, spike.Event{At: t, Src: p.First + spike.ID(i), Kind: d.Label(&train, t)})
				}
			}
			for {
				t += 1 + spike.FromSeconds(r.ExpFloat64()*perEvent/rate)
				if t >= until {
					break
				}
				add()
				if r.Float64() < pBurst {
					for range 1 + r.IntN(3) {
						t += 4*spike.Millisecond + spike.Tick(r.Int64N(int64(8*spike.Millisecond)))
						add()
					}
				}
			}
		}
	}
	slices.SortFunc(all, spike.Compare)
	return all
}

// floored returns the events as a recording of that resolution holds them, in canonical order.
func floored(evs []spike.Event, res spike.Tick) []spike.Event {
	out := slices.Clone(evs)
	for i := range out {
		r := out[i].At % res
		if r < 0 {
			r += res
		}
		out[i].At -= r
	}
	slices.SortStableFunc(out, spike.Compare)
	return out
}

// write records events in windows and returns the path.
func write(t testing.TB, h Header, evs []spike.Event, window, until spike.Tick, opts ...Option) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.bspk")
	w, err := Create(path, h, opts...)
	if err != nil {
		t.Fatal(err)
	}
	feed(t, w, evs, 0, window, until)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// feed writes events window by window.
func feed(t testing.TB, w *Writer, evs []spike.Event, from, window, until spike.Tick) {
	t.Helper()
	for ; from < until; from += window {
		to := min(from+window, until)
		n, _ := slices.BinarySearchFunc(evs, to,
			func(e spike.Event, at spike.Tick) int { return int(min(1, max(-1, e.At-at))) })
		if err := w.WriteSpikes(spike.Window{From: from, To: to}, evs[:n]); err != nil {
			t.Fatal(err)
		}
		evs = evs[n:]
	}
}

// open opens a recording that must be in order.
func open(t testing.TB, path string) *Reader {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	for _, p := range r.Problems() {
		t.Error(p)
	}
	return r
}

// read returns the spikes of a query.
func read(t testing.TB, r *Reader, q Query) []spike.Event {
	t.Helper()
	var out []spike.Event
	for batch, err := range r.Batches(q) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, batch...)
	}
	return out
}
