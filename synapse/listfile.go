package synapse

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

	"github.com/sbinet/npyio/npz"
)

// ReadList reads an explicit list of synapses from the text of a file: CSV with a line of names, or, if the name ends
// so, npz with an array for each column. Columns, in any order:
//
//	source, target   indices in the populations, from 0
//	weight           in the unit of the projection's receptor; may be missing
//	delay_ms         ms, (0, 10000]; delay_s and delay_us are other units, delay alone is ms; may be missing
//
// Any other column is an error, because what it would mean for the synapses would be lost. Errors name file and line.
func ReadList(name string, text []byte) (*List, error) {
	l := listReader{name: name, list: &List{}}
	read := l.csv
	if strings.HasSuffix(name, ".npz") {
		read = l.npz
	}
	if err := read(text); err != nil {
		return nil, err
	}
	return l.list, nil
}

// listReader reads synapses from columns.
type listReader struct {
	name  string
	list  *List
	at    [4]int  // columns of source, target, weight and delay; -1: none
	delay float64 // ms per unit of delay
}

// head finds the columns.
func (l *listReader) head(names []string) error {
	l.at = [4]int{-1, -1, -1, -1}
	known := []string{"source", "target", "weight", "delay"}
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		k := slices.Index(known, name)
		if unit, ok := strings.CutPrefix(name, "delay_"); ok {
			if l.delay, ok = map[string]float64{"ms": 1, "s": 1e3, "us": 1e-3}[unit]; ok {
				k = 3
			}
		} else if name == "delay" {
			l.delay = 1
		}
		switch {
		case k < 0:
			return fmt.Errorf("%s:1: the column %q would be ignored (allowed: source, target, weight, delay_ms)", l.name, name)
		case l.at[k] >= 0:
			return fmt.Errorf("%s:1: the columns %q and %q are both the %s", l.name, names[l.at[k]], name, known[k])
		}
		l.at[k] = i
	}
	for k, name := range []string{"source", "target"} {
		if l.at[k] < 0 {
			return fmt.Errorf("%s:1: the column %q is missing", l.name, name)
		}
	}
	l.list.HasWeight, l.list.HasDelays = l.at[2] >= 0, l.at[3] >= 0
	return nil
}

// add adds a synapse; value returns the number in a column.
func (l *listReader) add(line int, value func(column int) (float64, error)) error {
	var v [4]float64
	for k, at := range l.at {
		if at < 0 {
			continue
		}
		var err error
		if v[k], err = value(at); err != nil {
			return fmt.Errorf("%s:%d: %w", l.name, line, err)
		}
		if k < 2 && (v[k] != math.Trunc(v[k]) || v[k] < 0 || v[k] > math.MaxInt32) {
			return fmt.Errorf("%s:%d: source and target must be whole numbers from 0, not %g", l.name, line, v[k])
		}
	}
	if v[3] *= l.delay; l.list.HasDelays && !(v[3] > 0 && v[3] <= 10000) {
		return fmt.Errorf("%s:%d: delay_ms = %g (allowed: (0, 10000])", l.name, line, v[3])
	}
	l.list.Synapses = append(l.list.Synapses, Synapse{int(v[0]), int(v[1]), v[2], v[3]})
	return nil
}

func (l *listReader) csv(text []byte) error {
	r := csv.NewReader(bytes.NewReader(text))
	r.TrimLeadingSpace, r.Comment = true, '#'
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:1: the header is missing (allowed: source,target,weight,delay_ms)", l.name)
	}
	if err == nil {
		err = l.head(names)
	}
	for err == nil {
		var row []string
		if row, err = r.Read(); err != nil {
			break
		}
		line, _ := r.FieldPos(0)
		err = l.add(line, func(i int) (float64, error) {
			x, err := strconv.ParseFloat(strings.TrimSpace(row[i]), 64)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				return 0, fmt.Errorf("%s = %q is not a finite number", strings.TrimSpace(names[i]), row[i])
			}
			return x, nil
		})
	}
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &parse):
		return fmt.Errorf("%s:%d: %w", l.name, parse.Line, parse.Err)
	}
	return err
}

func (l *listReader) npz(text []byte) error {
	r, err := npz.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return fmt.Errorf("%s: %w", l.name, err)
	}
	var names []string
	for _, key := range r.Keys() {
		names = append(names, strings.TrimSuffix(key, ".npy"))
	}
	if err := l.head(names); err != nil {
		return err
	}
	columns := make([][]float64, len(names))
	for i, key := range r.Keys() {
		if columns[i], err = npzNumbers(r, key); err != nil {
			return fmt.Errorf("%s: the array %q: %w", l.name, names[i], err)
		}
		if len(columns[i]) != len(columns[0]) {
			return fmt.Errorf("%s: the arrays differ in length", l.name)
		}
	}
	for row := range columns[0] {
		err := l.add(row+1, func(i int) (float64, error) {
			if x := columns[i][row]; !math.IsNaN(x) && !math.IsInf(x, 0) {
				return x, nil
			}
			return 0, fmt.Errorf("%s is not a finite number", names[i])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// npzNumbers reads an array of any type of numbers.
func npzNumbers(r *npz.Reader, key string) (out []float64, err error) {
	h := r.Header(key)
	if h == nil || len(h.Descr.Shape) != 1 {
		return nil, errors.New("has not one dimension")
	}
	switch kind := strings.TrimLeft(h.Descr.Type, "<>|="); kind {
	case "f8":
		return out, r.Read(key, &out)
	case "f4":
		return numbers[float32](r, key)
	case "i8":
		return numbers[int64](r, key)
	case "i4":
		return numbers[int32](r, key)
	case "i2":
		return numbers[int16](r, key)
	case "i1":
		return numbers[int8](r, key)
	case "u8":
		return numbers[uint64](r, key)
	case "u4":
		return numbers[uint32](r, key)
	case "u2":
		return numbers[uint16](r, key)
	case "u1":
		return numbers[uint8](r, key)
	default:
		return nil, fmt.Errorf("of type %s is not one of numbers", kind)
	}
}

func numbers[T float32 | int64 | int32 | int16 | int8 | uint64 | uint32 | uint16 | uint8](
	r *npz.Reader, key string,
) ([]float64, error) {
	var v []T
	err := r.Read(key, &v)
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out, err
}
