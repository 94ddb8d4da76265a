package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line is a curve, with a band of one standard deviation on both sides where SD is given.
type Line struct {
	Name  string
	X, Y  []float64
	SD    []float64 // may be nil, or NaN where unknown
	Color Color
	Dash  Dash
	Thin  bool // half as wide: references, single seeds
	Dots  bool // a dot at each point; SD becomes error bars
	Steps bool // constant from each X to the next, as counts in bins are
	Right bool // on the right-hand axis
	Quiet bool // not in the legend
}

const bandOpacity = .22

func (l Line) width() vg.Length {
	if l.Thin {
		return .7
	}
	return 1.3
}

func (l Line) wants() (Color, bool) { return l.Color, l.Right }

func (l Line) measure(x, y *extent) {
	for i, v := range l.X {
		m, sd := value(l.Y, i), value(l.SD, i)
		if math.IsNaN(m) {
			continue
		}
		x.grow(v)
		y.spread(m, sd)
	}
}

func (l Line) draw(v view, color Color) {
	clip := v.clip()
	if len(l.SD) > 0 && l.Dots {
		for i, x := range l.X {
			errorBar(v, x, value(l.Y, i), value(l.SD, i), color)
		}
	} else if len(l.SD) > 0 {
		l.band(v, color)
	}
	for _, run := range v.runs(len(l.X), func(i int) (x, y float64) { return l.X[i], value(l.Y, i) }) {
		run = decimate(run)
		if l.Steps {
			run = steps(run)
		}
		if len(run) == 1 && !l.Dots { // between two gaps: a line of no length would not be seen
			half := vg.Point{X: l.width() / 2}
			run = []vg.Point{run[0].Sub(half), run[0].Add(half)}
		}
		for _, part := range clip.ClipLinesXY(run) {
			short, start := pieces(part)
			for i, p := range short {
				v.StrokeLines(draw.LineStyle{Color: color, Width: l.width(), Dashes: l.Dash.pattern(), DashOffs: start[i]}, p)
			}
		}
	}
	if l.Dots {
		Points{X: l.X, Y: l.Y, bare: len(l.SD) > 0}.draw(v, color)
	}
}

// band fills between mean - SD and mean + SD. On a logarithmic axis the lower edge ends at the axis.
func (l Line) band(v view, color Color) {
	low := func(m, sd float64) float64 {
		if v.y.log && m+sd > 0 {
			return max(m-sd, v.y.min)
		}
		return m - sd
	}
	// Both edges must have a place, or the two would be cut into different runs: near the largest numbers one edge
	// can overflow and the other not.
	edges := func(i int) (m, sd float64) {
		m, sd = value(l.Y, i), value(l.SD, i)
		_, above := v.at(l.X[i], m+sd)
		_, below := v.at(l.X[i], low(m, sd))
		if !above || !below {
			return math.NaN(), math.NaN()
		}
		return m, sd
	}
	upper := v.runs(len(l.X), func(i int) (x, y float64) { m, sd := edges(i); return l.X[i], m + sd })
	lower := v.runs(len(l.X), func(i int) (x, y float64) { m, sd := edges(i); return l.X[i], low(m, sd) })
	for i := range upper {
		above, under := decimate(upper[i]), decimate(lower[i])
		if l.Steps {
			above, under = steps(above), steps(under)
		}
		for _, area := range areas(above, under) {
			v.FillPolygon(color.fade(bandOpacity), v.ClipPolygonXY(area))
		}
	}
}

// steps holds each value until the next point.
func steps(run []vg.Point) []vg.Point {
	var out []vg.Point
	for i, p := range run {
		if i > 0 {
			out = append(out, vg.Point{X: p.X, Y: run[i-1].Y})
		}
		out = append(out, p)
	}
	return out
}

func (l Line) legend() []entry {
	if l.Name == "" || l.Quiet {
		return nil
	}
	e := entry{name: l.Name, swatch: lineSwatch(l.width(), l.Dash, l.scatters() && !l.Dots)}
	if l.Dots {
		line := e.swatch
		e.swatch = both(line, dotSwatch(false))
	}
	return []entry{e}
}

// scatters reports whether there is a band: a single seed has deviations that are unknown.
func (l Line) scatters() bool {
	return slices.ContainsFunc(l.SD, func(sd float64) bool { return sd > 0 })
}

func (l Line) table(x, y Axis) []column {
	cols := []column{{name: x.title(), values: l.X, abscissa: true}, {name: header(l.Name, y, ""), values: l.Y}}
	if len(l.SD) > 0 {
		cols = append(cols, column{name: header(l.Name, y, " s.d."), values: l.SD})
	}
	return cols
}
