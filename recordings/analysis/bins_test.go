package analysis

import (
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Bins against what the words say, tick by tick: of all bins, where each begins and ends, which one a time lies in,
// which lie wholly in a window, and what is left of them until a time.
func TestBinsTickByTick(t *testing.T) {
	for _, b := range []Bins{Cover(spike.Window{From: 3, To: 21}, 5), Cover(spike.Window{From: 0, To: 20}, 5),
		Cover(spike.Window{From: 7, To: 9}, 5),
		NewBins(spike.Window{From: 2, To: 21}, 4), Cover(spike.Window{From: 5, To: 5}, 3)} {
		for i := range b.N {
			if w := b.Bin(i); w.From != b.From+spike.Tick(i)*b.Width || i+1 < b.N && w.To != b.Bin(i+1).From || w.To <= w.From ||
				w.Len() > b.Width {
				t.Errorf("%+v: bin %d is %v", b, i, w)
			}
		}
		for at := spike.Tick(-2); at < 30; at++ {
			want := -1
			for i := range b.N {
				if b.Bin(i).Contains(at) {
					want = i
				}
			}
			if got := b.Index(at); got != want {
				t.Errorf("%+v: time %d lies in bin %d and not %d", b, at, got, want)
			}
			for to := at; to < 30; to++ {
				var inside []int
				for i := range b.N {
					if w := b.Bin(i); w.From >= at && w.To <= to {
						inside = append(inside, i)
					}
				}
				lo, hi := b.Within(spike.Window{From: at, To: to})
				if hi-lo != len(inside) || len(inside) > 0 && inside[0] != lo {
					t.Errorf("%+v: bins %d to %d lie in [%d, %d), and %v do", b, lo, hi, at, to, inside)
				}
			}
			if at < b.From {
				continue
			}
			until, w := b.Until(at), b.Window()
			if got := until.Window(); got.From != w.From && b.N > 0 || got.To != max(w.From, min(w.To, at)) {
				t.Errorf("%+v: until %d it covers %v", b, at, got)
			}
		}
		if full := b.Full(); full.Last != 0 || full.N > b.N || full.N < b.N-1 || full.N > 0 &&
			full.Bin(full.N-1).Len() != b.Width {
			t.Errorf("%+v: full bins %+v", b, full)
		}
	}
}

// A series and its copy that comes later by a lag correlate most at this lag, with the sign that lags have: y after x
// is positive.
func TestLagsHaveASign(t *testing.T) {
	x := []float64{0, 3, -1, 4, 1, -5, 9, 2, -6, 5, 3, 5, -8, 9, 7, 9, -3, 2, 3, 8}
	for lag := -3; lag <= 3; lag++ {
		y := make([]float64, len(x))
		for i := range y {
			if k := i - lag; k >= 0 && k < len(x) {
				y[i] = x[k]
			}
		}
		if got, r := BestLag(CrossCorrelation(x, y, 5)); got != lag || r < 0.999 {
			t.Errorf("a lag of %d is found as %d (r = %g)", lag, got, r)
		}
	}
}
