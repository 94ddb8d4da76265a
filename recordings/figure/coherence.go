package figure

// Coherence shows which frequencies of an input a population transmits, in its event rate and in its burst
// probability, with the level that unrelated signals would exceed by chance.
type Coherence struct {
	Inputs []CoherenceOf // one panel for each input
	Width  float64       // mm; default SingleColumn for one input, DoubleColumn for more
}

// CoherenceOf is the coherence of one input with several signals.
type CoherenceOf struct {
	Input      string    // "somatic current"
	Frequency  []float64 // Hz
	Signals    []CoherentSignal
	Level      float64 // coherence that chance exceeds with probability 1 - Confidence; none if 0
	Confidence float64 // 0.95
}

// CoherentSignal is one curve, mean and s.d. over seeds.
type CoherentSignal struct {
	Name     string
	Mean, SD []float64
	Color    Color
}

// Page implements Figure.
func (c Coherence) Page() Page {
	var panels []Panel
	for _, in := range c.Inputs {
		p := Panel{
			Title: in.Input,
			X:     Axis{Label: "frequency", Unit: "Hz", Log: true, Tight: true},
			Y:     Axis{Label: "coherence", Range: [2]float64{0, 1}},
		}
		for i, s := range in.Signals {
			if s.Color == Auto {
				s.Color = Cycle(i)
			}
			p.Marks = append(p.Marks, Line{Name: s.Name, X: in.Frequency, Y: s.Mean, SD: s.SD, Color: s.Color})
		}
		if in.Level > 0 {
			p.Marks = append(p.Marks, Rule{Name: number(100*in.Confidence, 0) + " % level", At: in.Level, Across: true,
				Dash: Dashed})
		}
		panels = append(panels, p)
	}
	page := Page{Width: c.Width, Rows: []Row{{Height: 42, Panels: panels}}}
	if page.Width == 0 && len(panels) < 2 {
		page.Width = SingleColumn
	}
	return page
}
