package units

import (
	"fmt"
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
)

func random(b []float32, s *rng.Stream) {
	for i := range b {
		b[i] = float32(s.Normal())
	}
}

func randomBlock(rows, cols int, s *rng.Stream) *Block {
	b := NewBlock(rows, cols)
	for i := range rows {
		random(b.Row(i), s)
	}
	return b
}

var projections = []Projection{
	&Dense{Shape{1, 1, 37}, Shape{1, 1, 20}},
	&Dense{Shape{1, 1, 6}, Shape{1, 1, 1}},
	&Dense{Shape{3, 2, 8}, Shape{1, 1, 12}},
	&Conv{Shape{9, 8, 3}, 7, 3, 2},
	&Conv{Shape{6, 6, 1}, 12, 5, 1},
	&Conv{Shape{5, 7, 16}, 5, 2, 3},
	&Conv{Shape{4, 4, 6}, 6, 1, 1},
}

// matrix writes a projection out: element [i][j] is the weight from unit j to unit i.
func matrix(p Projection, w []float32) [][]float64 {
	m := make([][]float64, p.Out().Units())
	for i := range m {
		m[i] = make([]float64, p.In().Units())
	}
	eachSynapse(p, func(i, j, k int) { m[i][j] += float64(w[k]) })
	return m
}

// eachSynapse lists (unit above, unit below, weight) by the definitions in the comments of Dense and Conv.
func eachSynapse(p Projection, f func(i, j, k int)) {
	switch p := p.(type) {
	case *Dense:
		for i := range p.Above.Units() {
			for j := range p.Below.Units() {
				f(i, j, i*p.Below.Units()+j)
			}
		}
	case *Conv:
		o, n := p.Out(), p.Below.Channels
		for y := range o.Height {
			for x := range o.Width {
				for c := range p.Channels {
					for ky := range p.Kernel {
						for kx := range p.Kernel {
							for b := range n {
								f((y*o.Width+x)*p.Channels+c, ((y*p.Stride+ky)*p.Below.Width+x*p.Stride+kx)*n+b,
									((c*p.Kernel+ky)*p.Kernel+kx)*n+b)
							}
						}
					}
				}
			}
		}
	}
}

func close32(got float32, want float64) bool {
	return math.Abs(float64(got)-want) < 1e-4*(1+math.Abs(want))
}

// Forward, Backward and Gradient are W x, Wᵀ y and y xᵀ summed over columns, written out synapse by synapse.
func TestProductsAreSumsOverSynapses(t *testing.T) {
	s := rng.New(1, "units").Stream(0, 0)
	for _, p := range projections {
		for _, cols := range []int{1, 16, 21, 40} {
			t.Run(fmt.Sprintf("%T %v to %v, %d columns", p, p.In(), p.Out(), cols), func(t *testing.T) {
				in, out := p.In().Units(), p.Out().Units()
				w := make([]float32, p.Weights())
				random(w, &s)
				m := matrix(p, w)
				x, y := randomBlock(in, cols, &s), randomBlock(out, cols, &s)
				var packed Packed
				p.Pack(&packed, w, false)
				got := NewBlock(out, cols)
				bias := make([]float32, out)
				random(bias, &s)
				got.Fill(bias)
				p.Forward(got, x, &packed, nil)
				for i := range out {
					for c := range cols {
						want := float64(bias[i])
						for j := range in {
							want += m[i][j] * float64(x.Row(j)[c])
						}
						if !close32(got.Row(i)[c], want) {
							t.Fatalf("forward: unit %d column %d is %g, should be %g", i, c, got.Row(i)[c], want)
						}
					}
				}
				p.Pack(&packed, w, true)
				back := NewBlock(in, cols)
				p.Backward(back, y, &packed)
				for j := range in {
					for c := range cols {
						want := 0.0
						for i := range out {
							want += m[i][j] * float64(y.Row(i)[c])
						}
						if !close32(back.Row(j)[c], want) {
							t.Fatalf("backward: unit %d column %d is %g, should be %g", j, c, back.Row(j)[c], want)
						}
					}
				}
				offset := make([]float32, in)
				random(offset, &s)
				pre := NewTransposed(cols, in)
				pre.Set(0, x, 0, cols, offset)
				dw := make([]float32, p.Weights())
				for part := range 3 {
					p.Gradient(dw, y, pre, part, 3)
				}
				want := make([]float64, p.Weights())
				eachSynapse(p, func(i, j, k int) {
					for c := range cols {
						want[k] += float64(y.Row(i)[c]) * float64(x.Row(j)[c]-offset[j])
					}
				})
				for k := range dw {
					if !close32(dw[k], want[k]) {
						t.Fatalf("gradient: weight %d is %g, should be %g", k, dw[k], want[k])
					}
				}
			})
		}
	}
}

// Rows of the source that are zero may be left out.
func TestActiveRows(t *testing.T) {
	s := rng.New(2, "units").Stream(0, 0)
	p := &Dense{Shape{1, 1, 40}, Shape{1, 1, 13}}
	w := make([]float32, p.Weights())
	random(w, &s)
	x := NewBlock(40, 20)
	var active []int
	for j := 3; j < 40; j += 5 {
		random(x.Row(j), &s)
		active = append(active, j)
	}
	var packed Packed
	p.Pack(&packed, w, false)
	all, some := NewBlock(13, 20), NewBlock(13, 20)
	p.Forward(all, x, &packed, nil)
	p.Forward(some, x, &packed, active)
	for i := range 13 {
		for c, v := range all.Row(i) {
			if v != some.Row(i)[c] {
				t.Fatalf("unit %d column %d: %g with all rows, %g with the active ones", i, c, v, some.Row(i)[c])
			}
		}
	}
}

// The vector tile has the bits of the scalar one.
func TestTileBits(t *testing.T) {
	s := rng.New(3, "tile").Stream(0, 0)
	a, b := make([]float32, 4000), make([]float32, 4000)
	for round := range 200 {
		random(a, &s)
		random(b, &s)
		if round%5 == 0 {
			for i := range a {
				a[i] *= 1e-38
			}
		}
		steps := make([]step, 1+s.IntN(60))
		for i := range steps {
			steps[i] = step{uint32(4 * s.IntN(3900)), uint32(4 * s.IntN(3900))}
		}
		c := make([]float32, tileRows*20)
		random(c, &s)
		want := append([]float32(nil), c...)
		tileGo(&want[0], 20, &a[0], &b[0], steps)
		tile(&c[0], 20, &a[0], &b[0], steps)
		for i := range c {
			if math.Float32bits(c[i]) != math.Float32bits(want[i]) {
				t.Fatalf("round %d: number %d is %v, scalar %v", round, i, c[i], want[i])
			}
		}
	}
}

func BenchmarkForward(b *testing.B) {
	for _, p := range []Projection{&Dense{Shape{1, 1, 784}, Shape{1, 1, 256}},
		&Dense{Shape{1, 1, 256}, Shape{1, 1, 256}}, &Conv{Shape{14, 14, 16}, 32, 5, 2}} {
		b.Run(fmt.Sprintf("%v-%v", p.In(), p.Out()), func(b *testing.B) {
			s := rng.New(1, "bench").Stream(0, 0)
			w := make([]float32, p.Weights())
			random(w, &s)
			var packed, back Packed
			p.Pack(&packed, w, false)
			p.Pack(&back, w, true)
			const cols = 64
			x, y := randomBlock(p.In().Units(), cols, &s), randomBlock(p.Out().Units(), cols, &s)
			pre := NewTransposed(cols, p.In().Units())
			pre.Set(0, x, 0, cols, nil)
			run := func(name string, f func()) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						f()
					}
					b.ReportMetric(float64(p.Products())*cols*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gproducts/s")
					b.ReportMetric(0, "ns/op")
				})
			}
			run("forward", func() { p.Forward(y, x, &packed, nil) })
			run("backward", func() { p.Backward(x, y, &back) })
			run("gradient", func() { p.Gradient(w, y, pre, 0, 1) })
		})
	}
}
