package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/trains"
	"github.com/burstplex/burstplex/sim/config"
)

type importCommand struct {
	File       string `arg:"" help:"Spike trains: HDF5 (SONATA, NWB, a dataset for each column; MATLAB 7.3), npz, npy, Parquet, CSV, a text raster; text may be gzipped. Unit n becomes neuron n - first-id, units between without spikes stay as silent neurons, and units with names are numbered as they come. A SONATA report becomes a table."`
	Name       string `default:"units" help:"Name of the population, where the file does not name it."`
	Resolution string `help:"Unit of time of the recording, to which times are floored; default: 1 us, or what the times need." placeholder:"TIME"`
	Threshold  string `default:"16 ms" help:"Interval below which two spikes belong to one burst, where the file has no labels." placeholder:"TIME"`
	Duration   string `help:"Time that was recorded, from 0; default: as the file says, or up to the last spike." placeholder:"TIME"`
	Size       int    `help:"Neurons of the population, silent ones included; default: as the file says, or up to its largest unit." placeholder:"N"`
	FirstID    int    `name:"first-id" help:"Number of the unit that is neuron 0." placeholder:"N"`
	IDs        string `name:"ids" enum:"keep,renumber" default:"keep" help:"keep: unit n is neuron n - first-id; renumber: units become neurons 0, 1, 2... in order."`
	importOptions
	newRecording
}

// importOptions settle what a file leaves open.
type importOptions struct {
	TimeUnit         string `help:"Unit of the times where the file does not say it: s, ms, us, ns, or a step such as \"0.1 ms\"." placeholder:"UNIT"`
	TimeColumn       string `help:"Column of the times, by name or number from 1." placeholder:"COLUMN"`
	UnitColumn       string `help:"Column of the units." placeholder:"COLUMN"`
	PopulationColumn string `help:"Column of the recordings or populations." placeholder:"COLUMN"`
	Delimiter        string `help:"What separates columns of text: comma, semicolon, tab, space, or one character." placeholder:"CHARACTER"`
}

// Run labels the trains, if the file does not, and writes them. Every recording or population of the file becomes a
// population. The names of units that are not numbered as in the file are kept as the metadata "units of POPULATION", a
// JSON list.
func (c *importCommand) Run(t terminal) error {
	h := recordings.Header{Program: "burstplex spikes import"}
	detector := spike.DefaultDetector()
	duration := spike.Tick(0)
	for _, flag := range []struct {
		name, text string
		to         *spike.Tick
	}{
		{"--resolution", c.Resolution, &h.Resolution},
		{"--threshold", c.Threshold, &detector.Threshold},
		{"--duration", c.Duration, &duration},
	} {
		if flag.text == "" {
			continue
		}
		at, err := config.Ticks(flag.text)
		if err == nil && at <= 0 {
			err = errors.New("must be positive")
		}
		if err != nil {
			return &config.Error{File: flag.name, Value: fmt.Sprintf("%q", flag.text), Reason: err.Error()}
		}
		*flag.to = at
	}
	f, err := trains.Read(nil, c.File, trains.Options(c.importOptions))
	if err != nil {
		if reports, _ := trains.Reports(c.File); len(reports) > 0 {
			return c.reports(t, h, reports)
		}
		return flagged(err)
	}
	fmt.Fprintf(t.out, "%s: %s\n", c.File, f.How)
	events, err := c.populations(t.out, f, &h, detector)
	if err != nil {
		return flagged(err)
	}
	span, err := c.span(f, events, duration)
	if err != nil {
		return err
	}
	if h.Resolution == 0 {
		h.Resolution = cmp.Or(f.Resolution, needed(events))
	}
	slices.SortFunc(events, spike.Compare)
	return c.create(t, h, func(w *recordings.Writer) error { return w.WriteSpikes(span, events) })
}

// create writes a recording and says so; a file that is not complete is removed.
func (c *importCommand) create(t terminal, h recordings.Header, write func(*recordings.Writer) error) error {
	w, err := recordings.Create(c.Output, h, recordings.SyncEvery(time.Hour))
	if err != nil {
		return bad(err)
	}
	err = write(w)
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return errors.Join(err, os.Remove(c.Output))
	}
	return c.wrote(t, nil)
}

// populations makes a population of every recording of the file and returns its spikes.
func (c *importCommand) populations(
	out io.Writer, f *trains.File, h *recordings.Header, detector spike.Detector,
) (events []spike.Event, err error) {
	names := f.Recordings()
	if len(names) == 0 {
		return nil, fmt.Errorf("%s holds no spikes", c.File)
	}
	h.Metadata = map[string]string{"imported": c.File}
	if c.Size != 0 && len(names) > 1 {
		reason := fmt.Sprintf("%s holds %d recordings, it is for one", c.File, len(names))
		return nil, &trains.SelectionError{Key: "size", Reason: reason}
	}
	first := spike.ID(0)
	for number, name := range names {
		placed, err := f.Place(name, c.Size, trains.Numbering{FirstID: c.FirstID, IDs: c.IDs})
		if err != nil {
			return nil, err
		}
		p := recordings.Population{Detector: detector}
		if len(f.Network) > 0 && f.Network[number].Size > 0 && !placed.Names { // as it was
			p = f.Network[number]
			first = max(first, p.First)
		}
		p.Population = spike.Population{Name: cmp.Or(name, c.Name), First: first, Size: placed.Size}
		if uint64(first)+uint64(p.Size) >= 1<<32 {
			return nil, fmt.Errorf("%s: its units are more than 32 bits can count", c.File)
		}
		first += spike.ID(p.Size)
		h.Populations = append(h.Populations, p)
		if placed.Names {
			units := make([]string, len(placed.Trains))
			for i, train := range placed.Trains {
				units[i] = train.Unit
			}
			text, err := json.Marshal(units)
			if err != nil {
				return nil, err
			}
			h.Metadata["units of "+p.Name] = string(text)
		}
		silent := p.Size
		for i, train := range placed.Trains {
			if len(train.Times) > 0 {
				silent--
			}
			memory := spike.NewTrain()
			for k, at := range train.Times {
				e := spike.Event{At: at, Src: p.First + spike.ID(placed.Neurons[i]), Kind: p.Detector.Label(&memory, at)}
				if train.Kinds != nil {
					e.Kind = train.Kinds[k]
				}
				events = append(events, e)
			}
		}
		fmt.Fprintf(out, "population %s: %s, %d silent%s\n", p.Name, plural.Of(p.Size, "neuron"), silent, numbering(placed))
	}
	if len(events) == 0 && len(f.Network) == 0 {
		return nil, fmt.Errorf("%s holds no spikes", c.File)
	}
	return events, nil
}

// numbering says which units are which neurons, in a few words.
func numbering(p *trains.Placed) string {
	n := len(p.Trains)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; units %s to %s are neurons %d to %d", p.Trains[0].Unit, p.Trains[n-1].Unit, p.Neurons[0],
		p.Neurons[n-1])
}

// span is the time that the recording covers.
func (c *importCommand) span(f *trains.File, events []spike.Event, duration spike.Tick) (spike.Window, error) {
	span := f.Window
	last := spike.Never
	for _, e := range events {
		span.From, last = min(span.From, e.At), max(last, e.At)
	}
	span.To = max(span.To, last+1)
	if duration > 0 {
		if last >= duration {
			reason := fmt.Sprintf("there is a spike at %v", last)
			return span, &config.Error{File: "--duration", Value: fmt.Sprintf("%q", c.Duration), Reason: reason}
		}
		span.To = duration
	}
	return span, nil
}

// needed is the coarsest unit from 1 us down in which the times are whole.
func needed(events []spike.Event) spike.Tick {
	unit := spike.Microsecond
	for _, e := range events {
		for e.At%unit != 0 {
			unit /= 10
		}
	}
	return unit
}

// flagged puts the keys that readers of trains speak of into the form of flags.
func flagged(err error) error {
	flag := func(key string) string { return "--" + strings.ReplaceAll(key, "_", "-") }
	var open *trains.Unsettled
	var selection *trains.SelectionError
	switch {
	case errors.As(err, &open):
		return &config.Error{File: open.File, Reason: open.Reason + "; say " + flag(open.Option), Allowed: open.Choice}
	case errors.As(err, &selection):
		return &config.Error{File: flag(selection.Key), Reason: selection.Reason, Allowed: selection.Allowed}
	}
	return bad(err)
}
