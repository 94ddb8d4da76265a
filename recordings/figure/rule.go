package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Rule is a straight line across the panel at one value: a threshold, a criterion, zero. Margin shades the values
// within it on both sides: a tolerance.
type Rule struct {
	Name   string
	At     float64
	Across bool    // horizontal, at a value of Y; otherwise vertical, at a value of X
	Margin float64 // half width of the shade, none by default
	Color  Color   // default Gray
	Dash   Dash
}

func (r Rule) wants() (Color, bool) {
	if r.Color == Auto {
		return Gray, false
	}
	return r.Color, false
}

func (r Rule) measure(x, y *extent) {
	e := x
	if r.Across {
		e = y
	}
	e.grow(r.At)
	e.grow(r.At - r.Margin)
	e.grow(r.At + r.Margin)
}

func (r Rule) draw(v view, color Color) {
	if r.Margin > 0 {
		a, _, ok := r.ends(v, r.At-r.Margin)
		_, b, also := r.ends(v, r.At+r.Margin)
		if ok && also {
			v.FillPolygon(r.shade(color), v.ClipPolygonXY([]vg.Point{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}}))
		}
	}
	if a, b, ok := r.ends(v, r.At); ok && v.inside(a) && v.inside(b) {
		stroke(v.Canvas, color, .8, r.Dash.pattern(), a, b)
	}
}

// shade is the colour of the margin: the line's on white paper, diluted to a seventh.
func (r Rule) shade(c Color) Color {
	light := func(shift int) Color { return (255 - (255-(c>>shift&0xFF))/7) << shift }
	return 0xFF000000 | light(16) | light(8) | light(0)
}

// ends returns the points where the line at a value meets the border of the data.
func (r Rule) ends(v view, at float64) (a, b vg.Point, ok bool) {
	a, b = v.Min, v.Max
	if r.Across {
		p, ok := v.y.place(at)
		a.Y = v.Min.Y + vg.Length(p)*v.Size().Y
		b.Y = a.Y
		return a, b, ok
	}
	p, ok := v.x.place(at)
	a.X = v.Min.X + vg.Length(p)*v.Size().X
	b.X = a.X
	return a, b, ok
}

func (r Rule) legend() []entry {
	if r.Name == "" {
		return nil
	}
	return []entry{{name: r.Name, swatch: func(c draw.Canvas, at vg.Rectangle, color Color) {
		if r.Across {
			lineSwatch(.8, r.Dash, r.Margin > 0)(c, at, color)
			return
		}
		if r.Margin > 0 {
			boxSwatch(c, vg.Rectangle{Min: at.Min.Sub(vg.Point{Y: 1}), Max: at.Max.Add(vg.Point{Y: 1})}, r.shade(color))
		}
		x := (at.Min.X + at.Max.X) / 2
		dashes := r.Dash.pattern()
		if r.Dash == Dashed {
			dashes = []vg.Length{2, 1} // the swatch is too short for the pattern of the line
		}
		stroke(c, color, .8, dashes, vg.Point{X: x, Y: at.Min.Y - 1.5}, vg.Point{X: x, Y: at.Max.Y + 1.5})
	}}}
}

func (r Rule) table(x, y Axis) []column {
	if r.Name == "" {
		return nil // only a guide for the eye
	}
	axis := x
	if r.Across {
		axis = y
	}
	cols := []column{{name: header(r.Name, axis, ""), values: []float64{r.At}}}
	if r.Margin > 0 {
		cols = append(cols, column{name: header(r.Name, axis, " margin"), values: []float64{r.Margin}})
	}
	return cols
}
