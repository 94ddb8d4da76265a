package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Raster draws spikes as short vertical strokes, one row per neuron, row 0 at the bottom. The first spike of each
// event and the further spikes of bursts have different colours. It is drawn as an image of 300 dpi, whose size
// does not depend on the number of spikes; nothing is thinned, and all spikes are in the CSV.
type Raster struct {
	Name   string
	Time   []float64 // in the unit of the X axis
	Row    []float64
	Burst  []bool  // true for the second and later spikes of a burst; nil: none
	Color  Color   // of event onsets, default Blue
	Bursts Color   // of the spikes of bursts, default Vermillion
	Neuron []int   // the number of the neuron of each row, for the CSV; nil: unknown
	Rows   float64 // height of the block in rows, for an automatic range
	Quiet  bool    // not in the legend
	Base   float64 // row of the axis that row 0 is drawn at: rasters of several populations lie on each other
}

func (r Raster) wants() (Color, bool) {
	if r.Color == Auto {
		return Blue, false
	}
	return r.Color, false
}

func (r Raster) bursts() Color {
	if r.Bursts == Auto {
		return Vermillion
	}
	return r.Bursts
}

func (r Raster) measure(x, y *extent) {
	for _, t := range r.Time {
		x.grow(t)
	}
	y.grow(r.Base)
	y.grow(r.Base + r.Rows)
	for _, row := range r.Row {
		y.grow(r.Base + row)
		y.grow(r.Base + row + 1)
	}
}

func (r Raster) draw(v view, onsets Color) {
	// points: thin enough to part spikes 6 ms apart on a time axis of 4 s, high enough to be seen
	const width, least = .95, 2.1
	paint(v, []Color{onsets, r.bursts()}, func(fill fillFunc) {
		for _, burst := range []bool{false, true} { // bursts on top
			for i, t := range r.Time {
				if i >= len(r.Row) || (i < len(r.Burst) && r.Burst[i]) != burst {
					continue
				}
				low, ok := v.at(t, r.Base+r.Row[i]+.08)
				high, also := v.at(t, r.Base+r.Row[i]+.92)
				if !ok || !also || !v.inside(low) || !v.inside(high) {
					continue
				}
				c := 0
				if burst {
					c = 1
				}
				if short := least - (high.Y - low.Y); short > 0 { // thin rows
					low.Y, high.Y = low.Y-short/2, high.Y+short/2
				}
				fill(c, low.X-width/2, low.Y, low.X+width/2, high.Y)
			}
		}
	})
}

func (r Raster) legend() []entry {
	if r.Quiet {
		return nil
	}
	tick := func(c draw.Canvas, at vg.Rectangle, color Color) {
		x := (at.Min.X + at.Max.X) / 2
		stroke(c, color, 1.2, nil, vg.Point{X: x, Y: at.Min.Y - 1}, vg.Point{X: x, Y: at.Max.Y + 1})
	}
	return []entry{{name: "event onset", swatch: tick}, {name: "later spikes of bursts", color: r.bursts(), swatch: tick}}
}

func (r Raster) table(x, y Axis) []column {
	name := r.Name
	if name != "" {
		name += " "
	}
	burst := make([]float64, len(r.Time))
	for i := range burst {
		if i < len(r.Burst) && r.Burst[i] {
			burst[i] = 1
		}
	}
	columns := []column{
		{name: withUnit(name+"spike "+x.Label, x.Unit), values: r.Time},
		{name: name + "row", values: r.Row},
		{name: name + "in burst (0 or 1)", values: burst},
	}
	if r.Neuron != nil {
		neuron := make([]float64, len(r.Row))
		for i, row := range r.Row {
			neuron[i] = float64(r.Neuron[int(row)])
		}
		columns = append(columns, column{name: name + "neuron", values: neuron})
	}
	return columns
}
