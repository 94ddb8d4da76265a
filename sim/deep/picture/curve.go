package picture

import "github.com/burstplex/burstplex/recordings/figure"

// Curve is a quantity over training or against a setting.
type Curve struct {
	Name string    // of the legend; empty for the only curve
	X, Y []float64 // in the units of the axes
	SD   []float64 // over seeds or images; nil if there is none
}

// Quantity is an axis and the curves on it.
type Quantity struct {
	Label, Unit string
	Log         bool       // logarithmic axis; what is not positive is not drawn
	Range       [2]float64 // of the axis, automatic unless from < to; an automatic linear axis includes zero
	Curves      []Curve
	Level       float64 // dashed line across, with the name Reference: chance, a target; none if Reference is empty
	Reference   string
}

// panel draws a quantity; dots marks every point.
func (q Quantity) panel(x figure.Axis, dots bool) figure.Panel {
	p := figure.Panel{X: x, Y: figure.Axis{Label: q.Label, Unit: q.Unit, Log: q.Log, Zero: !q.Log, Range: q.Range}}
	for _, c := range q.Curves {
		p.Marks = append(p.Marks, figure.Line{Name: c.Name, X: c.X, Y: c.Y, SD: c.SD, Dots: dots})
	}
	if q.Reference != "" {
		p.Marks = append(p.Marks, figure.Rule{Name: q.Reference, At: q.Level, Across: true, Dash: figure.Dashed})
	}
	return p
}

// quiet leaves out the legend of curves, where a panel above has it.
func quiet(p figure.Panel) figure.Panel {
	for i, m := range p.Marks {
		if l, is := m.(figure.Line); is {
			l.Quiet = true
			p.Marks[i] = l
		}
	}
	return p
}
