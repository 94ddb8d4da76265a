package neuron

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

// randomWords are random words with extreme ones among them.
func randomWords(r *rand.Rand, words []uint32, edges ...uint32) {
	edges = append(edges, 0, 1, 255, 256, 1<<29-1, 1<<29, 1<<30, 1<<31-1, 1<<31, 1<<31+1, 3<<30, math.MaxUint32)
	for i := range words {
		if words[i] = r.Uint32(); r.IntN(50) == 0 {
			words[i] = edges[r.IntN(len(edges))]
		}
	}
}

func needVectorCode(t *testing.T) {
	if !vectorCode() {
		t.Skip("this build or processor has no kernels")
	}
}

func TestVectorNormalsAreTheScalarOnes(t *testing.T) {
	needVectorCode(t)
	r := rand.New(rand.NewPCG(1, 2))
	var words [fillBlock]uint32
	var z [fillBlock]float32
	const n = fillBlock - 4 // the last are for the narrow vectors and for scalar code
	for range 4000 {        // a million normal numbers
		randomWords(r, words[:])
		normals(&z, &words, n/4)
		for j := 0; j < n; j += 4 {
			want := normal4([4]uint32(words[j:]))
			for k := range want {
				if math.Float32bits(z[j+k]) != math.Float32bits(want[k]) {
					t.Fatalf("words %x: %v, want %v", words[j:j+4], z[j:j+4], want)
				}
			}
		}
	}
}

func TestVectorFluctuationsAreTheScalarOnes(t *testing.T) {
	needVectorCode(t)
	r := rand.New(rand.NewPCG(1, 2))
	b, _ := DefaultOrnsteinUhlenbeck().New(buildOf(1, 100*us), Target{Channel: -1})
	o := b.(*ornsteinUhlenbeck)
	o.mean = 3
	const n = 32 + 8 + 5 // for wide vectors, narrow ones, scalar code
	for range 5000 {
		var a, b [4][]float32
		for k := range a {
			for range n {
				a[k] = append(a[k], float32(r.NormFloat64()*100))
			}
			b[k] = slices.Clone(a[k])
		}
		o.fluctuate(a[0], a[1], a[2], a[3])
		for j := range n { // one by one there is no octet
			o.fluctuate(b[0][j:j+1], b[1][j:j+1], b[2][j:j+1], b[3][j:j+1])
		}
		for k := range a {
			if !slices.Equal(a[k], b[k]) {
				t.Fatalf("row %d: %v, want %v", k, a[k], b[k])
			}
		}
	}
}

func TestVectorCountsAreTheScalarOnes(t *testing.T) {
	needVectorCode(t)
	const n = fillBlock
	r := rand.New(rand.NewPCG(1, 2))
	for _, rate := range []float64{5500, 20_000, 90_000} { // 0.55, 2 and 9 per step
		for _, c := range []Channel{exponentialChannel, {"soma", "delta", nil}} {
			b := poissonBackground(t, n, rate, 1, 100*us, c.Kernel).(*counted)
			_, below := b.counts.Thresholds()
			edges := slices.Clone(below)
			for _, w := range below {
				edges = append(edges, w-1, w+1)
			}
			w := spike.Window{From: 0, To: 100 * us}
			fast, slow := blank([]Channel{c}, 0, Range{0, n}, w, 100*us), blank([]Channel{c}, 0, Range{0, n}, w, 100*us)
			words := make([]uint32, n)
			for range 1000 {
				randomWords(r, words, edges...)
				if done := b.addOctets(fast, words, 0, 0); done != n {
					t.Fatalf("%g Hz: %d of %d neurons", rate, done, n)
				}
				for i, word := range words {
					b.addCount(slow, i, 0, b.counts.Count(word), 0)
				}
				if !slices.Equal(fast.Cells[0].Sums, slow.Cells[0].Sums) ||
					!slices.Equal(fast.Cells[0].Pairs, slow.Cells[0].Pairs) {
					t.Fatalf("%g Hz, %s: sums differ", rate, c.Receptor)
				}
			}
		}
	}
}

func TestVectorArrivalsAreTheScalarOnes(t *testing.T) {
	needVectorCode(t)
	r := rand.New(rand.NewPCG(1, 2))
	for _, step := range []spike.Tick{7 * us, 65_536, 100 * us, 333_333, ms} {
		for _, steps := range []spike.Tick{1, 8, 20} {
			for _, c := range []Channel{exponentialChannel, {"soma", "delta", nil}} {
				for _, n := range []int{1, 200, 700} {
					b := poissonBackground(t, n, 300, 1, step, c.Kernel).(*timed)
					b.interval = spike.Tick(1 + r.Int64N(int64(2*steps*step)))
					w := spike.Window{From: 10 * step, To: 10*step + steps*step}
					fast, slow := blank([]Channel{c}, 0, Range{0, n}, w, step), blank([]Channel{c}, 0, Range{0, n}, w, step)
					var x, y collector
					x.prepare(b, w, fast)
					y.prepare(b, w, slow)
					y.vector = false
					for range 500 {
						var words [3*lanes.Width + lanes.Width]uint32
						randomWords(r, words[:])
						first, start, k := r.IntN(n+300)-300, spike.Tick(r.Int64N(int64(w.Len()+b.interval)))-b.interval,
							r.IntN(3*lanes.Width+1)
						for _, c := range []*collector{&x, &y} {
							c.block(first)
							c.put(words[:], k, start)
							c.flush()
						}
						if !slices.Equal(fast.Cells[0].Pairs, slow.Cells[0].Pairs) ||
							!slices.Equal(fast.Cells[0].Sums, slow.Cells[0].Sums) {
							t.Fatalf("step %v, interval %v: sums differ", step, b.interval)
						}
						for _, in := range []*Input{fast, slow} {
							clear(in.Cells[0].Pairs)
							clear(in.Cells[0].Sums)
						}
					}
				}
			}
		}
	}
}
