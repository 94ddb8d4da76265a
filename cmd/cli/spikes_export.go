package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/sim/config"
)

type exportCommand struct {
	Files []string `arg:"" name:"file" help:"Recordings (.bspk)."`
	selection
	Format string `name:"to" help:"Format, see burstplex list --formats; default: by the ending of the output (.csv .npz .h5 .nwb .parquet .ras .dat .gdf)." placeholder:"FORMAT"`
	Output string `short:"o" required:"" help:"File to write, - for standard output, or for several recordings a directory; an existing file is never overwritten." placeholder:"FILE"`
}

// Run exports one recording to a file, or several into a directory.
func (c *exportCommand) Run(t terminal) error {
	info, err := os.Stat(c.Output)
	inside := err == nil && info.IsDir()
	format, err := c.format(t, inside)
	if err != nil {
		return err
	}
	if len(c.Files) > 1 && !inside {
		reason := fmt.Sprintf("there are %d recordings", len(c.Files))
		return &config.Error{File: "-o", Value: c.Output, Reason: reason, Allowed: "a directory that exists"}
	}
	for _, file := range c.Files {
		output := c.Output
		if inside {
			output = filepath.Join(c.Output, strings.TrimSuffix(filepath.Base(file), ".bspk")+format.Endings[0])
		}
		if err := c.export(t, file, format, output); err != nil {
			return err
		}
	}
	return nil
}

// format is the one that is named, or else that in which the name of the output ends.
func (c *exportCommand) format(t terminal, inside bool) (*export.Format, error) {
	names := t.kinds.Formats.Names()
	if c.Format == "" && !inside {
		for _, name := range names {
			if k, _ := t.kinds.Formats.Get(name); k.New().Ends(c.Output) {
				return k.New(), nil
			}
		}
		reason := fmt.Sprintf("%s does not end as a format does", c.Output)
		return nil, &config.Error{File: "--to", Reason: reason, Allowed: strings.Join(names, ", ")}
	}
	k, known := t.kinds.Formats.Get(c.Format)
	if !known {
		return nil, notAmong("--to", c.Format, names)
	}
	return k.New(), nil
}

// export writes a recording in another format.
func (c *exportCommand) export(t terminal, file string, format *export.Format, output string) error {
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
		err = format.Stream(t.out, r, q)
	} else {
		err = format.File(output, r, q)
	}
	if err != nil {
		return err
	}
	if output != standard {
		fmt.Fprintf(said, "wrote %s\n", output)
	}
	if format.Loses != "" {
		fmt.Fprintf(said, "not in %s: %s\n", format.Name, format.Loses)
	}
	return nil
}

// standard as the name of an output is standard output.
const standard = "-"
