package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
)

type spikesCmd struct {
	Info   infoCmd   `cmd:"" help:"What a recording holds: populations, rates, burst probabilities, bytes per spike."`
	Head   headCmd   `cmd:"" help:"Print the first spikes."`
	Digest digestCmd `cmd:"" help:"Print the digest of the spikes."`
	Verify verifyCmd `cmd:"" help:"Check every byte of a recording."`
	Repair repairCmd `cmd:"" help:"Write what is intact to a new file."`
	Export exportCmd `cmd:"" help:"Write the spikes in another format."`
}

// open opens a recording; one that cannot be opened is bad input.
func open(path string) (*recordings.Reader, error) {
	r, err := recordings.Open(path)
	if err != nil {
		return nil, inputError{err}
	}
	return r, nil
}

type infoCmd struct {
	File string `arg:"" help:"Recording."`
}

func (c *infoCmd) Run(o *output) error {
	r, err := open(c.File)
	if err != nil {
		return err
	}
	defer r.Close()
	s := recordings.Summarize(r)
	fmt.Fprintf(o.out, "%s: %d spikes, %v to %v, resolution %v, seed %d, %d bytes\n", s.Path, s.Spikes, s.Window.From, s.Window.To,
		s.Header.Resolution, s.Header.Seed, s.Size)
	fmt.Fprintf(o.out, "%-16s %9s %9s %9s %9s %9s %9s %9s %9s\n", "population", "neurons", "recorded", "spikes", "rate Hz", "events Hz", "bursts Hz", "burst pr.", "B/spike")
	for _, p := range s.Populations {
		fmt.Fprintf(o.out, "%-16s %9d %9d %9d %9.3f %9.3f %9.3f %9s %9s\n", p.Name, p.Size, p.Recorded, p.Spikes, p.Rate, p.EventRate, p.BurstRate,
			decimal(p.BurstProbability), decimal(p.BytesPerSpike))
	}
	return damage(s.Finished, s.Problems)
}

func decimal(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.3f", v)
}

// damage turns what is wrong with a recording into an error.
func damage(finished bool, problems []*recordings.Damage) error {
	var errs []error
	for _, d := range problems {
		errs = append(errs, d)
	}
	if !finished && len(errs) == 0 {
		errs = append(errs, errors.New("the recording was not closed; what it has is intact"))
	}
	if err := errors.Join(errs...); err != nil {
		return inputError{err}
	}
	return nil
}

type headCmd struct {
	File string `arg:"" help:"Recording."`
	N    int    `short:"n" default:"20" help:"Number of spikes."`
}

func (c *headCmd) Run(o *output) error {
	r, err := open(c.File)
	if err != nil {
		return err
	}
	defer r.Close()
	pops, n := r.Network(), 0
	fmt.Fprintln(o.out, "time_s,population,neuron,kind")
	for e, err := range r.Spikes(recordings.Query{}) {
		if err != nil {
			return inputError{err}
		}
		if n++; n > c.N {
			break
		}
		for _, p := range pops {
			if p.Contains(e.Src) {
				fmt.Fprintf(o.out, "%.9f,%s,%d,%v\n", e.At.Seconds(), p.Name, e.Src-p.First, e.Kind)
			}
		}
	}
	return nil
}

type digestCmd struct {
	File string `arg:"" help:"Recording."`
}

func (c *digestCmd) Run(o *output) error {
	r, err := open(c.File)
	if err != nil {
		return err
	}
	defer r.Close()
	sum, err := r.Digest()
	if err != nil {
		return inputError{err}
	}
	fmt.Fprintf(o.out, "%s  %s  (%d spikes, resolution %v)\n", sum, c.File, r.Count(), r.Header().Resolution)
	return nil
}

type verifyCmd struct {
	File string `arg:"" help:"Recording."`
}

func (c *verifyCmd) Run(o *output) error {
	v, err := recordings.Verify(c.File)
	if err != nil {
		return inputError{err}
	}
	fmt.Fprintf(o.out, "%s: %d intact blocks with %d spikes, complete to %v\n", c.File, v.Blocks, v.Spikes, v.Window.To)
	return damage(v.Finished, v.Problems)
}

type repairCmd struct {
	File   string `arg:"" help:"Recording."`
	Output string `short:"o" required:"" help:"New file."`
}

func (c *repairCmd) Run(o *output) error {
	lost, err := recordings.Repair(c.Output, c.File)
	if err != nil {
		return err
	}
	for _, d := range lost {
		fmt.Fprintln(o.out, "lost:", d)
	}
	fmt.Fprintln(o.out, c.Output)
	return nil
}

type exportCmd struct {
	File   string `arg:"" help:"Recording."`
	To     string `required:"" help:"Format." enum:"${formats}"`
	Output string `short:"o" required:"" help:"File to write."`
}

func (c *exportCmd) Run(o *output) error {
	r, err := open(c.File)
	if err != nil {
		return err
	}
	defer r.Close()
	return export.File(c.Output, c.To, r, recordings.Query{})
}
