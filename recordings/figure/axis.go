package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Axis describes one axis of a panel.
type Axis struct {
	Label string     // what is shown, "event rate"
	Unit  string     // "Hz"; none if empty
	Range [2]float64 // from, to; automatic unless from < to
	Zero  bool       // an automatic range includes zero, where rates begin
	Tight bool       // an automatic range ends where the data ends, as time does
	Log   bool       // logarithmic; values that are not positive are not drawn
	Names []string   // names instead of numbers, at 0.5, 1.5, … unless Places says where
	Blank bool       // nothing is drawn: pictures have no axes

	Places []float64 // of Names, on an axis of numbers
}

// title is the text beside the axis and, in a table, of a column.
func (a Axis) title() string { return withUnit(a.Label, a.Unit) }

func withUnit(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + " (" + unit + ")"
}

// Measures of axes, in points.
const (
	spine      = .6 // width of axis lines
	detach     = 3  // from the data to the axis line
	tickLength = 2.5
	tickGap    = 2 // from the tick to its label
	labelGap   = 3 // from the tick labels to the label
)

// ruler is an axis with its scale and ticks.
type ruler struct {
	Axis
	scale
	ticks []tick
}

// newRuler places ticks for an axis of a length in points, horizontal or vertical.
func newRuler(a Axis, s scale, length vg.Length, horizontal bool) ruler {
	if a.Blank {
		return ruler{Axis: a, scale: s}
	}
	room, most := vg.Length(13), 6
	if horizontal {
		room, most = 30, 9
	}
	r := ruler{Axis: a, scale: s}
	if len(a.Names) == 0 {
		r.ticks = s.ticks(min(most, max(3, int(length/room))))
		return r
	}
	for i, n := range a.Names {
		r.ticks = append(r.ticks, tick{at: a.nameAt(i), label: n})
	}
	return r
}

// nameAt is the value that a name stands at.
func (a Axis) nameAt(i int) float64 {
	if a.Places != nil {
		return value(a.Places, i)
	}
	return float64(i) + .5
}

func (t tick) width() vg.Length {
	w := tickText().width(t.label)
	if t.exponent != "" {
		w += exponentText().width(t.exponent)
	}
	return w
}

func (t tick) write(c draw.Canvas, color Color, x, y, align vg.Length) {
	x -= align * t.width()
	tickText().write(c, color, x, y, left, t.label)
	if t.exponent != "" {
		exponentText().write(c, color, x+tickText().width(t.label), y+.38*tickText().size, left, t.exponent)
	}
}

// widest returns the width of the widest tick label.
func (r ruler) widest() vg.Length {
	var w vg.Length
	for _, t := range r.ticks {
		w = max(w, t.width())
	}
	return w
}

// beside is the room that a vertical axis needs next to the data.
func (r ruler) beside(length vg.Length) vg.Length {
	if r.Blank {
		return 0
	}
	w := r.widest() + detach + tickGap
	if len(r.Names) == 0 {
		w += tickLength
	}
	if n := len(labelText().wrap(r.title(), length*1.05)); n > 0 {
		w += labelGap + vg.Length(n)*labelText().tall()
	}
	return w
}

// below is the room that a horizontal axis needs under the data.
func (r ruler) below() vg.Length {
	if r.Blank {
		return 0
	}
	h := vg.Length(detach + tickLength + tickGap + tickText().capital() + 2)
	if r.title() != "" {
		h += labelGap + labelText().tall()
	}
	return h
}

func (r ruler) drawBelow(c draw.Canvas, data vg.Rectangle) {
	if r.Blank {
		return
	}
	y := data.Min.Y - detach
	length := vg.Length(tickLength)
	if len(r.Names) == 0 {
		stroke(c, ink, spine, nil, vg.Point{X: data.Min.X, Y: y}, vg.Point{X: data.Max.X, Y: y})
	} else {
		length = 0
	}
	base := y - length - tickGap - tickText().capital()
	for _, t := range r.ticks {
		p, ok := r.place(t.at)
		if !ok {
			continue
		}
		x := data.Min.X + vg.Length(p)*data.Size().X
		if len(r.Names) == 0 {
			stroke(c, ink, spine, nil, vg.Point{X: x, Y: y}, vg.Point{X: x, Y: y - t.size()})
		}
		t.write(c, ink, x, base, middle)
	}
	labelText().write(c, ink, (data.Min.X+data.Max.X)/2, base-labelGap-labelText().size, middle, r.title())
}

// drawBeside draws a vertical axis left (side -1) or right (side +1) of the data.
func (r ruler) drawBeside(c draw.Canvas, data vg.Rectangle, side vg.Length, color Color) {
	if r.Blank {
		return
	}
	x := data.Min.X - detach
	align := vg.Length(right)
	if side > 0 {
		x, align = data.Max.X+detach, left
	}
	length := vg.Length(tickLength)
	if len(r.Names) == 0 {
		stroke(c, color, spine, nil, vg.Point{X: x, Y: data.Min.Y}, vg.Point{X: x, Y: data.Max.Y})
	} else {
		length = 0
	}
	for _, t := range r.ticks {
		p, ok := r.place(t.at)
		if !ok {
			continue
		}
		y := data.Min.Y + vg.Length(p)*data.Size().Y
		if length > 0 {
			stroke(c, color, spine, nil, vg.Point{X: x, Y: y}, vg.Point{X: x + side*t.size(), Y: y})
		}
		t.write(c, color, x+side*(length+tickGap), y-tickText().capital()/2, align)
	}
	lines := labelText().wrap(r.title(), data.Size().Y*1.05)
	x += side * (length + tickGap + r.widest() + labelGap)
	for i := range lines {
		// Lines read upwards, so the first one is the outermost on the left and the innermost on the right.
		n := vg.Length(len(lines) - 1 - i)
		at := x - n*labelText().tall() - .2*labelText().size
		if side > 0 {
			at = x + vg.Length(i)*labelText().tall() + .8*labelText().size
		}
		labelText().writeUp(c, color, at, (data.Min.Y+data.Max.Y)/2, lines[i])
	}
}

// size is the length of the mark: minor ticks are shorter.
func (t tick) size() vg.Length {
	if t.label == "" {
		return .6 * tickLength
	}
	return tickLength
}

// stroke draws a line through points.
func stroke(c draw.Canvas, color Color, width vg.Length, dashes []vg.Length, points ...vg.Point) {
	c.StrokeLines(draw.LineStyle{Color: color, Width: width, Dashes: dashes}, points)
}
