// Package task is what an experiment file can name when no network of populations and projections says it: a sweep over
// a learning rule, a comparison with a reference, training on a set of images. A task is plain data with units, read
// from [task] in the file, and a Run that writes tables and figures into the result directory.
package task

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/burstplex/burstplex/internal/parallel"
	"github.com/burstplex/burstplex/internal/replace"
)

// Spec is a task with its parameters.
type Spec interface {
	// Validate returns a *neuron.ParameterError for the first parameter that makes no sense.
	Validate() error
	// Run does the task and writes its results. The same seed gives the same files, for any number of workers.
	Run(ctx context.Context, r *Run) error
}

// Preparer is implemented by tasks that read files: Prepare reports what is wrong with them before the result directory
// is made.
type Preparer interface{ Prepare(r *Run) error }

// FileReader is implemented by tasks that read files of the data directory: which these are, once Prepare has read
// them.
type FileReader interface{ Files() []string }

// NoData is the error of a task that needs data where no directory of data is given.
type NoData struct{ Set string } // which data it needs

func (e *NoData) Error() string {
	return "no directory of data is given: where are the files of " + e.Set + "? (burstplex run digits needs none)"
}

// Run is where and how a task is done.
type Run struct {
	Dir      string // result directory, exists
	Data     string // directory of data files that the task reads; may be empty
	Seed     uint64
	Seeds    int // number of seeds: Seed, Seed+1, ...
	Workers  int
	Progress func(share float64) // called with the share of the work that is done; may be nil
	Print    func(line string)   // prints a line of the summary; may be nil
}

// Each calls f(0) ... f(n-1) on as many goroutines as there are workers and returns the first error. It reports
// progress.
func (r *Run) Each(ctx context.Context, n int, f func(i int) error) error {
	var mu sync.Mutex
	done := 0
	var first error
	stopped := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return first != nil
	}
	parallel.Each(r.Workers, n, func(_, i int) {
		if stopped() {
			return
		}
		err := ctx.Err()
		if err == nil {
			err = f(i)
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		if first == nil {
			first = err
		}
		if r.Progress != nil {
			r.Progress(float64(done) / float64(n))
		}
	})
	return first
}

// Say prints a line of the summary.
func (r *Run) Say(line string) {
	if r.Print != nil {
		r.Print(line)
	}
}

// Table writes a CSV file into the result directory.
func (r *Run) Table(name string, header []string, rows [][]string) error {
	return ReplaceCSV(filepath.Join(r.Dir, name), header, rows)
}

// ReplaceCSV puts a table in the place of path.
func ReplaceCSV(path string, header []string, rows [][]string) error {
	return ReplaceBy(path, func(to io.Writer) error {
		w := csv.NewWriter(to)
		return errors.Join(w.Write(header), w.WriteAll(rows))
	})
}

// Number formats a number for a table; NaN is an empty cell.
func Number(x float64) string {
	if x != x {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// Replace writes parts to a new file and puts it in the place of path; whenever the machine stops, path is a complete
// file.
func Replace(path string, parts ...[]byte) error {
	return replace.File(path, func(f *os.File) error {
		for _, p := range parts {
			if _, err := f.Write(p); err != nil {
				return err
			}
		}
		return f.Sync()
	})
}

// ReplaceBy is Replace by what write writes.
func ReplaceBy(path string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return Replace(path, b.Bytes())
}
