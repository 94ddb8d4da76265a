package picture

import "github.com/burstplex/burstplex/recordings/figure"

// Angles shows how far each layer's weight update turns from the gradient, in degrees, over training. 90 degrees is
// a random direction.
type Angles struct {
	X         string  // what training is counted in
	Backprop  []Curve // angle to backpropagation, a curve for each layer
	Alignment []Curve // angle to feedback alignment; nil if it was not measured
}

// Page draws a panel for each reference.
func (a Angles) Page() figure.Page {
	row := figure.Row{Height: 45}
	for i, q := range []Quantity{{Label: "angle to backpropagation", Curves: a.Backprop},
		{Label: "angle to feedback alignment", Curves: a.Alignment}} {
		if i > 0 && len(q.Curves) == 0 {
			continue
		}
		q.Unit, q.Range = "degrees", [2]float64{0, a.most()}
		p := q.panel(figure.Axis{Label: a.X, Tight: true}, false)
		p.Marks = append(p.Marks, figure.Rule{At: 90, Across: true, Dash: figure.Dotted})
		if i > 0 {
			p = quiet(p)
		}
		row.Panels = append(row.Panels, p)
	}
	page := figure.Page{Rows: []figure.Row{row}}
	if len(row.Panels) == 1 {
		page.Width = 120
	}
	return page
}

// most is the upper end of the axis: 95 degrees, or 180 if an update points away from the gradient.
func (a Angles) most() float64 {
	for _, curves := range [][]Curve{a.Backprop, a.Alignment} {
		for _, c := range curves {
			for _, y := range c.Y {
				if y > 95 {
					return 180
				}
			}
		}
	}
	return 95
}

// Statistics shows what the neurons of each layer do over training.
type Statistics struct {
	X      string // what training is counted in
	Layers []Layer
}

// Layer is the activity of a layer: mean over its units and the images of a check, and s.d. between units.
type Layer struct {
	Name                                 string
	X                                    []float64
	EventRate, EventRateSD               []float64 // Hz
	BurstProbability, BurstProbabilitySD []float64 // 0 to 1
	// root mean square of the apical potential's deviation from rest, in the model's unit
	ApicalRMS []float64
}

// Page draws three panels above each other.
func (s Statistics) Page() figure.Page {
	rate, burst, apical := Quantity{Label: "event rate", Unit: "Hz"}, Quantity{Label: "burst probability"},
		Quantity{Label: "apical drive r.m.s."}
	for _, l := range s.Layers {
		rate.Curves = append(rate.Curves, Curve{l.Name, l.X, l.EventRate, l.EventRateSD})
		burst.Curves = append(burst.Curves, Curve{l.Name, l.X, l.BurstProbability, l.BurstProbabilitySD})
		apical.Curves = append(apical.Curves, Curve{l.Name, l.X, l.ApicalRMS, nil})
	}
	page := figure.Page{Width: 120, ShareX: true}
	for i, q := range []Quantity{rate, burst, apical} {
		p := q.panel(figure.Axis{Label: s.X, Tight: true}, false)
		if i > 0 {
			p = quiet(p)
		}
		page.Rows = append(page.Rows, figure.Row{Height: 30, Panels: []figure.Panel{p}})
	}
	return page
}
