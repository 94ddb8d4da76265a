package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Mark is something drawn in a panel: Line, Points, Bars, Stack, Raster, Heat, Tiles or Rule.
type Mark interface {
	measure(x, y *extent)               // what an automatic range must contain
	wants() (c Color, onRight bool)     // the colour asked for, and the axis
	draw(v view, c Color)               // inside the data rectangle
	legend() []entry                    // lines of the legend, none if unnamed
	table(x, y Axis) (columns []column) // the numbers, for CSV
}

// Dash is the pattern of a line.
type Dash uint8

// The patterns.
const (
	Solid Dash = iota
	Dashed
	Dotted
)

func (d Dash) pattern() []vg.Length {
	switch d {
	case Dashed:
		return []vg.Length{4, 2.5}
	case Dotted:
		return []vg.Length{1.2, 1.8}
	}
	return nil
}

// entry is a line of a legend: a swatch and a name.
type entry struct {
	name   string
	color  Color // Auto: the colour of the mark
	swatch func(c draw.Canvas, at vg.Rectangle, color Color)
}

// view is a data rectangle with its scales.
type view struct {
	draw.Canvas // its Rectangle is the data rectangle
	x, y        scale
}

// at returns the place of a point on the page.
func (v view) at(x, y float64) (vg.Point, bool) {
	px, okX := v.x.place(x)
	py, okY := v.y.place(y)
	return vg.Point{X: v.Min.X + vg.Length(px)*v.Size().X, Y: v.Min.Y + vg.Length(py)*v.Size().Y}, okX && okY
}

// inside reports whether a point lies in the data rectangle, up to rounding.
func (v view) inside(p vg.Point) bool {
	const slack = .01
	return v.Min.X-slack <= p.X && p.X <= v.Max.X+slack && v.Min.Y-slack <= p.Y && p.Y <= v.Max.Y+slack
}

// clip is the canvas on which lines are cut: a little larger, so that a line along the border keeps its width.
func (v view) clip() *draw.Canvas {
	c := v.Canvas
	c.Min, c.Max = c.Min.Sub(vg.Point{X: 1, Y: 1}), c.Max.Add(vg.Point{X: 1, Y: 1})
	return &c
}

// runs places points and cuts them where one cannot be placed: NaN leaves a gap, unless points are so many that a gap
// within a pixel cannot be seen.
func (v view) runs(n int, point func(i int) (x, y float64)) [][]vg.Point {
	var runs [][]vg.Point
	var run []vg.Point
	gap := false
	for i := range n {
		p, ok := v.at(point(i))
		if !ok {
			gap = true
			continue
		}
		if k := len(run); k > 0 && gap && (n <= crowd || math.Abs(float64(p.X-run[k-1].X)) > float64(pixel)) {
			runs, run = append(runs, run), nil
		}
		run, gap = append(run, p), false
	}
	if len(run) > 0 {
		runs = append(runs, run)
	}
	return runs
}

// value reads a slice that may be shorter than its neighbours.
func value(y []float64, i int) float64 {
	if i < len(y) {
		return y[i]
	}
	return math.NaN()
}

// lineSwatch is a short piece of line, over a piece of band where there is one.
func lineSwatch(width vg.Length, d Dash, band bool) func(draw.Canvas, vg.Rectangle, Color) {
	return func(c draw.Canvas, at vg.Rectangle, color Color) {
		if band {
			c.FillPolygon(color.fade(bandOpacity), []vg.Point{at.Min, {X: at.Max.X, Y: at.Min.Y}, at.Max,
				{X: at.Min.X, Y: at.Max.Y}})
		}
		y := (at.Min.Y + at.Max.Y) / 2
		stroke(c, color, width, d.pattern(), vg.Point{X: at.Min.X, Y: y}, vg.Point{X: at.Max.X, Y: y})
	}
}
