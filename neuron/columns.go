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

func columnName(s string) string { return strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")) }

// readCSV calls row with the values of the wanted columns of every line below the first, which names the columns.
// Values are valid during the call.
func readCSV(fsys fs.FS, name string, wanted []string, row func(line int, fields []string) error) (err error) {
	var file io.ReadCloser
	if fsys != nil {
		file, err = fsys.Open(name)
	} else {
		file, err = os.Open(name)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", name, err)
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
	column := make([]int, len(wanted))
	for k, want := range wanted {
		column[k] = slices.IndexFunc(header, func(have string) bool { return columnName(have) == want })
		if column[k] < 0 {
			return csvError(name, 1, "there is no column %s; the first line must name the columns %s", want,
				strings.Join(wanted, ", "))
		}
	}
	for i, have := range header {
		if !slices.Contains(column, i) {
			return csvError(name, 1, "the column %q would be ignored (allowed: %s, each once)", columnName(have),
				strings.Join(wanted, ", "))
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
			fields[k] = record[c]
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
