package figure

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// column is a column of the table beside a figure.
type column struct {
	name     string // with its unit
	plain    string // the name before it was made unique in the table
	values   []float64
	text     []string // instead of values
	abscissa bool     // may be shared: written once for all curves that have it
}

// table collects the columns of all panels, in reading order. With more than one panel a name begins with the
// panel's letter. An abscissa serves all curves that have its values, in all panels; the second with the same
// label is named after its curve.
func (p Page) table() []column {
	var all []column
	names := map[string]int{}
	for r, row := range p.Rows {
		for c, panel := range row.Panels {
			for _, m := range panel.Marks {
				y := panel.Y
				if _, onRight := m.wants(); onRight {
					y = panel.Right
				}
				cols := m.table(panel.X, y)
				for _, col := range cols {
					col.plain = col.name
					if col.abscissa && slices.ContainsFunc(all, col.same) {
						continue
					}
					letter := p.letter(r, c)
					if first := col.abscissa && names[col.name] == 0; letter != "" && !first {
						col.name = letter + " " + col.name
					}
					if col.abscissa && names[col.plain] > 0 {
						col.name += " of " + cols[len(cols)-1].name
					}
					names[col.plain]++
					if names[col.name]++; names[col.name] > 1 && col.name != col.plain {
						col.name += " #" + strconv.Itoa(names[col.name])
					}
					all = append(all, col)
				}
			}
		}
	}
	return all
}

// same reports whether x is the same abscissa.
func (c column) same(x column) bool {
	return x.abscissa && x.plain == c.plain && slices.EqualFunc(x.values, c.values, func(a, b float64) bool {
		return a == b || math.IsNaN(a) && math.IsNaN(b)
	})
}

// header names a column of y: the name of the curve, and the quantity if that does not say it.
func header(curve string, y Axis, more string) string {
	switch {
	case curve == "":
		curve = y.Label
	case y.Label != "" && !strings.Contains(curve, y.Label):
		curve = y.Label + ": " + curve
	}
	return withUnit(curve+more, y.Unit)
}

// WriteCSV writes the numbers of a figure: a header with name and unit of every column, then the values with all
// their digits. Columns may have different lengths; what is missing at their ends is empty, NaN is written NaN.
func WriteCSV(w io.Writer, f Figure) error {
	cols := f.Page().table()
	rows := 0
	record := make([]string, len(cols))
	for i, c := range cols {
		record[i] = c.name
		rows = max(rows, len(c.values), len(c.text))
	}
	out := csv.NewWriter(w)
	if err := out.Write(record); err != nil {
		return err
	}
	for r := range rows {
		for i, c := range cols {
			switch record[i] = ""; {
			case r < len(c.text):
				record[i] = c.text[r]
			case r < len(c.values):
				record[i] = strconv.FormatFloat(c.values[r], 'g', -1, 64)
			}
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
