package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/sim/config"
)

type importCommand struct {
	File       string `arg:"" help:"Spike trains: SONATA (HDF5), CSV with a header line, or a text raster; text may be gzipped."`
	Name       string `default:"units" help:"Name of the population, where the file does not name it."`
	Resolution string `default:"1 us" help:"Unit of time of the recording; times are floored to it." placeholder:"TIME"`
	Threshold  string `default:"16 ms" help:"Interval below which two spikes belong to one burst, where the file has no labels." placeholder:"TIME"`
	newRecording
}

// Run labels the trains, if the file does not, and writes them. Every recording or population of the file becomes a
// population. Units that are numbers are indices of neurons; otherwise neurons are numbered as they come, and the names of
// the units are kept as the metadata "units of POPULATION", a JSON list.
func (c *importCommand) Run(t terminal) error {
	var h recordings.Header
	detector := spike.DefaultDetector()
	for _, flag := range []struct {
		name, text string
		to         *spike.Tick
	}{{"--resolution", c.Resolution, &h.Resolution}, {"--threshold", c.Threshold, &detector.Threshold}} {
		at, err := config.Ticks(flag.text)
		if err == nil && at <= 0 {
			err = errors.New("must be positive")
		}
		if err != nil {
			return &config.Error{File: flag.name, Value: fmt.Sprintf("%q", flag.text), Reason: err.Error()}
		}
		*flag.to = at
	}
	trains, err := export.ReadTrains(c.File)
	if err == nil && len(trains) == 0 {
		err = fmt.Errorf("%s holds no spikes", c.File)
	}
	if err != nil {
		return bad(err)
	}
	order := map[string]int{} // recordings as they first appear
	for _, train := range trains {
		if _, known := order[train.Recording]; !known {
			order[train.Recording] = len(order)
		}
	}
	slices.SortStableFunc(trains, func(a, b export.Train) int { return order[a.Recording] - order[b.Recording] })
	h.Program, h.Metadata = "burstplex spikes import", map[string]string{"imported": c.File}
	var events []spike.Event
	for len(trains) > 0 {
		name := trains[0].Recording
		n := slices.IndexFunc(trains, func(t export.Train) bool { return t.Recording != name })
		if n < 0 {
			n = len(trains)
		}
		p := recordings.Population{Population: spike.Population{Name: cmp.Or(name, c.Name)}, Detector: detector}
		if k := len(h.Populations); k > 0 {
			p.First = h.Populations[k-1].First + spike.ID(h.Populations[k-1].Size)
		}
		indices, size := numbers(trains[:n])
		if uint64(p.First)+uint64(size) >= 1<<32 {
			return bad(fmt.Errorf("%s: its units are more than 32 bits can count", c.File))
		}
		if p.Size = size; indices == nil {
			var units []string
			for i, train := range trains[:n] {
				indices, units = append(indices, i), append(units, train.Unit)
			}
			p.Size = n
			text, err := json.Marshal(units)
			if err != nil {
				return err
			}
			h.Metadata["units of "+p.Name] = string(text)
		}
		h.Populations = append(h.Populations, p)
		for i, train := range trains[:n] {
			memory := spike.NewTrain()
			for k, at := range train.Times {
				e := spike.Event{At: at, Src: p.First + spike.ID(indices[i]), Kind: detector.Label(&memory, at)}
				if train.Kinds != nil {
					e.Kind = train.Kinds[k]
				}
				events = append(events, e)
			}
		}
		trains = trains[n:]
	}
	if len(events) == 0 {
		return bad(fmt.Errorf("%s holds no spikes", c.File))
	}
	slices.SortFunc(events, spike.Compare)
	w, err := recordings.Create(c.Output, h, recordings.SyncEvery(time.Hour)) // a file that is not complete is removed
	if err != nil {
		return bad(err)
	}
	span := spike.Window{From: min(0, events[0].At), To: events[len(events)-1].At + 1}
	err = w.WriteSpikes(span, events)
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return errors.Join(err, os.Remove(c.Output))
	}
	return c.wrote(t, nil)
}

// numbers returns the indices of units that are all numbers, and the size of the population that holds them; nil if they are
// names, or numbers so far apart that most neurons would not exist.
func numbers(trains []export.Train) (indices []int, size int) {
	for _, t := range trains {
		i, err := strconv.ParseUint(t.Unit, 10, 31)
		if err != nil || strconv.FormatUint(i, 10) != t.Unit || i > uint64(100*len(trains)+10_000) {
			return nil, 0
		}
		indices, size = append(indices, int(i)), max(size, int(i)+1)
	}
	return indices, size
}
