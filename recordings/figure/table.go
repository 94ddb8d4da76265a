package figure

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
)

// column is a column of the table beside a figure.
type column struct {
	name     string
	values   []float64
	text     []string // instead of values
	abscissa bool     // may be shared: written once for all curves that have it
}

// table collects the columns of all panels, in reading order. With more than one panel a name begins with the
// panel's letter; an abscissa that an earlier panel has already is not repeated.
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
				for _, col := range m.table(panel.X, y) {
					plain := col.name
					if col.abscissa && slices.ContainsFunc(all, func(x column) bool { return x.abscissa && same(x, col, plain) }) {
						continue
					}
					if letter := p.letter(r, c); letter != "" {
						col.name = letter + " " + plain
					}
					if names[col.name]++; names[col.name] > 1 {
						col.name += " #" + strconv.Itoa(names[col.name])
					}
					all = append(all, col)
				}
			}
		}
	}
	return all
}

// same reports whether a column of the table is the abscissa col, whose name without a letter is plain.
func same(x, col column, plain string) bool {
	if len(x.name) < len(plain) || x.name[len(x.name)-len(plain):] != plain {
		return false
	}
	return slices.EqualFunc(x.values, col.values, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
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
