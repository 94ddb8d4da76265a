package figure

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

// TestTicks: at most n labels, at round values inside the range, that say what they stand at.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Float64Range(-1e4, 1e4).Draw(t, "from")
		s := scale{min: from, max: from + rapid.Float64Range(.01, 1e4).Draw(t, "length")}
		n := rapid.IntRange(3, 9).Draw(t, "n")
		ticks := s.ticks(n)
		if len(ticks) > n || len(ticks) < max(1, n/3) {
			t.Fatalf("%d ticks for %d", len(ticks), n)
		}
		for i, k := range ticks {
			v, err := strconv.ParseFloat(strings.ReplaceAll(k.label, "−", "-"), 64)
			if err != nil || math.Abs(v-k.at) > 1e-6*(s.max-s.min) {
				t.Fatalf("label %q at %g", k.label, k.at)
			}
			if p, ok := s.place(k.at); !ok || p < -1e-5 || p > 1+1e-5 || i > 0 && ticks[i-1].label == k.label {
				t.Fatalf("tick %q at %g of the axis", k.label, p)
			}
		}
	})
}

func TestLogTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-8, 8).Draw(t, "from")
		s := scale{min: math.Pow(10, lo), max: math.Pow(10, lo+rapid.Float64Range(.31, 12).Draw(t, "decades")), log: true}
		labels := 0
		for _, k := range s.ticks(6) {
			if p, ok := s.place(k.at); !ok || p < -1e-6 || p > 1+1e-6 {
				t.Fatalf("tick at %g outside", k.at)
			}
			if k.label != "" {
				labels++
			}
		}
		if labels < 1 || labels > 9 {
			t.Fatalf("%d labels from %g to %g", labels, s.min, s.max)
		}
	})
}

// TestLayout: panels do not overlap, lie on the paper, and those of one column are aligned.
func TestLayout(t *testing.T) {
	line := func(right bool) Mark {
		return Line{Name: "a name", X: []float64{0, 1}, Y: []float64{0, 1234567}, Right: right}
	}
	rapid.Check(t, func(t *rapid.T) {
		var p Page
		p.Width = rapid.SampledFrom([]float64{0, SingleColumn, 140}).Draw(t, "width")
		n := rapid.IntRange(1, 3).Draw(t, "columns")
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			row := Row{Height: rapid.SampledFrom([]float64{0, 5, 20, 60}).Draw(t, "height")}
			k := rapid.SampledFrom([]int{1, n}).Draw(t, "panels")
			for range k {
				row.Panels = append(row.Panels, Panel{Title: rapid.SampledFrom([]string{"", "title"}).Draw(t, "title"),
					X: Axis{Label: "x"}, Y: Axis{Label: "quite a long label", Unit: "Hz"},
					Right: Axis{Label: "right"}, Marks: []Mark{line(false), line(rapid.Bool().Draw(t, "right"))}})
			}
			p.Rows = append(p.Rows, row)
		}
		l := p.layout()
		var all []vg.Rectangle
		for r, row := range l.data {
			for c, d := range row {
				if d.Min.X < 0 || d.Min.Y < 0 || d.Max.X > l.width || d.Max.Y > l.height || d.Size().X < 15 || d.Size().Y < 1e-6 {
					t.Fatalf("panel %d,%d at %v on %v x %v", r, c, d, l.width, l.height)
				}
				for _, other := range all {
					if d.Min.X < other.Max.X && other.Min.X < d.Max.X && d.Min.Y < other.Max.Y && other.Min.Y < d.Max.Y {
						t.Fatal("panels overlap")
					}
				}
				all = append(all, d)
				if d.Min.X != l.data[0][min(c, len(l.data[0])-1)].Min.X && len(l.data[0]) == len(row) {
					t.Fatal("panels of a column are not aligned")
				}
			}
		}
	})
}

// TestLegible: nothing but exponents is under 8 pt.
func TestLegible(t *testing.T) {
	for _, s := range []script{tickText(), labelText(), legendText(), titleText(), letterText()} {
		if s.size < 8 {
			t.Errorf("text of %g pt", s.size)
		}
	}
}

// TestColours: automatic colours differ in lightness or hue for readers without red or green receptors; here, that
// no two of them have nearly the same luminance and the same blue.
func TestColours(t *testing.T) {
	for i := range 6 {
		for k := range i {
			a, b := Cycle(i), Cycle(k)
			blue := math.Abs(float64(a&0xFF) - float64(b&0xFF))
			if d := math.Abs(luminance(a) - luminance(b)); d < 12 && blue < 60 {
				t.Errorf("colours %d and %d are close: luminance %g, blue %g", i, k, d, blue)
			}
		}
	}
}
