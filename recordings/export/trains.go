package export

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Train is the spike train of one unit, for a replay population: ascending times without doubles.
type Train struct {
	Recording string // CSV only: the column "recording", or "population"
	Unit      string
	Times     []spike.Tick
}

// ReadTrains reads spike trains from a file by what it is: SONATA (HDF5), CSV (a header line with a time column), or a
// text raster ("seconds neuron" lines, also NEST's). Files may be gzipped. Units come in the order in which they first appear, rasters
// and SONATA in order of number. Times need not be sorted.
func ReadTrains(path string) ([]Train, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	if start, _ := in.Peek(8); bytes.Equal(start, []byte("\x89HDF\r\n\x1a\n")) {
		return ReadSONATA(path, "")
	} else if len(start) > 1 && start[0] == 0x1f && start[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		in = bufio.NewReaderSize(z, 1<<16)
	}
	// A CSV file begins with the names of its columns.
	start, _ := in.Peek(1 << 12)
	line, rest, _ := strings.Cut(string(start), "\n")
	for strings.HasPrefix(line, "#") {
		line, rest, _ = strings.Cut(rest, "\n")
	}
	read := ReadRaster
	if strings.Contains(line, ",") {
		read = ReadCSV
	}
	trains, err := read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return trains, nil
}

// builder collects trains by unit.
type builder struct {
	index  map[[2]string]int
	trains []Train
}

func (b *builder) add(recording, unit string, t spike.Tick) {
	if b.index == nil {
		b.index = make(map[[2]string]int)
	}
	key := [2]string{recording, unit}
	i, ok := b.index[key]
	if !ok {
		i = len(b.trains)
		key = [2]string{strings.Clone(recording), strings.Clone(unit)}
		b.index[key] = i
		b.trains = append(b.trains, Train{Recording: key[0], Unit: key[1]})
	}
	b.trains[i].Times = append(b.trains[i].Times, t)
}

// finish sorts the times and drops doubles.
func (b *builder) finish() []Train {
	for i := range b.trains {
		t := b.trains[i].Times
		slices.Sort(t)
		b.trains[i].Times = slices.Compact(t)
	}
	return b.trains
}

// timeColumns are the names of columns that hold times, and ns per unit.
func timeColumns() map[string]float64 {
	return map[string]float64{"time_s": 1e9, "t_s": 1e9, "time": 1e9, "time_ms": 1e6, "t_ms": 1e6, "timestamps": 1e6, "time_us": 1e3, "time_ns": 1, "t_ns": 1}
}

// ReadCSV reads trains from a table with a header line. It needs a column of times (time_s, time_ms, time_us, time_ns,
// or time in s) and one of units (unit, neuron, node_id, sender or id), and takes recording or population if there.
func ReadCSV(in io.Reader) ([]Train, error) {
	r := csv.NewReader(in)
	r.Comment, r.ReuseRecord, r.TrimLeadingSpace = '#', true, true
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: no header: %w", err)
	}
	head = slices.Clone(head)
	at, unit, rec, scale := -1, -1, -1, 0.0
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		if s, ok := timeColumns()[name]; ok {
			at, scale = i, s
		}
		switch name {
		case "unit", "neuron", "node_id", "node_ids", "sender", "senders", "id":
			unit = i
		case "recording", "population":
			rec = i
		}
	}
	if at < 0 || unit < 0 {
		return nil, fmt.Errorf("line 1: columns %q hold no time (time_s, time_ms, time_us, time_ns) or no unit (unit, neuron, node_id, sender)", head)
	}
	var b builder
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return b.finish(), nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(at)
		t, err := parseTime(row[at], scale)
		if err != nil {
			return nil, fmt.Errorf("line %d: column %s: %w", line, head[at], err)
		}
		name := ""
		if rec >= 0 {
			name = row[rec]
		}
		b.add(name, row[unit], t)
	}
}

// parseTime reads a time in units of scale ns, rounded to the ns.
func parseTime(s string, scale float64) (spike.Tick, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	return toTick(x, scale)
}

func toTick(x, scale float64) (spike.Tick, error) {
	if math.IsNaN(x) || math.Abs(x*scale) > float64(spike.Forever) {
		return 0, fmt.Errorf("%g is not a time", x)
	}
	return spike.Tick(math.Round(x * scale)), nil
}

// ReadRaster reads a text raster: lines "seconds neuron". A line of names ("sender time_ms", as NEST writes it) says
// otherwise; lines that begin with # are comments. Trains come in the order of neuron numbers.
func ReadRaster(in io.Reader) ([]Train, error) {
	lines := bufio.NewScanner(in)
	at, unit, scale := 0, 1, 1e9
	var b builder
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 2 {
			return nil, fmt.Errorf("line %d: %q is not a time and a neuron", n, lines.Text())
		}
		if _, err := strconv.ParseFloat(fields[0], 64); err != nil && len(b.trains) == 0 {
			at = slices.IndexFunc(fields, func(s string) bool { _, ok := timeColumns()[s]; return ok })
			if at < 0 || at > 1 {
				return nil, fmt.Errorf("line %d: none of the columns %q is time_s, time_ms, time_us or time_ns", n, fields)
			}
			unit, scale = 1-at, timeColumns()[fields[at]]
			continue
		}
		t, err := parseTime(fields[at], scale)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if _, err := strconv.ParseUint(fields[unit], 10, 64); err != nil {
			return nil, fmt.Errorf("line %d: neuron %q is not a number", n, fields[unit])
		}
		b.add("", fields[unit], t)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	trains := b.finish()
	slices.SortFunc(trains, byNumber)
	return trains, nil
}

// byNumber orders trains by unit as numbers.
func byNumber(a, b Train) int {
	if len(a.Unit) != len(b.Unit) {
		return len(a.Unit) - len(b.Unit)
	}
	return strings.Compare(a.Unit, b.Unit)
}
