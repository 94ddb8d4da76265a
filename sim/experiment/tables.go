package experiment

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sbinet/npyio/npz"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/synapse"
)

// columns reads numbers from a CSV file with a header; every wanted column must be there, optional ones may. The
// error names file and line.
func columns(name string, text []byte, wanted, optional []string) (map[string][]float64, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.TrimLeadingSpace = true
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s:1: the header is missing (allowed: %s)", name, strings.Join(wanted, ","))
	}
	out := map[string][]float64{}
	for _, column := range append(slices.Clone(wanted), optional...) {
		at := slices.Index(rows[0], column)
		if at < 0 {
			if slices.Contains(wanted, column) {
				return nil, fmt.Errorf("%s:1: the column %q is missing", name, column)
			}
			continue
		}
		values := make([]float64, 0, len(rows))
		for i, row := range rows[1:] {
			v, err := strconv.ParseFloat(strings.TrimSpace(row[at]), 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("%s:%d: %s = %q is not a finite number", name, i+2, column, row[at])
			}
			values = append(values, v)
		}
		out[column] = values
	}
	return out, nil
}

// readSynapses reads an explicit list of synapses from CSV or npz.
func readSynapses(name string, text []byte) (*synapse.List, error) {
	var c map[string][]float64
	var err error
	if strings.HasSuffix(name, ".npz") {
		c, err = npzColumns(name, text, []string{"source", "target"}, []string{"weight", "delay_ms"})
	} else {
		c, err = columns(name, text, []string{"source", "target"}, []string{"weight", "delay_ms"})
	}
	if err != nil {
		return nil, err
	}
	list := &synapse.List{Synapses: make([]synapse.Synapse, len(c["source"])), HasWeight: c["weight"] != nil, HasDelays: c["delay_ms"] != nil}
	for i := range list.Synapses {
		s := &list.Synapses[i]
		if c["source"][i] != math.Trunc(c["source"][i]) || c["target"][i] != math.Trunc(c["target"][i]) {
			return nil, fmt.Errorf("%s:%d: source and target must be whole numbers", name, i+2)
		}
		s.Source, s.Target = int(c["source"][i]), int(c["target"][i])
		if list.HasWeight {
			s.Weight = c["weight"][i]
		}
		if list.HasDelays {
			if s.Delay = c["delay_ms"][i]; s.Delay <= 0 || s.Delay > 10000 {
				return nil, fmt.Errorf("%s:%d: delay_ms = %g (allowed: (0, 10000])", name, i+2, s.Delay)
			}
		}
	}
	return list, nil
}

func npzColumns(name string, text []byte, wanted, optional []string) (map[string][]float64, error) {
	r, err := npz.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	out := map[string][]float64{}
	n := -1
	for _, column := range append(slices.Clone(wanted), optional...) {
		key := column + ".npy"
		if !slices.Contains(r.Keys(), key) {
			if slices.Contains(wanted, column) {
				return nil, fmt.Errorf("%s: the array %q is missing", name, column)
			}
			continue
		}
		var f []float64
		if err := r.Read(key, &f); err != nil {
			var k []int64
			if err := r.Read(key, &k); err != nil {
				return nil, fmt.Errorf("%s: the array %q is neither float64 nor int64: %w", name, column, err)
			}
			for _, v := range k {
				f = append(f, float64(v))
			}
		}
		if n >= 0 && len(f) != n {
			return nil, fmt.Errorf("%s: the arrays differ in length", name)
		}
		n = len(f)
		out[column] = f
	}
	return out, nil
}

// columnWithUnit returns the name of the column QUANTITY_UNIT of a CSV file, and by what its numbers are to be multiplied to be
// in a unit.
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

// readCurrent reads a current that is linear between its samples.
func readCurrent(name string, text []byte) (sim.Wave, error) {
	time, seconds, err := columnWithUnit(name, text, "time", "s")
	if err != nil {
		return nil, err
	}
	current, picoamperes, err := columnWithUnit(name, text, "current", "pA")
	if err != nil {
		return nil, err
	}
	c, err := columns(name, text, []string{time, current}, nil)
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
	c, err := columns(file, text, []string{"time_s", column}, nil)
	if err != nil {
		return nil, nil, false
	}
	return c["time_s"], c[column], true
}
