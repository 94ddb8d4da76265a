package figure

import (
	"math"
	"strconv"
)

// Comparison sets measured numbers beside known ones: a dot for the deviation of each quantity from its reference
// in %, a shade for the tolerance, and the numbers themselves as text.
type Comparison struct {
	Quantities []Quantity
	References []string // names; the deviation from each is drawn, the numbers printed are those of the first
	Tolerance  float64  // %, shaded; none if 0
	Width      float64  // mm, default DoubleColumn
}

// Quantity is a row of a Comparison.
type Quantity struct {
	Name, Unit   string
	Measured, SD float64   // SD over seeds, NaN if unknown
	Reference    []float64 // one for each of Comparison.References, NaN if there is none
}

// Page implements Figure.
func (c Comparison) Page() Page {
	n := len(c.Quantities)
	p := Panel{X: Axis{Label: "deviation of the measured value", Unit: "%"}}
	measured, known, deviation := Side{Header: "measured"}, Side{}, Side{Header: "deviation"}
	if len(c.References) > 0 {
		known.Header = c.References[0]
	}
	names := make([]string, n)
	for i := range c.Quantities { // the first quantity at the top
		q := c.Quantities[n-1-i]
		names[i] = withUnit(q.Name, q.Unit)
		measured.Cells = append(measured.Cells, plusMinus(q.Measured, q.SD))
		known.Cells = append(known.Cells, beside(value(q.Reference, 0), q.SD))
		deviation.Cells = append(deviation.Cells, signed(percentOff(q.Measured, value(q.Reference, 0))))
	}
	p.Y.Names = names
	p.Side = []Side{measured, known, deviation}
	p.Marks = append(p.Marks, silent{Rule{Margin: c.Tolerance, Name: toleranceName(c.Tolerance)}}, numbers{c})
	for k := range c.References {
		dots := Points{Name: "from " + c.References[k], Color: Cycle(k), Hollow: k > 0, Diamond: k > 0, Diameter: 5}
		for i := range c.Quantities {
			q := c.Quantities[n-1-i]
			r := value(q.Reference, k)
			dots.X = append(dots.X, percentOff(q.Measured, r))
			dots.Y = append(dots.Y, float64(i)+.5)
			dots.XSD = append(dots.XSD, 100*q.SD/math.Abs(r))
		}
		p.Marks = append(p.Marks, silent{dots})
	}
	return Page{Width: c.Width, Rows: []Row{{Height: max(12, 6.2*float64(n)), Panels: []Panel{p}}}}
}

// silent draws a mark whose numbers another one writes.
type silent struct{ Mark }

func (silent) table(Axis, Axis) []column { return nil }

// numbers draws nothing and writes the table of a comparison, a row for each quantity.
type numbers struct{ Comparison }

func (numbers) wants() (Color, bool)     { return ink, false }
func (numbers) measure(x, y *extent)     {}
func (numbers) draw(v view, color Color) {}
func (numbers) legend() []entry          { return nil }

func (n numbers) table(Axis, Axis) []column {
	cols := []column{{name: "quantity"}, {name: "unit"}, {name: "measured"}, {name: "measured s.d."}}
	for _, r := range n.References {
		cols = append(cols, column{name: r}, column{name: "deviation from " + r + " (%)"})
	}
	for _, q := range n.Quantities {
		cols[0].text, cols[1].text = append(cols[0].text, q.Name), append(cols[1].text, q.Unit)
		cols[2].values, cols[3].values = append(cols[2].values, q.Measured), append(cols[3].values, q.SD)
		for k := range n.References {
			r, d := &cols[4+2*k], &cols[5+2*k]
			r.values = append(r.values, value(q.Reference, k))
			d.values = append(d.values, percentOff(q.Measured, value(q.Reference, k)))
		}
	}
	return cols
}

func toleranceName(t float64) string {
	if t <= 0 {
		return ""
	}
	return "± " + significant(t) + " %"
}

func percentOff(measured, reference float64) float64 {
	return 100 * (measured - reference) / math.Abs(reference)
}

func significant(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return minus(strconv.FormatFloat(v, 'g', 4, 64))
}

// plusMinus gives the deviation two digits and the value as many decimals.
func plusMinus(v, sd float64) string {
	if math.IsNaN(v) || math.IsNaN(sd) || sd <= 0 {
		return significant(v)
	}
	return beside(v, sd) + " ± " + beside(sd, sd)
}

// beside writes a value with as many decimals as a deviation deserves.
func beside(v, sd float64) string {
	if math.IsNaN(v) || !(sd > 0) {
		return significant(v)
	}
	return number(v, min(6, max(0, 1-int(math.Floor(math.Log10(sd))))))
}

func signed(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	s := number(v, 1) + " %"
	if v > 0 {
		s = "+" + s
	}
	return s
}
