package neuron

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// csvError is a fault in a file, in one line: place and reason.
func csvError(name string, line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", name, line, fmt.Sprintf(format, args...))
}

// ReadTrains reads spike trains from a CSV file, gzipped if its name ends in .gz. The first line names the columns, of
// which unit and time_s (seconds) are needed and recording is used if it is there; spikes may come in any order. An empty
// recording stands for the only one in the file, no units for all in order of appearance. A nil fsys is the file system.
func ReadTrains(fsys fs.FS, name, recording string, units []string) ([][]spike.Tick, error) {
	t := trainReader{name: name, recording: recording, all: len(units) == 0, index: map[string]int{}}
	for i, u := range units {
		if _, twice := t.index[u]; twice {
			return nil, fmt.Errorf("%s: unit %q is listed twice", name, u)
		}
		t.index[u] = i
	}
	t.trains = make([][]spike.Tick, len(units))
	if err := readCSV(fsys, name, []string{"unit", "time_s"}, []string{"recording"}, t.row); err != nil {
		return nil, err
	}
	if recording == "" && len(t.recordings) > 1 {
		return nil, fmt.Errorf("%s holds %d recordings, choose one: %s", name, len(t.recordings), listed(t.recordings))
	}
	if recording != "" && !slices.Contains(t.recordings, recording) {
		return nil, fmt.Errorf("%s: there is no recording %q, only %s", name, recording, listed(t.recordings))
	}
	for i, u := range units {
		if len(t.trains[i]) == 0 {
			return nil, fmt.Errorf("%s: there is no unit %q in recording %q", name, u, recording)
		}
	}
	if len(t.trains) == 0 {
		return nil, fmt.Errorf("%s holds no spikes", name)
	}
	for _, train := range t.trains {
		slices.Sort(train)
	}
	return t.trains, nil
}

// listed joins names, the first few of many.
func listed(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// trainReader collects the trains of one recording.
type trainReader struct {
	name, recording string
	all             bool           // all units
	index           map[string]int // number of each unit
	trains          [][]spike.Tick
	recordings      []string // in order of appearance
}

func (t *trainReader) row(line int, fields []string) error {
	unit, recording := fields[0], fields[2]
	if len(t.recordings) == 0 || t.recordings[len(t.recordings)-1] != recording && !slices.Contains(t.recordings, recording) {
		t.recordings = append(t.recordings, strings.Clone(recording))
	}
	at, err := seconds(fields[1])
	if err != nil {
		return csvError(t.name, line, "time_s: %v", err)
	}
	if t.recording != "" && recording != t.recording {
		return nil
	}
	i, ok := t.index[unit]
	if !ok {
		if !t.all {
			return nil
		}
		i = len(t.trains)
		t.index[strings.Clone(unit)] = i
		t.trains = append(t.trains, nil)
	}
	t.trains[i] = append(t.trains[i], at)
	return nil
}

// seconds reads a time.
func seconds(text string) (spike.Tick, error) {
	x, err := number(text)
	if err == nil && math.Abs(x) > 1e9 {
		err = fmt.Errorf("%q is not between -1e9 and 1e9 seconds", text)
	}
	return spike.FromSeconds(x), err
}

func number(text string) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return x, nil
}

// readCSV calls row with the values of the required and then the optional columns ("" where a column is missing) of every
// line below the first, which names the columns. Values are valid during the call.
func readCSV(fsys fs.FS, name string, required, optional []string, row func(line int, fields []string) error) (err error) {
	var file io.ReadCloser
	if fsys != nil {
		file, err = fsys.Open(name)
	} else {
		file, err = os.Open(name)
	}
	if err != nil {
		return fmt.Errorf("spike trains cannot be read: %w", err)
	}
	defer file.Close()
	var text io.Reader = bufio.NewReaderSize(file, 1<<16)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(text)
		if err != nil {
			return fmt.Errorf("%s is not a gzip file: %w", name, err)
		}
		text = z
	}
	r := csv.NewReader(text)
	r.ReuseRecord, r.Comment = true, '#'
	header, err := r.Read()
	if err != nil {
		return rowError(name, err)
	}
	wanted := slices.Concat(required, optional)
	column := make([]int, len(wanted))
	for k, want := range wanted {
		column[k] = slices.IndexFunc(header, func(have string) bool { return strings.TrimSpace(strings.TrimPrefix(have, "\ufeff")) == want })
		if column[k] < 0 && k < len(required) {
			return csvError(name, 1, "there is no column %s; the first line must name the columns %s", want, strings.Join(slices.Concat(optional, required), ", "))
		}
	}
	fields := make([]string, len(wanted))
	for {
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return rowError(name, err)
		}
		for k, c := range column {
			if fields[k] = ""; c >= 0 {
				fields[k] = record[c]
			}
		}
		line, _ := r.FieldPos(0)
		if err := row(line, fields); err != nil {
			return err
		}
	}
}

// rowError puts an error of the CSV reader into the form file:line: reason.
func rowError(name string, err error) error {
	var parse *csv.ParseError
	switch {
	case err == io.EOF:
		return fmt.Errorf("%s is empty", name)
	case errors.As(err, &parse):
		return csvError(name, parse.Line, "%v", parse.Err)
	}
	return fmt.Errorf("%s cannot be read: %w", name, err)
}
