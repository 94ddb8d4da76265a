package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
)

// tidy are the flags of commands that print numbers for programs.
type tidy struct {
	JSON bool `name:"json" help:"Print JSON: a list of objects, one for each row." xor:"form"`
	CSV  bool `name:"csv" help:"Print CSV: a header, then a line for each row." xor:"form"`
}

// asked reports whether rows are wanted in place of a table for people.
func (f tidy) asked() bool { return f.JSON || f.CSV }

// write prints rows in the form that was asked for.
func (f tidy) write(w io.Writer, rows []row) error {
	if f.JSON {
		return writeJSON(w, rows)
	}
	return writeCSV(w, rows)
}

// cell is a named value: text, a whole number, or a float64, of which NaN is empty (CSV) or null (JSON).
type cell struct {
	name  string
	value any
}

// row is a line of a table.
type row []cell

// MarshalJSON keeps the order of the cells.
func (r row) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		v := c.value
		if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			v = nil
		}
		name, err := json.Marshal(c.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func writeJSON(w io.Writer, rows []row) error {
	if rows == nil {
		rows = []row{}
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	return err
}

// writeCSV takes the header from the first row.
func writeCSV(w io.Writer, rows []row) error {
	c := csv.NewWriter(w)
	for i, r := range rows {
		if i == 0 {
			head := make([]string, len(r))
			for k, v := range r {
				head[k] = v.name
			}
			c.Write(head)
		}
		line := make([]string, len(r))
		for k, v := range r {
			switch x := v.value.(type) {
			case float64:
				if !math.IsNaN(x) {
					line[k] = strconv.FormatFloat(x, 'g', -1, 64)
				}
			default:
				line[k] = fmt.Sprint(x)
			}
		}
		c.Write(line)
	}
	c.Flush()
	return c.Error()
}
