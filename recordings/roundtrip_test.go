package recordings_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// What is written is read, with times floored and every label as it was given.
func TestRoundTrip(t *testing.T) {
	for _, res := range []spike.Tick{1, spike.Microsecond, 100 * spike.Microsecond, spike.Millisecond} {
		for name, opts := range map[string][]Option{"live": nil, "compact": {Compact()}, "short queue": {Queue(1024)}} {
			t.Run(fmt.Sprint(res, " ", name), func(t *testing.T) {
				h := network(res, 300, 0, 5, 1000)
				h.Populations[3].Detector = spike.Detector{Threshold: 16 * spike.Millisecond, Accumulate: true}
				evs := poisson(h, 20, .4, 4*spike.Second, 1)
				r := open(t, write(t, h, evs, 500*spike.Microsecond, 4*spike.Second, opts...))
				want := floored(evs, res)
				if got := read(t, r, Query{}); !slices.Equal(got, want) {
					t.Fatalf("%d spikes, want %d, or others", len(got), len(want))
				}
				if !r.Finished() || r.Count() != uint64(len(evs)) || r.Window() != (spike.Window{From: 0, To: 4 * spike.Second}) {
					t.Errorf("finished %v, count %d, window %v", r.Finished(), r.Count(), r.Window())
				}
				d := spike.NewDigest(r.Network())
				d.Add(want)
				if got, err := r.Digest(); err != nil || got != d.Sum() {
					t.Errorf("digest %s, want %s (%v)", got, d.Sum(), err)
				}
			})
		}
	}
}

// Any part of a recording that is asked for is the same part of the whole.
func TestRandomAccess(t *testing.T) {
	h := network(100*spike.Microsecond, 200, 100)
	evs := poisson(h, 100, .3, 10*spike.Second, 2)
	r := open(t, write(t, h, evs, spike.Millisecond, 10*spike.Second))
	all := floored(evs, h.Resolution)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(-1e9, 11e9).Draw(t, "from"), rapid.Int64Range(-1e9, 11e9).Draw(t, "to")
		q := Query{Window: spike.Window{From: spike.Tick(min(a, b)), To: spike.Tick(max(a, b)) + 1},
			ByNeuron: rapid.Bool().Draw(t, "by neuron")}
		if rapid.Bool().Draw(t, "population") {
			q.Populations = []string{"b"}
		}
		if rapid.Bool().Draw(t, "neurons") {
			q.Neurons = rapid.SliceOf(rapid.Map(rapid.IntRange(0, 320), func(i int) spike.ID { return spike.ID(i) })).Draw(t,
				"ids")
			if q.Neurons == nil {
				q.Neurons = []spike.ID{}
			}
		}
		var want, got []spike.Event
		for _, e := range all {
			if q.Window.Contains(e.At) && (q.Populations == nil || e.Src >= 200) &&
				(q.Neurons == nil || slices.Contains(q.Neurons, e.Src)) {
				want = append(want, e)
			}
		}
		for e, err := range r.Spikes(q) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
		}
		if q.ByNeuron {
			last := map[spike.ID]spike.Tick{}
			for _, e := range got {
				if e.At < last[e.Src] {
					t.Fatal("a train is out of order")
				}
				last[e.Src] = e.At
			}
			slices.SortStableFunc(got, spike.Compare)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d spikes, want %d, or others", len(got), len(want))
		}
	})
}

// The spikes of any network, window sizes, selections and labels survive, however strange.
func TestAnything(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		h := Header{Resolution: spike.Tick(rapid.Int64Range(1, 1e7).Draw(t, "resolution"))}
		next := uint32(0)
		for i := range rapid.IntRange(1, 4).Draw(t, "populations") {
			p := Population{Population: spike.Population{Name: fmt.Sprint(i),
				First: spike.ID(next + rapid.Uint32Range(0, 1<<20).Draw(t, "hole")), Size: rapid.IntRange(0, 50).Draw(t, "size")}}
			if rapid.Bool().Draw(t, "select") {
				p.Recorded = EveryNth(p.Size, rapid.IntRange(1, 7).Draw(t, "nth"))
				if p.Size > 40 {
					p.Recorded = []Range{{2, 3, 5}, {20, 1, 1}, {25, 4, 2}}
				}
			}
			next = uint32(p.First) + uint32(p.Size)
			h.Populations = append(h.Populations, p)
		}
		from := spike.Tick(rapid.Int64Range(-1e15, 1e15).Draw(t, "start"))
		w, err := Create(dir+"/a.bspk", h, Replace(), Queue(1024))
		if err != nil {
			t.Fatal(err)
		}
		var want []spike.Event
		at, last := from, from
		for range rapid.IntRange(0, 20).Draw(t, "windows") {
			win := spike.Window{From: at, To: at +
				spike.Tick(rapid.Int64Range(1, 1<<rapid.IntRange(1, 50).Draw(t, "log length")).Draw(t, "length"))}
			var evs []spike.Event
			for range rapid.IntRange(0, 30).Draw(t, "spikes") {
				p := h.Populations[rapid.IntRange(0, len(h.Populations)-1).Draw(t, "population")]
				if p.Size == 0 {
					continue
				}
				evs = append(evs, spike.Event{
					At:   win.From + spike.Tick(rapid.Int64Range(0, int64(win.Len()-1)).Draw(t, "t")),
					Src:  p.First + spike.ID(rapid.IntRange(0, p.Size-1).Draw(t, "neuron")),
					Kind: spike.Kind(rapid.IntRange(0, 2).Draw(t, "kind")),
				})
			}
			slices.SortStableFunc(evs, spike.Compare)
			if err := w.WriteSpikes(win, evs); err != nil {
				t.Fatal(err)
			}
			for _, e := range evs {
				if recorded(h, e.Src) {
					want = append(want, e)
				}
			}
			at, last = win.To, win.To
			if rapid.Bool().Draw(t, "gap") {
				at += spike.Tick(rapid.Int64Range(0, 1e12).Draw(t, "silence"))
			}
			if rapid.IntRange(0, 5).Draw(t, "flush") == 0 {
				if _, err := w.Flush(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := Open(dir + "/a.bspk")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if len(r.Problems()) > 0 {
			t.Fatal(r.Problems()[0])
		}
		var got []spike.Event
		for e, err := range r.Spikes(Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
		}
		want = floored(want, h.Resolution)
		if !slices.Equal(got, want) {
			t.Fatalf("%v\nwant %v", got, want)
		}
		if last != from && r.Window() != (spike.Window{From: from, To: last}) {
			t.Fatalf("window %v, want from %v to %v", r.Window(), from, last)
		}
	})
}

func recorded(h Header, id spike.ID) bool {
	for _, p := range h.Populations {
		if !p.Contains(id) {
			continue
		}
		if p.Recorded == nil {
			return true
		}
		for _, r := range p.Recorded {
			for k := range r.Count {
				if int(id-p.First) == r.First+k*r.Stride {
					return true
				}
			}
		}
	}
	return false
}
