package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/sim/config"
)

type exportCommand struct {
	Files []string `arg:"" name:"file" help:"Recordings (.bspk)."`
	selection
	Format string `name:"to" help:"Format: csv, npz, sonata, parquet, ras or nest; default: by the ending of the output (.csv .npz .h5 .parquet .ras .dat .gdf)." placeholder:"FORMAT"`
	Output string `short:"o" required:"" help:"File to write, - for standard output, or for several recordings a directory; an existing file is never overwritten." placeholder:"FILE"`
}

// Run exports one recording to a file, or several into a directory.
func (c *exportCommand) Run(t terminal) error {
	info, err := os.Stat(c.Output)
	inside := err == nil && info.IsDir()
	format := c.Format
	switch {
	case format == "" && !inside:
		if format = export.FormatOf(c.Output); format == "" {
			reason := fmt.Sprintf("%s does not end as a format does", c.Output)
			return &config.Error{File: "--to", Reason: reason, Allowed: strings.Join(export.Formats(), ", ")}
		}
	case format == "" || !slices.Contains(export.Formats(), format):
		return notAmong("--to", format, export.Formats())
	}
	if len(c.Files) > 1 && !inside {
		reason := fmt.Sprintf("there are %d recordings", len(c.Files))
		return &config.Error{File: "-o", Value: c.Output, Reason: reason, Allowed: "a directory that exists"}
	}
	for _, file := range c.Files {
		output := c.Output
		if inside {
			output = filepath.Join(c.Output, strings.TrimSuffix(filepath.Base(file), ".bspk")+export.Ending(format))
		}
		if err := c.export(t, file, format, output); err != nil {
			return err
		}
	}
	return nil
}

// export writes a recording in another format.
func (c *exportCommand) export(t terminal, file, format, output string) error {
	r, err := recordings.Open(file)
	if err != nil {
		return bad(err)
	}
	defer r.Close()
	q, err := c.query(r)
	if err != nil {
		return err
	}
	said := t.out
	if output == standard {
		said = t.err
		err = export.Write(t.out, format, r, q)
	} else {
		err = export.File(output, format, r, q)
	}
	if err != nil {
		return err
	}
	if output != standard {
		fmt.Fprintf(said, "wrote %s\n", output)
	}
	if lost := export.Loses(format); lost != "" {
		fmt.Fprintf(said, "not in %s: %s\n", format, lost)
	}
	return nil
}

// standard as the name of an output is standard output.
const standard = "-"
