package figure

// Sensitivity shows how event rate, burst rate and burst probability depend on the interval that parts bursts
// from events.
type Sensitivity struct {
	Thresholds  []float64 // ms
	Populations []SensitivityOf
	Default     float64 // the threshold in use, ms
	Width       float64 // mm, default DoubleColumn
}

// SensitivityOf is what one population says under each threshold, mean and s.d. over seeds.
type SensitivityOf struct {
	Name                       string
	EventRate, EventRateSD     []float64 // Hz
	BurstRate, BurstRateSD     []float64 // Hz
	Probability, ProbabilitySD []float64 // 0 to 1
	Color                      Color
}

// Page implements Figure.
func (s Sensitivity) Page() Page {
	var in Input
	in.Label, in.Unit = "ISI threshold", "ms"
	for _, p := range s.Populations {
		in.Curves = append(in.Curves, Response{
			Name: p.Name, Input: s.Thresholds, Color: p.Color,
			EventRate: p.EventRate, EventRateSD: p.EventRateSD,
			BurstRate: p.BurstRate, BurstRateSD: p.BurstRateSD,
			Probability: p.Probability, ProbabilitySD: p.ProbabilitySD,
		})
	}
	page := Responses{Inputs: []Input{in}, Width: s.Width}.Page()
	for i := range page.Rows[0].Panels {
		p := &page.Rows[0].Panels[i]
		rule := Rule{At: s.Default, Dash: Dashed}
		if i == 0 {
			rule.Name = "in use"
		}
		p.Marks = append([]Mark{rule}, p.Marks...)
	}
	return page
}
