package figure

// Spikes is a raster of one or several populations above their rates, on one time axis.
type Spikes struct {
	Blocks []Block // drawn from top to bottom
	Time   []float64
	Rates  []Rate  // beside Time (s)
	Width  float64 // mm, default DoubleColumn
}

// Block is the raster of some neurons of a population.
type Block struct {
	Name  string
	Rows  int
	Time  []float64 // s
	Row   []float64 // 0 to Rows-1
	Burst []bool
}

// Rate is the time course of a rate, in Hz per neuron, mean and s.d. over seeds if there are any.
type Rate struct {
	Name     string
	Mean, SD []float64
	Color    Color
}

// Page implements Figure.
func (s Spikes) Page() Page {
	time := Axis{Label: "time", Unit: "s", Tight: true}
	total := 0
	for _, b := range s.Blocks {
		total += b.Rows
	}
	raster := Panel{X: time, Y: Axis{Label: "neuron", Range: [2]float64{0, float64(max(total, 1))}}}
	if len(s.Blocks) > 1 {
		raster.Y.Label = "" // the places are named
	}
	top := total
	for i, b := range s.Blocks {
		top -= b.Rows
		r := Raster{Name: "", Time: b.Time, Row: b.Row, Burst: b.Burst, Rows: float64(b.Rows), Base: float64(top)}
		if i == 0 {
			r.Name = " "
		}
		raster.Marks = append(raster.Marks, r)
	}
	rates := Panel{X: time, Y: Axis{Label: "rate", Unit: "Hz", Zero: true}}
	for _, r := range s.Rates {
		rates.Marks = append(rates.Marks, Line{Name: r.Name, X: s.Time, Y: r.Mean, SD: r.SD, Color: r.Color})
	}
	return Page{Width: s.Width, ShareX: true, Rows: []Row{
		{Height: min(90, max(28, .28*float64(total))), Panels: []Panel{raster}},
		{Height: 26, Panels: []Panel{rates}},
	}}
}
