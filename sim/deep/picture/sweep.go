package picture

import "github.com/burstplex/burstplex/recordings/figure"

// Sweep shows quantities against a setting, a panel for each: error and angles against depth, spikes against
// presentation time.
type Sweep struct {
	X, Unit    string
	Log        bool // logarithmic X
	Quantities []Quantity
	Note       string // above the last panel, such as "1000 images"
}

// Page draws the panels beside each other, at most three in a row.
func (s Sweep) Page() figure.Page {
	var page figure.Page
	const across = 3
	for i, q := range s.Quantities {
		if i%across == 0 {
			page.Rows = append(page.Rows, figure.Row{Height: 42})
		}
		p := q.panel(figure.Axis{Label: s.X, Unit: s.Unit, Log: s.Log}, true)
		if i == len(s.Quantities)-1 {
			p.Note = s.Note
		}
		row := &page.Rows[i/across]
		row.Panels = append(row.Panels, p)
	}
	if len(s.Quantities) == 1 {
		page.Width = 120
	}
	return page
}

// Accuracy shows the share of correct answers, in %, against a setting: how long the network looks, how many
// neurons a unit has. The level of chance for a number of classes is dashed.
func Accuracy(x, unit string, log bool, classes int, curves ...Curve) Sweep {
	q := Quantity{Label: "accuracy", Unit: "%", Range: [2]float64{0, 100}, Curves: curves,
		Level: 100 / float64(classes), Reference: "chance"}
	return Sweep{X: x, Unit: unit, Log: log, Quantities: []Quantity{q}}
}
