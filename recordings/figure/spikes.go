package figure

import (
	"math"
	"strconv"
)

// Spikes is a raster of one or several populations above their rates, on one time axis.
type Spikes struct {
	Blocks []Block // drawn from top to bottom
	Time   []float64
	Shown  [2]float64 // limits of the time axis, s; default those of the bins
	Rates  []Rate     // beside Time (s)
	Width  float64    // mm, default DoubleColumn
}

// Block is the raster of some neurons of a population.
type Block struct {
	Name   string
	Rows   int
	Neuron []int     // the number of the neuron of each row; nil: unknown
	Time   []float64 // s
	Row    []float64 // 0 to Rows-1
	Burst  []bool
}

// Rate is the time course of a rate, in Hz per neuron, mean and s.d. over seeds if there are any.
type Rate struct {
	Name     string
	Mean, SD []float64
	Color    Color
}

// Page implements Figure.
func (s Spikes) Page() Page {
	time := Traces{Time: s.Time, Shown: s.Shown}.axis()
	total := 0
	for _, b := range s.Blocks {
		total += b.Rows
	}
	height := min(150, max(28, .6*float64(total))) // mm
	gap := 0                                       // rows between blocks, for the numbers of neurons at their edges
	if n := len(s.Blocks); n > 1 {
		gap = int(math.Ceil(float64(total) * 4.2 / (height - 4.2*float64(n-1))))
		total += gap * (n - 1)
	}
	raster := Panel{X: time, Y: Axis{Label: "neuron", Range: [2]float64{0, float64(max(total, 1))}}}
	top := total
	for i, b := range s.Blocks {
		top -= b.Rows
		raster.Marks = append(raster.Marks, Raster{Name: b.Name, Time: b.Time, Row: b.Row, Burst: b.Burst,
			Rows: float64(b.Rows), Base: float64(top), Neuron: b.Neuron, Quiet: i > 0})
		if len(s.Blocks) > 1 {
			raster.Y.Label = ""
			raster.Y.Names = append(raster.Y.Names, b.Name)
			raster.Y.Places = append(raster.Y.Places, float64(top)+float64(b.Rows)/2)
		}
		if n := len(b.Neuron); n > 1 && (len(s.Blocks) == 1 || height*float64(b.Rows)/float64(total) > 11) {
			raster.Y.Names = append(raster.Y.Names, strconv.Itoa(b.Neuron[0]), strconv.Itoa(b.Neuron[n-1]))
			raster.Y.Places = append(raster.Y.Places, float64(top)+.5, float64(top+n)-.5)
		}
		if top -= gap; i < len(s.Blocks)-1 {
			raster.Marks = append(raster.Marks, Rule{At: float64(top) + float64(gap)/2, Across: true, Color: LightGray})
		}
	}
	rates := Panel{X: time, Y: Axis{Label: "rate", Unit: "Hz", Zero: true}}
	for _, r := range s.Rates {
		rates.Marks = append(rates.Marks, Line{Name: r.Name, X: s.Time, Y: r.Mean, SD: r.SD, Color: r.Color})
	}
	return Page{Width: s.Width, ShareX: true, Rows: []Row{
		{Height: height, Panels: []Panel{raster}},
		{Height: 26, Panels: []Panel{rates}},
	}}
}
