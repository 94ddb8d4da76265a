package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Raster keeps the spikes of a few neurons in a window, for drawing. It is the only accumulator that keeps spikes,
// so it has a limit: when it is reached, the second half of the rows is given up, so that the rows that stay are
// complete.
type Raster struct {
	window spike.Window
	ids    []spike.ID
	row    map[spike.ID]int
	rows   int
	limit  int
	events []spike.Event
}

// NewRaster keeps the spikes of the given neurons, one row each, in their order, and at most limit spikes.
func NewRaster(neurons []spike.ID, w spike.Window, limit int) *Raster {
	r := &Raster{window: w, ids: neurons, row: map[spike.ID]int{}, rows: len(neurons), limit: limit}
	for i, id := range neurons {
		r.row[id] = i
	}
	return r
}

// EveryNth chooses about n neurons of a population, evenly spaced.
func EveryNth(p spike.Population, n int) []spike.ID {
	n = min(n, p.Size)
	var ids []spike.ID
	for i := range max(0, n) {
		ids = append(ids, p.First+spike.ID(i*p.Size/n))
	}
	return ids
}

// Add implements Accumulator.
func (r *Raster) Add(events []spike.Event) {
	for _, e := range events {
		if !r.window.Contains(e.At) {
			continue
		}
		if row, ok := r.row[e.Src]; !ok || row >= r.rows {
			continue
		}
		r.events = append(r.events, e)
		for len(r.events) > r.limit && r.rows > 0 {
			r.halve()
		}
	}
}

func (r *Raster) halve() {
	r.rows /= 2
	kept := r.events[:0]
	for _, e := range r.events {
		if r.row[e.Src] < r.rows {
			kept = append(kept, e)
		}
	}
	r.events = kept
}

// Rows returns the number of neurons that are complete: all that were asked for, unless the limit was reached.
func (r *Raster) Rows() int { return r.rows }

// Neurons returns the neurons of the rows that are complete.
func (r *Raster) Neurons() []spike.ID { return r.ids[:r.rows] }

// Points returns time in s, row, and whether the spike is one of a burst but not its first, for every spike kept.
func (r *Raster) Points() (seconds, row []float64, burst []bool) {
	for _, e := range r.events {
		seconds = append(seconds, e.At.Seconds())
		row = append(row, float64(r.row[e.Src]))
		burst = append(burst, e.Kind != spike.Onset)
	}
	return seconds, row, burst
}

func (r *Raster) State() []any { return []any{&r.rows, &r.events} }
