package recordings

import (
	"fmt"
	"iter"
	"maps"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Relabelled is Batches with labels that are derived anew, by a detector for each population of the header. The first
// recorded spike of a neuron counts as an onset. Where a detector goes by surprise, the whole trains of its population
// are held in memory, 9 bytes a spike.
func (r *Reader) Relabelled(q Query, detectors []spike.Detector) iter.Seq2[[]spike.Event, error] {
	return func(yield func([]spike.Event, error) bool) {
		window := q.Window
		q.Window, q.ByNeuron = spike.Window{}, false
		l, err := r.newRelabels(q, detectors)
		if err != nil {
			yield(nil, err)
			return
		}
		var out []spike.Event
		for batch, err := range r.Batches(q) {
			if err != nil {
				yield(nil, err)
				return
			}
			if window != (spike.Window{}) && batch[0].At >= window.To {
				return
			}
			out = out[:0]
			for _, e := range batch {
				e.Kind = l.label(e)
				if window == (spike.Window{}) || window.Contains(e.At) {
					out = append(out, e)
				}
			}
			if len(out) > 0 && !yield(out, nil) {
				return
			}
		}
	}
}

// relabels holds the memory of detectors.
type relabels struct {
	h         *Header
	detectors []spike.Detector
	trains    [][]spike.Train  // by population and neuron
	kinds     [][][]spike.Kind // of what goes by surprise: labels that have not been given out yet
}

func (r *Reader) newRelabels(q Query, detectors []spike.Detector) (*relabels, error) {
	h := r.Header()
	l := &relabels{h: &h, detectors: detectors, trains: make([][]spike.Train, len(h.Populations)),
		kinds: make([][][]spike.Kind, len(h.Populations))}
	if len(detectors) != len(h.Populations) {
		return nil, fmt.Errorf("%d detectors for %d populations", len(detectors), len(h.Populations))
	}
	times := make([][][]spike.Tick, len(h.Populations))
	surprise := false
	for p, d := range detectors {
		if key, reason := d.Check(); key != "" {
			return nil, fmt.Errorf("definition of a burst: %s %s", key, reason)
		}
		if d.Surprise > 0 {
			times[p], surprise = make([][]spike.Tick, h.Populations[p].Size), true
			continue
		}
		l.trains[p] = make([]spike.Train, h.Populations[p].Size)
		for i := range l.trains[p] {
			l.trains[p][i] = spike.NewTrain()
		}
	}
	if !surprise {
		return l, nil
	}
	for batch, err := range r.Batches(q) {
		if err != nil {
			return nil, err
		}
		for _, e := range batch {
			if p := h.population(e.Src); times[p] != nil {
				i := e.Src - h.Populations[p].First
				times[p][i] = append(times[p][i], e.At)
			}
		}
	}
	for p, d := range detectors {
		for _, train := range times[p] {
			l.kinds[p] = append(l.kinds[p], spike.Surprises(train, r.Window().Len(), d.Surprise))
		}
	}
	return l, nil
}

func (l *relabels) label(e spike.Event) spike.Kind {
	p := l.h.population(e.Src)
	i := e.Src - l.h.Populations[p].First
	if l.kinds[p] != nil {
		kind := l.kinds[p][i][0]
		l.kinds[p][i] = l.kinds[p][i][1:]
		return kind
	}
	return l.detectors[p].Label(&l.trains[p][i], e.At)
}

// Relabel writes a recording again with labels that are derived anew, by a detector for each population of its header.
// Tables are copied. The header of the new file holds the detectors, and its metadata "relabelled" says that they are
// not those of the run.
func Relabel(dst string, r *Reader, detectors []spike.Detector, opts ...Option) error {
	h, cover := r.part(Query{})
	var says []string
	h.Metadata = maps.Clone(h.Metadata)
	if h.Metadata == nil {
		h.Metadata = map[string]string{}
	}
	for p, d := range detectors {
		h.Populations[p].Detector = d
		says = append(says, h.Populations[p].Name+": "+d.Definition())
	}
	h.Metadata["relabelled"] = strings.Join(says, "; ")
	w, done, err := create(dst, h, opts)
	if err != nil {
		return err
	}
	c := copier{w: w, at: cover.From}
	for batch, err := range r.Relabelled(Query{}, detectors) {
		if err == nil {
			err = c.add(batch)
		}
		if err != nil {
			return done(err)
		}
	}
	if err = c.finish(cover.To); err == nil {
		err = r.copyTables(w, spike.Window{From: spike.Never, To: spike.Forever})
	}
	return done(err)
}
