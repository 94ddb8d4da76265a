package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/sim/config"
)

type tableCommand struct {
	recording
	Name   string `arg:"" optional:"" help:"Which; without it they are listed."`
	At     string `help:"Only the table of this time, for example \"1 s\"; without it all of the name, one after the other." placeholder:"TIME"`
	Output string `short:"o" help:"File to write, .csv or .npz; without it, or as -, CSV is printed." placeholder:"FILE"`
}

func (c *tableCommand) Run(t terminal) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer r.Close()
	all, damage := r.Courses()
	if c.Name == "" {
		listTables(t.out, all)
		return bad(damage)
	}
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
	}
	table, err := c.read(r)
	switch {
	case err != nil && c.At == "" && damage == nil:
		return notAmong("table", c.Name, names)
	case err != nil:
		return bad(errors.Join(err, damage))
	case c.Output == "" || c.Output == standard:
		return errors.Join(export.WriteTableCSV(t.out, table), bad(damage))
	}
	if err := export.TableFile(c.Output, table); errors.Is(err, fs.ErrExist) {
		return bad(err)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "wrote %s\n", c.Output)
	return bad(damage)
}

func (c *tableCommand) read(r *recordings.Reader) (*recordings.Table, error) {
	if c.At == "" {
		return r.Series(c.Name)
	}
	at, err := config.Ticks(c.At)
	if err != nil {
		return nil, &config.Error{File: "--at", Value: fmt.Sprintf("%q", c.At), Reason: err.Error()}
	}
	return r.Table(c.Name, at)
}

// listTables prints a line for all tables of a name.
func listTables(w io.Writer, tables []recordings.CourseInfo) {
	for _, t := range tables {
		var columns []string
		for _, c := range t.Columns {
			if c.Unit != "" {
				c.Name += " (" + c.Unit + ")"
			}
			columns = append(columns, c.Name)
		}
		when := fmt.Sprintf("at %v", t.At)
		if t.Tables > 1 {
			when = fmt.Sprintf("in %d parts, the first at %v, the last at %v", t.Tables, t.At, t.To)
		}
		fmt.Fprintf(w, "table %q: %d rows of %s, %s\n", t.Name, t.Rows, strings.Join(columns, ", "), when)
	}
}
