package ensemble

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// layered returns a network with a layer of channels below dense ones, and Q of its own, or none.
func layered(t *testing.T, tied bool) *Network {
	t.Helper()
	a, err := NewArchitecture(units.Shape{Height: 6, Width: 6, Channels: 1}, []string{"conv 3 4 2", "dense 7"}, 4)
	if err != nil {
		t.Fatal(err)
	}
	net := NewNetwork(a, 2, 0.3, rng.New(1, "layered"))
	for i, l := range net.Layers[1:] {
		l.Y = Normals(len(l.W), 0.7, rng.New(2, "feedback"), i)
		if !tied {
			l.Q = make([]float32, len(l.Y))
			for k, y := range l.Y {
				l.Q[k] = net.PB * y
			}
		}
	}
	net.Pack(true)
	return net
}

// What a batch sums is the mean over images of the products, however columns are stored: of weights, of biases (which
// the positions of a channel share), and of Q over images and bins. Balanced biases leave the drive of the mean input
// as it is.
func TestBatchIsTheMeanOfProducts(t *testing.T) {
	const images, columns = 3, 5
	const scale = 0.25
	net := layered(t, false)
	b := NewBatch(net, images, columns, false, true)
	b.Images = images
	r := rand.New(rand.NewPCG(8, 9))
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		return x
	}
	blocks := func(to *units.Block, pre *units.Transposed, below int) (x *units.Block) {
		for u := range to.Rows {
			copy(to.Row(u), random(images*columns))
		}
		x = units.NewBlock(below, images*columns)
		for u := range below {
			copy(x.Row(u), random(images*columns))
		}
		pre.Set(0, x, 0, images*columns, nil)
		return x
	}
	var xs, qs []*units.Block
	below := net.Input.Units()
	for i, l := range net.Layers {
		xs = append(xs, blocks(b.post[i], b.pre[i], below))
		qs = append(qs, nil)
		if i > 0 {
			qs[i] = blocks(b.q[i].post, b.q[i].pre, below)
		}
		below = l.Units()
	}
	b.Sum(net, scale, &Workers{N: 2})
	product := func(l *Layer, post, pre *units.Block, u, j int) (sum float64) {
		for k := range images * columns {
			sum += float64(post.Row(u)[k]) * float64(pre.Row(j)[k])
		}
		return sum
	}
	near := func(what string, got float32, want float64) {
		t.Helper()
		if math.Abs(float64(got)-want) > 1e-5*max(1, math.Abs(want)) {
			t.Errorf("%s changes by %v, want %v", what, got, want)
		}
	}
	for i, l := range net.Layers {
		bias := make([]float64, len(l.Bias))
		for u := range l.Units() {
			for _, v := range b.post[i].Row(u)[:images*columns] {
				bias[u%len(bias)] += float64(v) * scale / images
			}
		}
		for c, want := range bias {
			near("bias", b.Changes[i].Bias[c], want)
		}
		if i == 0 {
			continue
		}
		n := len(l.W) / l.Units()
		for u := range l.Units() {
			for j := range n {
				near("W", b.Changes[i].W[u*n+j], product(l, b.post[i], xs[i], u, j)*scale/images)
				near("Q", b.FeedbackChange(i)[u*n+j], product(l, b.q[i].post, qs[i], u, j)/images/columns)
			}
		}
	}
	before := append([]float32{}, b.Changes[1].Bias...)
	b.Centre = State{random(36), random(net.Layers[0].Units()), random(7)}
	b.Balance(net)
	n := len(net.Layers[1].W) / 7
	for u := range 7 {
		drive := 0.0
		for j := range n {
			drive += float64(b.Changes[1].W[u*n+j]) * float64(b.Centre[1][j])
		}
		near("the drive of the mean input", b.Changes[1].Bias[u]+float32(drive), float64(before[u]))
	}
}

// Q that is p_b Y in all weights is p_b Y, in rate models too; another is not.
func TestTiedQOfRates(t *testing.T) {
	images, numbers := [][]float32{make([]float32, 36), make([]float32, 36)}, []uint64{3, 4}
	for i := range images[0] {
		images[0][i], images[1][i] = float32(i)/36, float32(i%5)/5
	}
	var drives [3][]float32
	for i := range drives {
		net := layered(t, i == 0)
		if i == 2 {
			net.Layers[2].Q[5] += 0.5
			net.Pack(true)
		}
		r := NewRates(net, 0, false, rng.New(3, "rates"))
		r.Forward(images, numbers)
		r.Backward([][]float32{{1, 0, 0, 0}, {0, 0, 1, 0}}, numbers)
		for _, d := range r.a[:2] {
			for u := range d.Rows {
				drives[i] = append(drives[i], d.Row(u)[:2]...)
			}
		}
	}
	worst, other := 0.0, 0.0
	for k, x := range drives[0] {
		worst, other = max(worst, math.Abs(float64(x-drives[1][k]))), max(other, math.Abs(float64(x-drives[2][k])))
	}
	if worst > 1e-6 || other < 1e-3 {
		t.Errorf("apical drives differ by up to %g, and by %g with another Q", worst, other)
	}
}

// A teacher makes the burst probability p_b (1 + (target - own) h), h = 1 - own, at least 0 unless it is signed; a
// target may change.
func TestTeacherOfUnits(t *testing.T) {
	const pb, bins = 0.3, 6
	own := []float32{0, 0.2, 0.9, 1.3, 1.8, 0.5}
	targets := []float32{1, 0, 0.5, 1, 0, 1}
	for _, signed := range []bool{false, true} {
		for _, columns := range []int{1, bins} {
			a := &activity{own: units.NewBlock(1, bins), drive: units.NewBlock(1, bins)}
			copy(a.own.Row(0), own)
			a.teach(&units.Block{Rows: 1, Cols: columns, Stride: columns, Data: targets[:columns]}, pb, signed)
			for k, p := range a.drive.Row(0) {
				target, h := float64(targets[k%columns]), 1-float64(own[k])
				if !signed {
					h = max(0, h)
				}
				want := max(0, min(1, pb*(1+(target-float64(own[k]))*h)))
				if math.Abs(float64(p)-want) > 1e-6 {
					t.Errorf("signed %v: own %g, target %g: %g, want %g", signed, own[k], target, p, want)
				}
			}
			a.teach(nil, pb, signed)
			if p := a.drive.Row(0)[3]; p != pb {
				t.Errorf("without a target the burst probability is %g", p)
			}
		}
	}
}

// Drives in silence are independent between layers, presentations and units, with the standard deviation that is
// asked for. What Q learns from are deviations from the means, which follow what they are means of.
func TestSilence(t *testing.T) {
	const n = 20000
	s := &Silence{Noise: 1.7, Key: rng.New(9, "silence")}
	var all [][]float64
	for _, c := range [][2]int{{0, 1}, {1, 1}, {0, 2}, {2, 1}} {
		d := make([]float32, n)
		s.drives(d, c[0], uint64(c[1]))
		x := make([]float64, n)
		for i := range d {
			x[i] = float64(d[i])
		}
		all = append(all, x)
		if sd := stat.StdDev(x, nil); math.Abs(sd-1.7) > 0.04 {
			t.Errorf("standard deviation %g", sd)
		}
	}
	for i := range all {
		for j := range i {
			if r := stat.Correlation(all[i], all[j], nil); math.Abs(r) > 4/math.Sqrt(n) {
				t.Errorf("correlation %g of drives %d and %d", r, i, j)
			}
		}
		if r := stat.Correlation(all[i][1:], all[i][:n-1], nil); math.Abs(r) > 4/math.Sqrt(n) {
			t.Errorf("correlation %g of neighbours", r)
		}
	}
	net := layered(t, false)
	state := State{make([]float32, 36)}
	for _, l := range net.Layers {
		m := make([]float32, l.Units())
		for u := range m {
			m[u] = 0.1 + 0.01*float32(u)
		}
		state = append(state, m)
	}
	means := NewMeans(net, state)
	for i := range means.Apical {
		for u := range means.Apical[i] {
			means.Apical[i][u] = 0.3 - 0.02*float32(u)
		}
	}
	timing := DefaultTiming()
	timing.Neurons, timing.Settle, timing.Learn = 200, 20, 30
	image := make([]float32, 36)
	p := NewPresenter(net, timing, true, rng.New(4, "silent"))
	n1, bins, _ := 2, p.Bins-p.From, 0
	b := NewBatch(net, n1, bins, true, true)
	b.Images = n1
	for k := range n1 {
		p.Silent([][]float32{image}, []uint64{uint64(k)}, state, s, means, b, k)
	}
	for i := 1; i < len(net.Layers); i++ {
		q := &b.q[i]
		for u, a := range means.Apical[i-1] {
			for k := range bins {
				got, want := q.pre.Data[(bins+k)*q.pre.Stride+u], p.layers[i-1].other.Row(u)[p.From+k]-a
				if math.Abs(float64(got-want)) > 1e-6 {
					t.Fatalf("layer %d, unit %d, bin %d: apical drive %g, want %g", i, u, k, got, want)
				}
			}
		}
		for u, e := range means.Events[i] {
			for k := range bins {
				if got, want := q.post.Row(u)[bins+k], p.layers[i].late.Row(u)[p.From+k]-e; math.Abs(float64(got-want)) > 1e-6 {
					t.Fatalf("layer %d, unit %d, bin %d: events %g, want %g", i, u, k, got, want)
				}
			}
		}
		var square float64
		shift := make([]float64, len(means.Events[i]))
		for u := range means.Events[i] {
			for _, d := range q.post.Row(u)[:n1*bins] {
				square += float64(d) * float64(d) / float64(n1*bins)
				shift[u] += 0.25 * float64(d) / float64(n1*bins)
			}
		}
		before := append([]float32{}, means.Events[i]...)
		if got := b.SumSilence(net, i, means, 0.25); math.Abs(got-square) > 1e-5*square {
			t.Errorf("layer %d: mean square %g, want %g", i, got, square)
		}
		for u := range before {
			if d := float64(means.Events[i][u] - before[u]); math.Abs(d-shift[u]) > 1e-5 {
				t.Errorf("layer %d, unit %d: the mean moves by %g, want %g", i, u, d, shift[u])
			}
		}
	}
}

// Statistics by hand: two parts of two units over three images.
func TestSummaryOfUnits(t *testing.T) {
	parts := [][]Sums{
		{{p: 0.2 + 0.4, p2: 0.04 + 0.16, n: 2, a2: 8, r2: 2, m: 4, images: 2, rate: []float64{1, 3}}},
		{{p: 0.9, p2: 0.81, n: 1, a2: 1, r2: 16, m: 5, images: 1, rate: []float64{0.5, 1.5}}},
	}
	got := Summary(parts, 0)
	mean := 0.5
	want := Statistics{Activation: 1, ActivationSD: 0.5, P: mean, PSD: math.Sqrt((0.04+0.16+0.81)/3 - mean*mean),
		Apical: 1, Residue: math.Sqrt2}
	for _, c := range [][2]float64{{got.Activation, want.Activation}, {got.ActivationSD, want.ActivationSD}, {got.P,
		want.P}, {got.PSD, want.PSD},
		{got.Apical, want.Apical}, {got.Residue, want.Residue}} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}
