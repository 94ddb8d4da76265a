package export

import (
	"bufio"
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
	"github.com/burstplex/burstplex/recordings"
)

// Train is the spike train of one unit, in order of time. Two spikes may share a time where times were rounded.
type Train struct {
	Recording string // population of a SONATA file or a recording, column "recording" or "population" of a CSV file
	Unit      string
	Times     []spike.Tick
	Kinds     []spike.Kind // of recordings, and of CSV files with a column "kind"; otherwise nil
}

// ReadTrains reads spike trains from a file by what it is: a recording (.bspk), SONATA (HDF5), CSV (a header line with a
// time column), or a text raster ("seconds neuron" lines, also NEST's). Text files may be gzipped. Units of CSV files come in
// the order in which they first appear, others in order of number; those of recordings that were silent come too. Times
// need not be sorted.
func ReadTrains(path string) ([]Train, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	start, _ := in.Peek(8)
	switch kind := kindOf(start); kind {
	case "":
	case "HDF5":
		return ReadSONATA(path, "")
	case "bspk":
		return readRecording(path)
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		in = bufio.NewReaderSize(z, 1<<16)
	default:
		return nil, fmt.Errorf("%s is a %s file: spike trains are read from .bspk, SONATA, CSV and text rasters", path, kind)
	}
	// A CSV file begins with the names of its columns.
	start, _ = in.Peek(1 << 12)
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

// kindOf tells a binary file by its first bytes; "" is text.
func kindOf(start []byte) string {
	for magic, kind := range map[string]string{"\x89HDF\r\n\x1a\n": "HDF5", recordings.Magic: "bspk", "\x1f\x8b": "gzip", "PK\x03\x04": "zip or npz", "PAR1": "Parquet"} {
		if strings.HasPrefix(string(start), magic) {
			return kind
		}
	}
	return ""
}

// IsCSV reports whether a file looks like a table of CSV, plain or gzipped; other formats that ReadTrains knows do not.
func IsCSV(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	start, _ := in.Peek(8)
	switch kindOf(start) {
	case "":
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return false, err
		}
		in = bufio.NewReader(z)
	default:
		return false, nil
	}
	start, _ = in.Peek(1 << 12)
	for line := range strings.Lines(string(start)) {
		if !strings.HasPrefix(line, "#") {
			return strings.Contains(line, ","), nil
		}
	}
	return false, nil
}

// Select returns the times of some units of a recording, in the order of the list, or of all its units. An empty recording
// stands for the only one.
func Select(trains []Train, recording string, units []string) ([][]spike.Tick, error) {
	var names []string
	for _, t := range trains {
		if !slices.Contains(names, t.Recording) {
			names = append(names, t.Recording)
		}
	}
	switch {
	case len(names) == 0:
		return nil, errors.New("there are no spikes")
	case recording == "" && len(names) > 1:
		return nil, fmt.Errorf("there are %d recordings, choose one of %q", len(names), names[:min(8, len(names))])
	case recording == "":
		recording = names[0]
	case !slices.Contains(names, recording):
		return nil, fmt.Errorf("there is no recording %q, only %q", recording, names[:min(8, len(names))])
	}
	var out [][]spike.Tick
	for _, t := range trains {
		if t.Recording == recording && len(units) == 0 {
			out = append(out, t.Times)
		}
	}
	for _, unit := range units {
		i := slices.IndexFunc(trains, func(t Train) bool { return t.Recording == recording && t.Unit == unit })
		if i < 0 {
			return nil, fmt.Errorf("there is no unit %q in recording %q", unit, recording)
		}
		out = append(out, trains[i].Times)
	}
	return out, nil
}

// readRecording reads the trains of all recorded neurons. Units are indices in the population.
func readRecording(path string) ([]Train, error) {
	r, err := recordings.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var trains []Train
	at := map[spike.ID]int{}
	for _, p := range r.Header().Populations {
		for _, part := range p.Recorded {
			for k := range part.Count {
				i := part.First + k*part.Stride
				at[p.First+spike.ID(i)] = len(trains)
				trains = append(trains, Train{Recording: p.Name, Unit: strconv.Itoa(i)})
			}
		}
	}
	for batch, err := range r.Batches(recordings.Query{ByNeuron: true}) {
		if err != nil {
			return nil, err
		}
		for _, e := range batch {
			t := &trains[at[e.Src]]
			t.Times, t.Kinds = append(t.Times, e.At), append(t.Kinds, e.Kind)
		}
	}
	return trains, nil
}

// builder collects trains by unit.
type builder struct {
	index  map[[2]string]int
	trains []Train
}

// add adds a spike; kind is a label or noKind, the same for all.
func (b *builder) add(recording, unit string, t spike.Tick, kind spike.Kind) {
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
	if kind != noKind {
		b.trains[i].Kinds = append(b.trains[i].Kinds, kind)
	}
}

// noKind says that a format has no labels.
const noKind spike.Kind = 255

// finish sorts the times.
func (b *builder) finish() []Train {
	for i := range b.trains {
		t := &b.trains[i]
		if slices.IsSorted(t.Times) {
			continue
		}
		if t.Kinds == nil {
			slices.Sort(t.Times)
			continue
		}
		spikes := make([]spike.Event, len(t.Times))
		for k := range spikes {
			spikes[k] = spike.Event{At: t.Times[k], Kind: t.Kinds[k]}
		}
		slices.SortStableFunc(spikes, spike.Compare)
		for k, e := range spikes {
			t.Times[k], t.Kinds[k] = e.At, e.Kind
		}
	}
	return b.trains
}

// parseKind reads the name of a label.
func parseKind(s string) (spike.Kind, error) {
	for k := spike.Onset; k <= spike.Tail; k++ {
		if s == k.String() {
			return k, nil
		}
	}
	return noKind, fmt.Errorf("%q is not onset, burst or tail", s)
}

// timeColumns are the names of columns that hold times, and ns per unit.
func timeColumns() map[string]float64 {
	return map[string]float64{"time_s": 1e9, "t_s": 1e9, "time": 1e9, "time_ms": 1e6, "t_ms": 1e6, "timestamps": 1e6, "time_us": 1e3, "time_ns": 1, "t_ns": 1}
}

// mostRow is the bytes that a row of a CSV file may have, so that no file, however small when compressed, takes all memory.
const mostRow = 1 << 20

// rowReader ends a row that is too long.
type rowReader struct {
	in   io.Reader
	left int
}

func (r *rowReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, fmt.Errorf("a row is longer than %d bytes", mostRow)
	}
	n, err := r.in.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// ReadCSV reads trains from a table with a header line. It needs a column of times (time_s, time_ms, time_us, time_ns,
// or time in s) and one of units (unit, neuron, node_id, sender or id), and takes recording or population, and kind (onset,
// burst, tail), if there.
func ReadCSV(in io.Reader) ([]Train, error) {
	limited := &rowReader{in, mostRow}
	r := csv.NewReader(limited)
	r.Comment, r.ReuseRecord, r.TrimLeadingSpace = '#', true, true
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: no header: %w", err)
	}
	head = slices.Clone(head)
	at, unit, rec, kinds, scale := -1, -1, -1, -1, 0.0
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if s, ok := timeColumns()[name]; ok {
			at, scale = i, s
		}
		switch name {
		case "unit", "neuron", "node_id", "node_ids", "sender", "senders", "id":
			unit = i
		case "recording", "population":
			rec = i
		case "kind":
			kinds = i
		}
	}
	if at < 0 || unit < 0 {
		return nil, fmt.Errorf("line 1: columns %q hold no time (time_s, time_ms, time_us, time_ns) or no unit (unit, neuron, node_id, sender)", head)
	}
	var b builder
	kind := noKind
	for {
		limited.left = mostRow
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
		if kinds >= 0 {
			if kind, err = parseKind(row[kinds]); err != nil {
				return nil, fmt.Errorf("line %d: column %s: %w", line, head[kinds], err)
			}
		}
		b.add(name, row[unit], t, kind)
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
		b.add("", fields[unit], t, noKind)
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
