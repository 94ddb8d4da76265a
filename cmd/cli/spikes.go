package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/config"
)

type spikesCommands struct {
	Info      infoCommand      `cmd:"" help:"What recordings hold, and the rates of their populations."`
	Stats     statsCommand     `cmd:"" help:"Interval, burst, Fano and correlation statistics, for people or as JSON and CSV; histograms and rates in bins."`
	Align     alignCommand     `cmd:"" help:"Rates, burst probability and raster around trials or presentations, by condition."`
	Head      headCommand      `cmd:"" help:"The first spikes."`
	Table     tableCommand     `cmd:"" help:"Probes, weights and learning curves: a list, or one of them as CSV, npz or SONATA report."`
	Digest    digestCommand    `cmd:"" help:"The SHA-256 of the recorded spikes."`
	Verify    verifyCommand    `cmd:"" help:"Check every byte."`
	Repair    repairCommand    `cmd:"" help:"Copy what is intact of a damaged recording."`
	Relabel   relabelCommand   `cmd:"" help:"Copy with labels by another definition of a burst."`
	Cut       cutCommand       `cmd:"" help:"Copy a span of time or some populations."`
	Merge     mergeCommand     `cmd:"" help:"Join the segments of one run, one after the other in time."`
	Recompact recompactCommand `cmd:"" help:"Copy with the smallest code."`
	Export    exportCommand    `cmd:"" help:"Translate to another format: csv, npz, sonata, nwb, parquet, ras, nest."`
	Import    importCommand    `cmd:"" help:"Make a recording of spike trains (SONATA, NWB, npz, npy, Parquet, CSV, text raster) or of a SONATA report."`
}

// recording is the argument that all commands share.
type recording struct {
	File string `arg:"" help:"Recording (.bspk)."`
}

// files is the argument of commands that take several.
type files struct {
	Files []string `arg:"" name:"file" help:"Recordings (.bspk)."`
}

// open opens the recording; that it cannot be is the user's error.
func (c recording) open() (*recordings.Reader, error) {
	r, err := recordings.Open(c.File)
	return r, bad(err)
}

// selection chooses spikes of a recording.
type selection struct {
	Populations []string `name:"population" short:"p" help:"Only this population; may be repeated." placeholder:"NAME"`
	Neurons     string   `help:"Only these neurons of each population, by index: \"0-99,200\"." placeholder:"LIST"`
	From        string   `help:"Only spikes from this time on, for example \"1 s\"." placeholder:"TIME"`
	Until       string   `help:"Only spikes before this time." placeholder:"TIME"`
}

func (c *selection) query(r *recordings.Reader) (recordings.Query, error) {
	q := recordings.Query{Populations: c.Populations}
	var names []string
	for _, p := range r.Network() {
		names = append(names, p.Name)
	}
	for _, name := range c.Populations {
		if !slices.Contains(names, name) {
			return q, notAmong("--population", name, names)
		}
	}
	if err := c.neurons(r, &q); err != nil {
		return q, err
	}
	if c.From == "" && c.Until == "" {
		return q, nil
	}
	q.Window = spike.Window{From: r.Window().From, To: r.Window().To}
	for _, limit := range []struct {
		flag, text string
		to         *spike.Tick
	}{{"--from", c.From, &q.Window.From}, {"--until", c.Until, &q.Window.To}} {
		if limit.text == "" {
			continue
		}
		at, err := config.Ticks(limit.text)
		if err != nil {
			return q, &config.Error{File: limit.flag, Value: fmt.Sprintf("%q", limit.text), Reason: err.Error()}
		}
		*limit.to = at
	}
	if q.Window.To <= q.Window.From {
		return q, &config.Error{File: "--until", Reason: "the time span is empty"}
	}
	return q, nil
}

// neurons translates a list of indices into the IDs of the chosen populations.
func (c *selection) neurons(r *recordings.Reader, q *recordings.Query) error {
	if c.Neurons == "" {
		return nil
	}
	q.Neurons = []spike.ID{}
	for _, part := range strings.Split(c.Neurons, ",") {
		first, last, span := strings.Cut(strings.TrimSpace(part), "-")
		lo, err := strconv.ParseUint(first, 10, 32)
		hi := lo
		if err == nil && span {
			hi, err = strconv.ParseUint(last, 10, 32)
		}
		if err != nil || hi < lo {
			return &config.Error{File: "--neurons", Value: strconv.Quote(part), Reason: "is no index and no range of them",
				Allowed: "for example 0-99,200"}
		}
		found := false
		for _, p := range r.Network() {
			if len(c.Populations) > 0 && !slices.Contains(c.Populations, p.Name) {
				continue
			}
			for i := lo; i <= hi && i < uint64(p.Size); i++ {
				q.Neurons, found = append(q.Neurons, p.First+spike.ID(i)), true
			}
		}
		if !found {
			return &config.Error{File: "--neurons", Value: strconv.Quote(part), Reason: "no population has such a neuron"}
		}
	}
	return nil
}

type headCommand struct {
	recording
	selection
	Count int `short:"n" default:"10" help:"How many."`
}

func (c *headCommand) Run(t terminal) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer r.Close()
	q, err := c.query(r)
	if err != nil {
		return err
	}
	network := r.Network()
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "time, ms\tpopulation\tneuron\tkind\t")
	left := c.Count
	for e, err := range r.Spikes(q) {
		if left--; left < 0 {
			break
		}
		if err != nil {
			w.Flush()
			return bad(err)
		}
		for _, p := range network {
			if p.Contains(e.Src) {
				fmt.Fprintf(w, "%.6f\t%s\t%d\t%v\t\n", e.At.Seconds()*1e3, p.Name, e.Src-p.First, e.Kind)
			}
		}
	}
	return w.Flush()
}

type digestCommand struct{ recording }

func (c *digestCommand) Run(t terminal) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer r.Close()
	digest, err := r.Digest()
	if err != nil {
		return bad(err)
	}
	fmt.Fprintf(t.out, "%s  %s\n", digest, c.File)
	return nil
}

type verifyCommand struct{ recording }

func (c *verifyCommand) Run(t terminal) error {
	v, err := recordings.Verify(c.File)
	if err != nil {
		return bad(err)
	}
	if !v.OK() {
		problems := []error{}
		for _, p := range v.Problems {
			problems = append(problems, p)
		}
		if !v.Finished {
			problems = append(problems, fmt.Errorf("%s: not finished; complete up to %v", c.File, v.Window.To))
		}
		return bad(errors.Join(problems...))
	}
	fmt.Fprintf(t.out, "%s: ok, %s and %s in %s\n", c.File, plural.Of(v.Spikes, "spike"), plural.Of(v.Tables, "table"),
		plural.Of(v.Blocks, "block"))
	return nil
}

type repairCommand struct {
	recording
	newRecording
}

func (c *repairCommand) Run(t terminal) error {
	if r, err := c.open(); err != nil {
		return err
	} else if err := r.Close(); err != nil {
		return err
	}
	lost, err := recordings.Repair(c.Output, c.File)
	for _, d := range lost {
		fmt.Fprintf(t.out, "lost: %v\n", d)
	}
	return c.wrote(t, err)
}
