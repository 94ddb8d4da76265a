package experiment

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
)

// columns reads numbers from a CSV file with a header; every wanted column must be there. Others, which would mean
// nothing, are an error, but for files with many. The error names file and line.
func columns(name string, text []byte, others bool, wanted ...string) (map[string][]float64, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.TrimLeadingSpace = true
	r.Comment = '#'
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: the header is missing (allowed: %s)", name, strings.Join(wanted, ","))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	at := map[string]int{}
	for i, have := range head {
		have = strings.TrimSpace(strings.TrimPrefix(have, "\ufeff"))
		_, twice := at[have]
		if twice || !others && !slices.Contains(wanted, have) {
			return nil, fmt.Errorf("%s:1: the column %q would be ignored (allowed: %s, each once)", name, have,
				strings.Join(wanted, ", "))
		}
		at[have] = i
	}
	out := map[string][]float64{}
	for _, column := range wanted {
		if _, there := at[column]; !there {
			return nil, fmt.Errorf("%s:1: the column %q is missing", name, column)
		}
		out[column] = []float64{}
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		for _, column := range wanted {
			text := row[at[column]]
			v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("%s:%d: %s = %q is not a finite number", name, line, column, text)
			}
			out[column] = append(out[column], v)
		}
	}
}

// columnWithUnit returns the name of the column QUANTITY_UNIT of a CSV file, and by what its numbers are to be
// multiplied to be in a unit.
func columnWithUnit(file string, text []byte, quantity, unit string) (column string, factor float64, err error) {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		for _, name := range strings.Split(line, ",") {
			of, found := strings.CutPrefix(strings.TrimSpace(name), quantity+"_")
			if !found {
				continue
			}
			if factor, err = config.Quantity("1 "+of, unit); err != nil {
				return "", 0, fmt.Errorf("%s:1: the unit of the column %q: %w", file, strings.TrimSpace(name), err)
			}
			return strings.TrimSpace(name), factor, nil
		}
		break
	}
	return "", 0, fmt.Errorf("%s:1: the column %q is missing (%s, or another unit)", file, quantity+"_"+unit, quantity)
}

// readCurrent reads a current that is linear between its samples, or a drive without unit.
func readCurrent(name string, text []byte, bare bool) (sim.Wave, error) {
	time, seconds, err := columnWithUnit(name, text, "time", "s")
	if err != nil {
		return nil, err
	}
	current, picoamperes := "drive", 1.0
	if !bare {
		if current, picoamperes, err = columnWithUnit(name, text, "current", currentUnit); err != nil {
			return nil, err
		}
	}
	c, err := columns(name, text, false, time, current)
	if err != nil {
		return nil, err
	}
	w := &sim.Samples{Linear: true}
	for i, t := range c[time] {
		w.Times, w.Values = append(w.Times, spike.FromSeconds(t*seconds)), append(w.Values, c[current][i]*picoamperes)
		if w.Times[i] < 0 || i > 0 && w.Times[i] <= w.Times[i-1] {
			return nil, fmt.Errorf("%s:%d: %s = %g: times must ascend from 0", name, i+2, time, t)
		}
	}
	if len(w.Times) == 0 {
		return nil, fmt.Errorf("%s: it has no samples", name)
	}
	return w, nil
}

// Reference reads the columns of an embedded file of known courses: the time, and another one if it is there.
func Reference(file, column string) (time, values []float64, ok bool) {
	text, err := builtin.ReadFile("builtin/" + file)
	if err != nil {
		return nil, nil, false
	}
	c, err := columns(file, text, true, "time_s", column)
	if err != nil {
		return nil, nil, false
	}
	return c["time_s"], c[column], true
}
