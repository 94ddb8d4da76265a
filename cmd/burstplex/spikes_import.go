package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/sim/config"
)

type importCommand struct {
	File       string `arg:"" help:"Spike trains: SONATA (HDF5), CSV with a header line, or a text raster; may be gzipped."`
	Name       string `default:"units" help:"Name of the population, where the file does not name it."`
	Resolution string `default:"1 us" help:"Unit of time of the recording; times are floored to it." placeholder:"TIME"`
	Threshold  string `default:"16 ms" help:"Interval below which two spikes belong to one burst." placeholder:"TIME"`
	newRecording
}

// Run labels the trains and writes them. Every recording or population of the file becomes a population; the names of
// its units are kept as the metadata "units of POPULATION", a JSON list.
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
	units := map[string][]string{}
	for i, train := range trains {
		name := train.Recording
		if name == "" {
			name = c.Name
		}
		if n := len(h.Populations); n == 0 || h.Populations[n-1].Name != name {
			h.Populations = append(h.Populations, recordings.Population{Population: spike.Population{Name: name, First: spike.ID(i)}, Detector: detector})
		}
		h.Populations[len(h.Populations)-1].Size++
		units[name] = append(units[name], train.Unit)
		memory := spike.NewTrain()
		for _, at := range train.Times {
			events = append(events, spike.Event{At: at, Src: spike.ID(i), Kind: detector.Label(&memory, at)})
		}
	}
	for name, list := range units {
		text, err := json.Marshal(list)
		if err != nil {
			return err
		}
		h.Metadata["units of "+name] = string(text)
	}
	slices.SortFunc(events, spike.Compare)
	w, err := recordings.Create(c.Output, h)
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
