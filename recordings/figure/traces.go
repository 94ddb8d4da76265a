package figure

import "github.com/burstplex/burstplex/recordings/analysis"

// Traces shows time courses under each other on one time axis, each with an injected current or another signal
// laid over it, and below them rasters.
type Traces struct {
	Time    []float64  // centres of bins, s
	Shown   [2]float64 // limits of the time axis, s; default those of the bins
	Traces  []Trace
	Rasters []Raster // Time in s, one panel for each
	Width   float64  // mm, default DoubleColumn
}

// Trace is one panel of Traces. Its values belong to Traces.Time.
type Trace struct {
	Name        string // in the legend, "pyr1 event rate"
	Label, Unit string // of the axis, "event rate", "Hz"
	Mean, SD    []float64
	Color       Color
	References  []Reference
	Overlay     Overlay
	// Correlate prints the Pearson correlation of Mean with the overlay, over all times from CorrelateFrom (s).
	Correlate     bool
	CorrelateFrom float64
}

// Reference is a known time course, drawn thin and dashed or dotted in black and grey. It has its own times.
type Reference struct {
	Name         string
	Time, Values []float64
}

// Overlay is a second signal, with an axis of its own on the right unless label and unit are those of the trace.
type Overlay struct {
	Name, Label, Unit string
	Values, SD        []float64
	References        []Reference
	Color             Color // default Orange
}

const traceHeight = 24 // mm

// Page implements Figure.
func (t Traces) Page() Page {
	page := Page{Width: t.Width, ShareX: true}
	time := t.axis()
	explained := map[string]bool{}
	for _, trace := range t.Traces {
		p := Panel{X: time, Y: Axis{Label: trace.Label, Unit: trace.Unit, Zero: true}}
		c := trace.Color
		if c == Auto {
			c = Blue
		}
		main := Line{Name: trace.Name, X: t.Time, Y: trace.Mean, SD: trace.SD, Color: c}
		if o := trace.Overlay; o.Values != nil {
			apart := o.Label != trace.Label || o.Unit != trace.Unit // what can be compared shares the axis
			if apart {
				p.Right = Axis{Label: o.Label, Unit: o.Unit}
			}
			if o.Color == Auto {
				o.Color = Orange
			}
			p.Marks = append(p.Marks, Line{Name: o.Name, X: t.Time, Y: o.Values, SD: o.SD, Color: o.Color, Right: apart,
				Dash: Dashed})
			if trace.Correlate {
				p.Note = "r = " + number(analysis.Pearson(t.after(trace.CorrelateFrom, trace.Mean), t.after(trace.CorrelateFrom,
					o.Values)), 2)
			}
		}
		p.Marks = append(p.Marks, main)
		for i, r := range trace.Overlay.References {
			p.Marks = append(p.Marks, r.line(i, p.Right.Label != "", explained))
		}
		for i, r := range trace.References {
			p.Marks = append(p.Marks, r.line(i, false, explained))
		}
		page.Rows = append(page.Rows, Row{Height: traceHeight, Panels: []Panel{p}})
	}
	for _, r := range t.Rasters {
		page.Rows = append(page.Rows, Row{Height: 30, Panels: []Panel{{
			X: time, Y: Axis{Label: withNeuron(r.Name), Tight: true}, Marks: []Mark{r},
		}}})
	}
	return page
}

// axis begins and ends with the bins of which Time has the centres.
func (t Traces) axis() Axis {
	a := Axis{Label: "time", Unit: "s", Tight: true, Range: t.Shown}
	if t.Shown[0] < t.Shown[1] {
		return a
	}
	if n := len(t.Time); n > 1 {
		half := (t.Time[n-1] - t.Time[0]) / float64(n-1) / 2
		a.Range = [2]float64{t.Time[0] - half, t.Time[n-1] + half}
	}
	return a
}

func withNeuron(name string) string {
	if name == "" {
		return "neuron"
	}
	return name + " neuron"
}

// line draws the i-th reference. Its name is in the legend once per figure.
func (r Reference) line(i int, onRight bool, explained map[string]bool) Mark {
	l := Line{Name: r.Name, X: r.Time, Y: r.Values, Thin: true, Right: onRight, Color: Black, Dash: Dashed,
		Quiet: explained[r.Name]}
	if i > 0 {
		l.Color, l.Dash = Gray, Dotted
	}
	explained[r.Name] = true
	return l
}

// after returns the values from a time on.
func (t Traces) after(from float64, values []float64) []float64 {
	var out []float64
	for i, s := range t.Time {
		if s >= from {
			out = append(out, value(values, i))
		}
	}
	return out
}
