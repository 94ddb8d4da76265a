package trains

import (
	"errors"
	"strconv"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// readRecording reads the trains of all recorded neurons, silent ones too. Units are indices in the population.
func readRecording(path string, o Options) (*File, error) {
	if o != (Options{}) {
		return nil, errors.New("a recording says what its times and units are: it takes no options")
	}
	r, err := recordings.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	h := r.Header()
	f := &File{How: "a recording; units are indices in their population"}
	f.Network, f.Window, f.Resolution = h.Populations, r.Window(), h.Resolution
	at := map[spike.ID]int{}
	for _, p := range h.Populations {
		for _, part := range p.Recorded {
			for k := range part.Count {
				i := part.First + k*part.Stride
				at[p.First+spike.ID(i)] = len(f.Trains)
				f.Trains = append(f.Trains, Train{Recording: p.Name, Unit: strconv.Itoa(i)})
			}
		}
	}
	for batch, err := range r.Batches(recordings.Query{ByNeuron: true}) {
		if err != nil {
			return nil, err
		}
		for _, e := range batch {
			t := &f.Trains[at[e.Src]]
			t.Times, t.Kinds = append(t.Times, e.At), append(t.Kinds, e.Kind)
		}
	}
	return f, nil
}
