package figure

import (
	"bytes"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

// noisy is a trace of n bins between -1 and 1 with one value far above, and gaps.
func noisy(n int) Traces {
	rnd := rand.New(rand.NewPCG(1, 2))
	t := Traces{Traces: []Trace{{Label: "rate", Mean: make([]float64, n), SD: make([]float64, n)}}}
	for i := range n {
		t.Time = append(t.Time, float64(i))
		t.Traces[0].Mean[i], t.Traces[0].SD[i] = 2*rnd.Float64()-1, .1
		if rnd.IntN(4) == 0 {
			t.Traces[0].Mean[i] = math.NaN()
		}
	}
	t.Traces[0].Mean[2*n/3], t.Traces[0].SD[2*n/3] = 10, 0
	return t
}

// TestTheCostOfALineIsThatOfThePage: ten times as many bins are not more to draw, and no extreme is lost.
func TestTheCostOfALineIsThatOfThePage(t *testing.T) {
	var size [2]int
	for i, n := range []int{30_000, 300_000} {
		var svg bytes.Buffer
		if err := WriteSVG(&svg, noisy(n)); err != nil {
			t.Fatal(err)
		}
		size[i] = svg.Len()
	}
	if float64(size[1]) > 1.2*float64(size[0]) {
		t.Errorf("SVG of %d bytes for 300,000 bins, of %d for 30,000", size[1], size[0])
	}
	var picture bytes.Buffer
	if err := WritePNG(&picture, noisy(100_000)); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&picture)
	if err != nil {
		t.Fatal(err)
	}
	// In the upper half of the panel there is nothing but the one value, two thirds along it.
	colored, at := 0, 0
	for y := range img.Bounds().Dy() / 2 {
		for x := range img.Bounds().Dx() {
			if r, _, b, _ := img.At(x, y).RGBA(); b > r+0x3000 {
				colored, at = colored+1, at+x
			}
		}
	}
	if colored < 20 {
		t.Fatalf("%d coloured pixels for the one value that is high", colored)
	}
	if x := float64(at) / float64(colored) / float64(img.Bounds().Dx()); x < .6 || x > .75 {
		t.Errorf("the high value is at %g of the width", x)
	}
}

func TestDecimateKeepsWhatIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 400).Draw(t, "points")
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var run []vg.Point
		for i := range n {
			run = append(run, vg.Point{X: pixel * vg.Length(float64(i)*rnd.Float64()/20), Y: vg.Length(rnd.Float64())})
		}
		out := decimate(run)
		next := 0
		for _, p := range out { // in order, all of them points of the line
			for next < n && run[next] != p {
				next++
			}
			if next++; next > n {
				t.Fatal("a point is new, or out of order")
			}
		}
		if out[0] != run[0] || out[len(out)-1] != run[n-1] {
			t.Fatal("an end is lost")
		}
		ends := func(run []vg.Point) (lo, hi vg.Length) {
			lo, hi = run[0].Y, run[0].Y
			for _, p := range run {
				lo, hi = min(lo, p.Y), max(hi, p.Y)
			}
			return lo, hi
		}
		if lo, hi := ends(run); true {
			if l, h := ends(out); l != lo || h != hi {
				t.Fatal("an extreme is lost")
			}
		}
	})
}

// Pieces have every segment of the line, and know where on it they begin; polygons cover the area between two edges.
func TestPiecesAreTheWhole(t *testing.T) {
	for _, n := range []int{1, 2, 63, 64, 65, 126, 127, 500} {
		var upper, lower []vg.Point
		for i := range n {
			x := vg.Length(i) * .7 * pixel
			upper = append(upper, vg.Point{X: x, Y: 2 + vg.Length(math.Sin(float64(i)))})
			if i%3 != 1 || i == n-1 {
				lower = append(lower, vg.Point{X: x, Y: vg.Length(math.Cos(float64(i)))})
			}
		}
		parts, start := pieces(upper)
		k := 0
		for i, p := range parts {
			if i > 0 {
				k--
			}
			if p[0] != upper[k] {
				t.Fatalf("%d points: piece %d begins elsewhere", n, i)
			}
			if got := along(upper[:k+1]); math.Abs(float64(start[i])-got) > 1e-9 {
				t.Fatalf("%d points: piece %d begins at %g, want %g", n, i, float64(start[i]), got)
			}
			for _, q := range p[1:] {
				if k++; q != upper[k] {
					t.Fatalf("%d points: piece %d differs", n, i)
				}
			}
		}
		if k != n-1 {
			t.Fatalf("%d points: the pieces have %d", n, k+1)
		}
		sum := 0.0
		for _, p := range areas(upper, lower) {
			sum += area(p)
		}
		if want := area(around(upper, lower)); math.Abs(sum-want) > 1e-9 {
			t.Errorf("%d points: an area of %g, want %g", n, sum, want)
		}
	}
}

func along(run []vg.Point) (length float64) {
	for i := 1; i < len(run); i++ {
		length += math.Hypot(float64(run[i].X-run[i-1].X), float64(run[i].Y-run[i-1].Y))
	}
	return length
}

// area is the signed area of a polygon.
func area(p []vg.Point) (a float64) {
	for i := range p {
		q := p[(i+1)%len(p)]
		a += float64(p[i].X*q.Y-q.X*p[i].Y) / 2
	}
	return a
}
