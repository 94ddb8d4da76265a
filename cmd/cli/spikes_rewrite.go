package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/config"
)

// newRecording is the file that a command writes.
type newRecording struct {
	Output string `short:"o" required:"" help:"Recording to write; an existing file is never overwritten." placeholder:"FILE"`
}

// Validate refuses standard output, which cannot hold a recording.
func (c newRecording) Validate() error {
	if c.Output == standard {
		return errors.New("-o -: a recording is written to a file, not to standard output")
	}
	return nil
}

// wrote tells the user how a new recording ended.
func (c newRecording) wrote(t terminal, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return bad(err)
	}
	if err == nil {
		fmt.Fprintf(t.out, "wrote %s\n", c.Output)
	}
	return err
}

type cutCommand struct {
	recording
	selection
	newRecording
}

func (c *cutCommand) Run(t terminal) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer r.Close()
	q, err := c.query(r)
	if err != nil {
		return err
	}
	return c.wrote(t, recordings.Cut(c.Output, r, q))
}

type recompactCommand struct {
	recording
	newRecording
}

func (c *recompactCommand) Run(t terminal) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer r.Close()
	return c.wrote(t, recordings.Recompact(c.Output, r))
}

type mergeCommand struct {
	Files   []string `arg:"" help:"Segments of one run, in any order: same seed, populations and resolution. Where two overlap the later holds."`
	Silence bool     `help:"Take time between segments that none covers for silence; without it such segments are refused."`
	newRecording
}

func (c *mergeCommand) Run(t terminal) error {
	var segments []*recordings.Reader
	for _, file := range c.Files {
		r, err := recording{file}.open()
		if err != nil {
			return err
		}
		defer r.Close()
		segments = append(segments, r)
	}
	var opts []recordings.Option
	if c.Silence {
		opts = append(opts, recordings.SilentGaps())
	}
	err := recordings.Merge(c.Output, segments, opts...)
	if gap := (*recordings.GapError)(nil); errors.As(err, &gap) {
		return &config.Error{Reason: err.Error() + "; --silence takes that time for silence"}
	}
	return c.wrote(t, err)
}
