package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars is a histogram: Values[i] stands between Edges[i] and Edges[i+1].
type Bars struct {
	Name   string
	Label  string // in the legend, default Name
	Edges  []float64
	Values []float64
	Color  Color
	Open   bool // only an outline over a faint area, so that several histograms can lie on each other
}

func (b Bars) wants() (Color, bool) { return b.Color, false }

func (b Bars) measure(x, y *extent) {
	for _, e := range b.Edges {
		x.grow(e)
	}
	for _, v := range b.Values {
		y.grow(v)
	}
}

func (b Bars) draw(v view, color Color) {
	if b.undefined() {
		return
	}
	floor := 0.0
	if v.y.log {
		floor = v.y.min
	}
	var outline []vg.Point
	opacity := 1.0
	if b.Open {
		opacity = .15
	}
	for i := 0; i+1 < len(b.Edges); i++ {
		top := value(b.Values, i)
		if math.IsNaN(top) || (v.y.log && top <= 0) {
			top = floor
		}
		lo, ok := v.at(b.Edges[i], floor)
		hi, also := v.at(b.Edges[i+1], top)
		if !ok || !also {
			continue
		}
		if len(outline) == 0 {
			outline = append(outline, lo)
		}
		outline = append(outline, vg.Point{X: lo.X, Y: hi.Y}, hi)
	}
	if len(outline) == 0 {
		return
	}
	bottom, _ := v.y.place(floor)
	outline = append(outline, vg.Point{X: outline[len(outline)-1].X, Y: v.Min.Y + vg.Length(bottom)*v.Size().Y})
	v.FillPolygon(color.fade(opacity), v.ClipPolygonXY(outline)) // one area: viewers show seams between single bars
	if b.Open {
		for _, part := range v.clip().ClipLinesXY(outline) {
			stroke(v.Canvas, color, 1.1, nil, part...)
		}
	}
}

// undefined reports whether there is no value at all.
func (b Bars) undefined() bool {
	return len(b.Values) > 0 && !slices.ContainsFunc(b.Values, func(v float64) bool { return !math.IsNaN(v) })
}

func (b Bars) legend() []entry {
	if b.Name == "" {
		return nil
	}
	name := b.Label
	if name == "" {
		name = b.Name
	}
	if b.Open {
		return []entry{{name: name, swatch: lineSwatch(1.1, Solid, true)}}
	}
	return []entry{{name: name, swatch: boxSwatch}}
}

func boxSwatch(c draw.Canvas, at vg.Rectangle, color Color) {
	c.FillPolygon(color, []vg.Point{at.Min, {X: at.Max.X, Y: at.Min.Y}, at.Max, {X: at.Min.X, Y: at.Max.Y}})
}

func (b Bars) table(x, y Axis) []column {
	var lower, upper []float64
	for i := 1; i < len(b.Edges); i++ {
		lower, upper = append(lower, b.Edges[i-1]), append(upper, b.Edges[i])
	}
	return []column{
		{name: withUnit(x.Label+" from", x.Unit), values: lower, abscissa: true},
		{name: withUnit(x.Label+" to", x.Unit), values: upper, abscissa: true},
		{name: header(b.Name, y, ""), values: b.Values},
	}
}
