package analysis_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
)

// A recording is read once for several questions: rates in bins of 100 ms, and how long bursts are.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "spikes.bspk")
	if err := record(path); err != nil {
		fmt.Println(err)
		return
	}

	r, err := recordings.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	rates := analysis.NewRates(r.Network(), analysis.NewBins(r.Window(), 100*spike.Millisecond))
	lengths := analysis.NewLengths(r.Network(), 5, r.Window())
	if err := r.Feed(recordings.Query{}, rates, lengths); err != nil {
		fmt.Println(err)
		return
	}
	cells := rates.Courses()[0]
	fmt.Println("events, Hz:", cells.EventRate())
	fmt.Println("burst probability:", cells.BurstProbability())
	fmt.Println("events of 1, 2, ... spikes:", lengths.Counts(0))
	// Output:
	// events, Hz: [10 20]
	// burst probability: [1 0.5]
	// events of 1, 2, ... spikes: [1 1 1 0 0]
}

// record writes a recording of one neuron: a burst of two spikes, one of three, and an isolated spike.
func record(path string) error {
	w, err := recordings.Create(path, recordings.Header{Populations: []recordings.Population{
		{Population: spike.Population{Name: "cells", Size: 1}, Detector: spike.DefaultDetector()}}})
	if err != nil {
		return err
	}
	window := spike.Window{To: 200 * spike.Millisecond}
	var events []spike.Event
	train, detector := spike.NewTrain(), spike.DefaultDetector()
	for _, ms := range []spike.Tick{20, 28, 110, 118, 126, 170} {
		at := ms * spike.Millisecond
		events = append(events, spike.Event{At: at, Kind: detector.Label(&train, at)})
	}
	if err := w.WriteSpikes(window, events); err != nil {
		return err
	}
	return w.Close()
}
