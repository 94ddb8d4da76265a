package figure

// Responses shows f-I curves: event rate, burst rate and burst probability against a current, one row for each
// compartment that receives it, one curve for each condition (the current in the other compartment).
type Responses struct {
	Inputs []Input
	Width  float64 // mm, default DoubleColumn
}

// Input is one row of Responses.
type Input struct {
	Label     string // "somatic current"
	Unit      string // "pA"
	Condition string // what the names of the curves are values of, "dendritic current"; may be empty
	Curves    []Response
}

// Response is one condition. Standard deviations are over seeds and may be nil.
type Response struct {
	Name                       string
	Input                      []float64
	EventRate, EventRateSD     []float64 // Hz
	BurstRate, BurstRateSD     []float64 // Hz
	Probability, ProbabilitySD []float64 // bursts per event, 0 to 1
	Color                      Color
}

// Page implements Figure.
func (r Responses) Page() Page {
	page := Page{Width: r.Width}
	for _, in := range r.Inputs {
		x := Axis{Label: in.Label, Unit: in.Unit}
		events := Panel{Title: in.Condition, X: x, Y: Axis{Label: "event rate", Unit: "Hz", Zero: true}}
		bursts := Panel{X: x, Y: Axis{Label: "burst rate", Unit: "Hz", Zero: true}}
		probability := Panel{X: x, Y: Axis{Label: "burst probability", Unit: "%", Zero: true}}
		for i, c := range in.Curves {
			if c.Color == Auto {
				c.Color = Cycle(i)
			}
			line := Line{Name: c.Name, X: c.Input, Color: c.Color, Dots: true}
			line.Y, line.SD = c.EventRate, c.EventRateSD
			events.Marks = append(events.Marks, line)
			line.Quiet = true
			line.Y, line.SD = c.BurstRate, c.BurstRateSD
			bursts.Marks = append(bursts.Marks, line)
			line.Y, line.SD = times100(c.Probability), times100(c.ProbabilitySD)
			probability.Marks = append(probability.Marks, line)
		}
		page.Rows = append(page.Rows, Row{Height: 38, Panels: []Panel{events, bursts, probability}})
	}
	return page
}
