package figure

// Intervals shows the distribution of interspike intervals of some populations with the threshold that parts
// bursts from events, on a logarithmic axis: bars are shares of all intervals in bins of equal ratio.
type Intervals struct {
	Populations []IntervalShares
	Threshold   float64 // ms
	Linear      bool    // a linear axis, for linear bins
	Width       float64 // mm, default SingleColumn
}

// IntervalShares is a histogram of intervals, as analysis.Histogram gives it.
type IntervalShares struct {
	Name   string
	Edges  []float64 // ms
	Shares []float64 // of all intervals, 0 to 1
	Below  float64   // share of intervals shorter than the threshold, in the legend if positive
	Color  Color
}

// Page implements Figure.
func (v Intervals) Page() Page {
	p := Panel{
		X: Axis{Label: "interspike interval", Unit: "ms", Log: !v.Linear, Tight: true},
		Y: Axis{Label: "share of intervals", Unit: "%", Zero: true},
	}
	for _, s := range v.Populations {
		label := s.Name
		if s.Below > 0 {
			label += " (" + number(100*s.Below, 0) + " % below " + significant(v.Threshold) + " ms)"
		}
		bars := Bars{Name: s.Name, Label: label, Edges: s.Edges, Values: times100(s.Shares), Color: s.Color, Open: true}
		if bars.undefined() {
			bars.Label += " (no intervals)"
		}
		p.Marks = append(p.Marks, bars)
	}
	p.Marks = append(p.Marks, Rule{Name: "threshold of a burst", At: v.Threshold, Color: ink, Dash: Dashed})
	page := Page{Width: v.Width, Rows: []Row{{Height: 42, Panels: []Panel{p}}}}
	if page.Width == 0 {
		page.Width = SingleColumn
	}
	return page
}
