package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/sim/config"
)

type tableCommand struct {
	recording
	Name   string `arg:"" optional:"" help:"Which; without it they are listed."`
	At     string `help:"Only the table of this time, for example \"1 s\"; without it all of the name, one after the other." placeholder:"TIME"`
	Output string `short:"o" help:"File to write: .csv, .npz, or a SONATA soma report of a probe, .h5; without it, or as -, CSV is printed." placeholder:"FILE"`

	Population string `help:"Population of a SONATA report; default: that of the probe in the experiment." placeholder:"NAME"`
	Column     string `help:"Column of a SONATA report, where there are several." placeholder:"NAME"`
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
	if err := c.write(r, table); errors.Is(err, fs.ErrExist) {
		return bad(err)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "wrote %s\n", c.Output)
	return bad(damage)
}

// write writes the table as the ending of the output says.
func (c *tableCommand) write(r *recordings.Reader, table *recordings.Table) error {
	switch ending := strings.ToLower(filepath.Ext(c.Output)); ending {
	case ".csv", ".npz":
		if c.Population+c.Column != "" {
			return &config.Error{File: "-o", Value: c.Output, Reason: "--population and --column are for a report",
				Allowed: ".h5"}
		}
		return export.TableFile(c.Output, table)
	case ".h5", ".hdf5":
	default:
		return &config.Error{File: "-o", Value: c.Output, Reason: "does not end as a table does", Allowed: ".csv, .npz, .h5"}
	}
	population, err := c.population(r)
	if err != nil {
		return err
	}
	report, err := export.ReportOf(table, population, c.Column)
	if err != nil {
		return bad(err)
	}
	return report.File(c.Output)
}

// population is whose neurons the probe sampled: the recording holds the experiment, which says it.
func (c *tableCommand) population(r *recordings.Reader) (string, error) {
	var names []string
	for _, p := range r.Network() {
		names = append(names, p.Name)
	}
	if c.Population != "" {
		if !slices.Contains(names, c.Population) {
			return "", notAmong("--population", c.Population, names)
		}
		return c.Population, nil
	}
	if tree, err := config.Parse("", []byte(r.Header().Experiment)); err == nil {
		if node := tree.At("probes." + c.Name + ".population"); node != nil {
			return node.Text(), nil
		}
	}
	if len(names) == 1 {
		return names[0], nil
	}
	return "", &config.Error{File: "--population", Reason: "the recording does not say whose neurons table " + c.Name +
		" holds",
		Allowed: strings.Join(names, ", ")}
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
