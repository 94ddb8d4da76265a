package figure

import (
	"math"

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat is a matrix as colours, with a bar that explains them: weights, confusion matrices, scans of two parameters.
// Values[r][c] lies between YEdges[r], YEdges[r+1] and XEdges[c], XEdges[c+1]; nil edges are 0, 1, 2, …, which fits
// axes with Names. NaN stays white.
type Heat struct {
	Label, Unit    string // of the values
	Values         [][]float64
	XEdges, YEdges []float64
	Range          [2]float64 // of the colours; automatic unless from < to
	Diverging      bool       // two colours on both sides of zero
	Print          bool       // the number in each cell, with Decimals
	Decimals       int
	Root           bool // colours by the square root of the distance from the least value: small counts beside large ones
	Bare           bool // no bar: the printed numbers say enough
}

func (h Heat) wants() (Color, bool) { return ink, false }
func (h Heat) legend() []entry      { return nil }
func (h Heat) bar() bool            { return h.Label != "" && !h.Bare }

// edge returns an edge, or the whole numbers where none are given.
func edge(edges []float64, i int) float64 {
	if edges == nil {
		return float64(i)
	}
	return value(edges, i)
}

func (h Heat) columnsOf() int {
	n := 0
	for _, row := range h.Values {
		n = max(n, len(row))
	}
	return n
}

func (h Heat) measure(x, y *extent) {
	for c := range h.columnsOf() + 1 {
		x.grow(edge(h.XEdges, c))
	}
	for r := range len(h.Values) + 1 {
		y.grow(edge(h.YEdges, r))
	}
}

// scale is the range of the colours.
func (h Heat) scale() scale {
	if h.Range[0] < h.Range[1] {
		return scale{min: h.Range[0], max: h.Range[1]}
	}
	e := newExtent()
	for _, row := range h.Values {
		for _, v := range row {
			e.grow(v)
		}
	}
	s := e.scale(Axis{Tight: true})
	if h.Diverging {
		m := max(math.Abs(s.min), math.Abs(s.max))
		s.min, s.max = -m, m
	}
	return s
}

// depth is where the colour of a value lies in the map, 0 to 1.
func (h Heat) depth(s scale, value float64) float64 {
	share, _ := s.place(value)
	share = min(1, max(0, share))
	if h.Root {
		return math.Sqrt(share)
	}
	return share
}

// shade returns the colour of a depth; the sequential map runs from white for small to dark for large values.
func (h Heat) shade(m palette.ColorMap, share float64) Color {
	share = min(1, max(0, share))
	if !h.Diverging {
		share = 1 - share
	}
	c, err := m.At(share)
	if err != nil {
		return LightGray
	}
	r, g, b, _ := c.RGBA()
	return Color(0xFF000000 | r>>8<<16 | g>>8<<8 | b>>8)
}

func (h Heat) colorMap() palette.ColorMap {
	m := colors(h.Diverging)
	m.SetMin(0)
	m.SetMax(1)
	return m
}

// shades is the number of colours in use, few enough for a palette of one byte.
const shades = 200

func (h Heat) draw(v view, _ Color) {
	s, m := h.scale(), h.colorMap()
	var list []Color
	for i := range shades {
		list = append(list, h.shade(m, float64(i)/(shades-1)))
	}
	paint(v, list, func(fill fillFunc) {
		h.cells(v, func(value float64, a, b vg.Point) {
			fill(int(math.Round(h.depth(s, value)*(shades-1))), a.X, a.Y, b.X, b.Y)
		})
	})
	if !h.Print {
		return
	}
	h.cells(v, func(value float64, a, b vg.Point) {
		color := ink
		if dark(h.shade(m, h.depth(s, value))) {
			color = White
		}
		text := number(value, h.Decimals)
		tickText().write(v.Canvas, color, (a.X+b.X)/2, (a.Y+b.Y)/2-tickText().capital()/2, middle, text)
	})
}

func dark(c Color) bool { return luminance(c) < 140 }

// luminance is the lightness of a colour, 0 to 255 (Rec. 601).
func luminance(c Color) float64 {
	r, g, b := float64(c>>16&0xFF), float64(c>>8&0xFF), float64(c&0xFF)
	return .299*r + .587*g + .114*b
}

// cells visits every cell with a finite value and its corners.
func (h Heat) cells(v view, visit func(value float64, a, b vg.Point)) {
	for r, row := range h.Values {
		for c, value := range row {
			a, okA := v.at(edge(h.XEdges, c), edge(h.YEdges, r))
			b, okB := v.at(edge(h.XEdges, c+1), edge(h.YEdges, r+1))
			if okA && okB && !math.IsNaN(value) {
				visit(value, vg.Point{X: min(a.X, b.X), Y: min(a.Y, b.Y)}, vg.Point{X: max(a.X, b.X), Y: max(a.Y, b.Y)})
			}
		}
	}
}

// barWidth and barGap are the measures of the colour bar beside the data, in points.
const barWidth, barGap = 7, 6

func (h Heat) ruler(length vg.Length) ruler {
	return newRuler(Axis{Label: h.Label, Unit: h.Unit}, h.scale(), length, false)
}

func (h Heat) drawBar(c draw.Canvas, data vg.Rectangle) {
	m, s := h.colorMap(), scale{max: 1}
	const n = 64
	bar := vg.Rectangle{Min: vg.Point{X: data.Max.X + barGap, Y: data.Min.Y}, Max: vg.Point{X: data.Max.X + barGap +
		barWidth, Y: data.Max.Y}}
	for i := range n {
		y0 := bar.Min.Y + bar.Size().Y*vg.Length(i)/n
		y1 := bar.Min.Y + bar.Size().Y*min(1, (vg.Length(i)+1.3)/n) // overlapping, or viewers show seams
		c.FillPolygon(h.shade(m, h.depth(s, (float64(i)+.5)/n)), []vg.Point{{X: bar.Min.X, Y: y0}, {X: bar.Max.X, Y: y0},
			{X: bar.Max.X, Y: y1}, {X: bar.Min.X, Y: y1}})
	}
	h.ruler(data.Size().Y).drawBeside(c, vg.Rectangle{Min: bar.Min, Max: vg.Point{X: bar.Max.X - detach, Y: bar.Max.Y}},
		1, ink)
}

func (h Heat) table(x, y Axis) []column {
	xs, ys, values := column{name: x.title()}, column{name: y.title()}, column{name: withUnit(h.Label, h.Unit)}
	for r, row := range h.Values {
		for c, v := range row {
			xs.cell(x, h.XEdges, c)
			ys.cell(y, h.YEdges, r)
			values.values = append(values.values, v)
		}
	}
	return []column{xs, ys, values}
}

// cell appends the place of a row or column of the matrix: its name where the axis has names, else its middle.
func (c *column) cell(a Axis, edges []float64, i int) {
	if i < len(a.Names) && edges == nil {
		c.text = append(c.text, a.Names[i])
		return
	}
	c.values = append(c.values, (edge(edges, i)+edge(edges, i+1))/2)
}
