package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/burstplex/burstplex/recordings"
)

// newRecording is the file that a command writes.
type newRecording struct {
	Output string `short:"o" required:"" help:"Recording to write; an existing file is never overwritten." placeholder:"FILE"`
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
	Files []string `arg:"" help:"Segments of one run, in any order: same seed, populations and resolution. Where two overlap the later holds."`
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
	return c.wrote(t, recordings.Merge(c.Output, segments))
}
