// Package task is what an experiment file can name when no network of populations and projections says it: a sweep over a
// learning rule, a comparison with a reference, training on a set of images. A task is plain data with units, read from
// [task] in the file, and a Run that writes tables and figures into the result directory.
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
)

// Spec is a task with its parameters.
type Spec interface {
	// Validate returns a *neuron.ParameterError for the first parameter that makes no sense.
	Validate() error
	// Run does the task and writes its results. The same seed gives the same files, for any number of workers.
	Run(ctx context.Context, r *Run) error
}

// Preparer is implemented by tasks that read files: Prepare reports what is wrong with them before the result directory is made.
type Preparer interface{ Prepare(r *Run) error }

// FileReader is implemented by tasks that read files of the data directory: which these are, once Prepare has read them.
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

// Each calls f(0) ... f(n-1) on as many goroutines as there are workers and returns the first error. It reports progress.
func (r *Run) Each(ctx context.Context, n int, f func(i int) error) error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	next, done := 0, 0
	var first error
	for range max(1, min(n, r.Workers)) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := i >= n || first != nil
				mu.Unlock()
				if stop {
					return
				}
				err := ctx.Err()
				if err == nil {
					err = f(i)
				}
				mu.Lock()
				done++
				if err != nil && first == nil {
					first = err
				}
				if r.Progress != nil {
					r.Progress(float64(done) / float64(n))
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
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

// Replace writes parts to a new file and puts it in the place of path; whenever the machine stops, path is a complete file.
func Replace(path string, parts ...[]byte) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	for _, p := range parts {
		if _, werr := f.Write(p); werr != nil {
			err = errors.Join(err, werr)
		}
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// ReplaceBy is Replace by what write writes.
func ReplaceBy(path string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return Replace(path, b.Bytes())
}
