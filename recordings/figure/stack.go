package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// Stack is bars of layers, one on the other: how a whole is made up at each of several places. Values that are NaN or
// not above 0 leave their layer out.
type Stack struct {
	X      []float64 // middle of each bar
	Width  float64   // of the bars, in units of X
	Layers []Layer   // from the bottom up
}

// Layer is one part of every bar.
type Layer struct {
	Name   string
	Values []float64 // one for each bar
	Color  Color     // default: as marks are coloured, one after the other
}

func (s Stack) wants() (Color, bool) { return ink, false }

func (s Stack) measure(x, y *extent) {
	y.grow(0)
	for i, at := range s.X {
		x.grow(at - s.Width/2)
		x.grow(at + s.Width/2)
		top := 0.0
		for _, l := range s.Layers {
			top += s.value(l, i)
		}
		y.grow(top)
	}
}

func (s Stack) value(l Layer, i int) float64 {
	if v := value(l.Values, i); v > 0 && !math.IsInf(v, 0) {
		return v
	}
	return 0
}

func (s Stack) color(i int) Color {
	if c := s.Layers[i].Color; c != Auto {
		return c
	}
	return Cycle(i)
}

func (s Stack) draw(v view, _ Color) {
	for i, at := range s.X {
		floor := 0.0
		for k, l := range s.Layers {
			top := floor + s.value(l, i)
			lo, ok := v.at(at-s.Width/2, floor)
			hi, also := v.at(at+s.Width/2, top)
			if ok && also && top > floor {
				v.FillPolygon(s.color(k), v.ClipPolygonXY([]vg.Point{lo, {X: hi.X, Y: lo.Y}, hi, {X: lo.X, Y: hi.Y}}))
			}
			floor = top
		}
	}
}

func (s Stack) legend() (all []entry) {
	for k, l := range s.Layers {
		if l.Name != "" {
			all = append(all, entry{name: l.Name, color: s.color(k), swatch: boxSwatch})
		}
	}
	return all
}

func (s Stack) table(x, y Axis) []column {
	columns := []column{{name: x.title(), values: s.X, abscissa: true}}
	for _, l := range s.Layers {
		columns = append(columns, column{name: header(l.Name, y, ""), values: l.Values})
	}
	return columns
}
