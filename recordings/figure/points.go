package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Points is a scatter plot. Above 3000 points it is drawn as an image, which keeps the SVG small.
type Points struct {
	Name     string
	X, Y     []float64
	SD       []float64 // error bars of Y, may be nil
	XSD      []float64 // error bars of X, may be nil
	Color    Color
	Hollow   bool
	Diamond  bool
	Right    bool
	Quiet    bool
	Diameter float64 // points, default 3.6

	bare bool // no white rim: it would cut short error bars in two
}

// crowd is the number of things above which a mark becomes an image.
const crowd = 3000

func (p Points) wants() (Color, bool) { return p.Color, p.Right }

func (p Points) measure(x, y *extent) {
	for i, v := range p.X {
		w, sd, xsd := value(p.Y, i), value(p.SD, i), value(p.XSD, i)
		if math.IsNaN(v) || math.IsNaN(w) {
			continue
		}
		x.spread(v, xsd)
		y.spread(w, sd)
	}
}

func (p Points) radius() vg.Length {
	if p.Diameter > 0 {
		return vg.Length(p.Diameter) / 2
	}
	return 1.8
}

func (p Points) draw(v view, color Color) {
	for i, x := range p.X {
		errorBar(v, x, value(p.Y, i), value(p.SD, i), color)
		across(v, x, value(p.Y, i), value(p.XSD, i), color)
	}
	if len(p.X) > crowd {
		side := 2 * p.radius() * .8
		paint(v, []Color{color}, func(fill fillFunc) {
			for i, x := range p.X {
				if at, ok := v.at(x, value(p.Y, i)); ok && v.inside(at) {
					fill(0, at.X-side/2, at.Y-side/2, at.X+side/2, at.Y+side/2)
				}
			}
		})
		return
	}
	for i, x := range p.X {
		if at, ok := v.at(x, value(p.Y, i)); ok && v.inside(at) {
			p.dot(v.Canvas, at, color)
		}
	}
}

// dot draws one symbol, with a white rim that parts it from its neighbours.
func (p Points) dot(c draw.Canvas, at vg.Point, color Color) {
	r := p.radius()
	var path vg.Path
	if p.Diamond {
		r *= 1.3
		path.Move(at.Add(vg.Point{X: r}))
		path.Line(at.Add(vg.Point{Y: r}))
		path.Line(at.Add(vg.Point{X: -r}))
		path.Line(at.Add(vg.Point{Y: -r}))
	} else {
		path.Move(at.Add(vg.Point{X: r}))
		path.Arc(at, r, 0, 2*math.Pi)
	}
	path.Close()
	fill, rim := draw.LineStyle{Color: color}, draw.LineStyle{Color: White, Width: .5}
	if p.Hollow {
		fill.Color, rim = White, draw.LineStyle{Color: color, Width: 1}
	}
	c.SetColor(fill.Color)
	c.Fill(path)
	if !p.bare && len(p.SD)+len(p.XSD) == 0 || p.Hollow {
		c.SetLineStyle(rim)
		c.Stroke(path)
	}
}

func errorBar(v view, x, y, sd float64, color Color) {
	if !(sd > 0) {
		return
	}
	lo := y - sd
	if v.y.log {
		lo = max(lo, v.y.min)
	}
	bar(v, color, x, lo, x, y+sd)
}

func across(v view, x, y, sd float64, color Color) {
	if !(sd > 0) {
		return
	}
	lo := x - sd
	if v.x.log {
		lo = max(lo, v.x.min)
	}
	bar(v, color, lo, y, x+sd, y)
}

func bar(v view, color Color, x0, y0, x1, y1 float64) {
	a, ok := v.at(x0, y0)
	b, also := v.at(x1, y1)
	if ok && also {
		for _, part := range v.clip().ClipLinesXY([]vg.Point{a, b}) {
			stroke(v.Canvas, color, .8, nil, part...)
		}
	}
}

func (p Points) legend() []entry {
	if p.Name == "" || p.Quiet {
		return nil
	}
	return []entry{{name: p.Name, swatch: func(c draw.Canvas, at vg.Rectangle, color Color) {
		p.dot(c, vg.Point{X: (at.Min.X + at.Max.X) / 2, Y: (at.Min.Y + at.Max.Y) / 2}, color)
	}}}
}

func dotSwatch(hollow bool) func(draw.Canvas, vg.Rectangle, Color) {
	return Points{Name: "dot", Hollow: hollow}.legend()[0].swatch
}

func both(a, b func(draw.Canvas, vg.Rectangle, Color)) func(draw.Canvas, vg.Rectangle, Color) {
	return func(c draw.Canvas, at vg.Rectangle, color Color) {
		a(c, at, color)
		b(c, at, color)
	}
}

func (p Points) table(x, y Axis) []column {
	cols := []column{{name: x.title(), values: p.X, abscissa: true}, {name: header(p.Name, y, ""), values: p.Y}}
	if len(p.SD) > 0 {
		cols = append(cols, column{name: header(p.Name, y, " s.d."), values: p.SD})
	}
	if len(p.XSD) > 0 {
		cols = append(cols, column{name: header(p.Name, x, " s.d."), values: p.XSD})
	}
	return cols
}
