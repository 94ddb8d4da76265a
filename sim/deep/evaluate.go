package deep

import (
	"github.com/burstplex/burstplex/sim/ensemble"
	"math"
)

// Outcome is how a trained network answers the test images.
type Outcome struct {
	Answers   []int
	Confusion [][]int // [true class][answer]
	Error     float64 // share of wrong answers
}

// outcome counts answers.
func outcome(answers []int, labels []uint8, classes int) Outcome {
	o := Outcome{Answers: answers, Error: Wrong(answers, labels), Confusion: make([][]int, classes)}
	for i := range o.Confusion {
		o.Confusion[i] = make([]int, classes)
	}
	for i, a := range answers {
		o.Confusion[labels[i]][a]++
	}
	return o
}

// Readout is the accuracy of answers read from all output events up to a time after an image's onset, and what they
// cost.
type Readout struct {
	Time     float64 // ms
	Error    float64 // share of wrong answers
	Spikes   float64 // of all layers, an image
	Synaptic float64 // events that spikes deliver to somata of units, an image
	Feedback float64 // events that bursts (Y) and events (Q) would deliver to apical dendrites: what learning takes beside
}

// readouts presents images and reads the answers after every few bins. Every burst is two spikes; without teacher and
// feedback the share of bursts is p_b.
func (tr *Trainer) readouts(set *Examples) []Readout {
	p := tr.models[0].(*ensemble.Presenter)
	every := max(1, p.Bins/30)
	n := p.Bins / every
	type image struct{ wrong, spikes, synaptic, feedback []float64 }
	all := make([]image, set.Len())
	tr.workers.Each(set.Len(), func(worker, i int) {
		p := tr.models[worker].(*ensemble.Presenter)
		values := make([]float32, set.Size())
		tr.readers[worker].Read(values, set, i, nil, 0)
		p.Forward(values, tr.Mean, testNumbers+uint64(i))
		sum := make([]float32, len(set.Classes))
		part := make([]float32, len(set.Classes))
		im := image{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
		for k := range n {
			p.Counts(part, k*every, (k+1)*every)
			for u, c := range part {
				sum[u] += c
			}
			if best(sum) != int(set.Labels[i]) {
				im.wrong[k] = 1
			}
			im.spikes[k], im.synaptic[k], im.feedback[k] = p.Traffic(k*every, (k+1)*every)
			if k > 0 {
				im.spikes[k] += im.spikes[k-1]
				im.synaptic[k] += im.synaptic[k-1]
				im.feedback[k] += im.feedback[k-1]
			}
		}
		all[i] = im
	})
	readouts := make([]Readout, n)
	for k := range readouts {
		readouts[k].Time = float64((k+1)*every) * tr.Bin
		for i := range all {
			readouts[k].Error += all[i].wrong[k] / float64(len(all))
			readouts[k].Spikes += all[i].spikes[k] / float64(len(all))
			readouts[k].Synaptic += all[i].synaptic[k] / float64(len(all))
			readouts[k].Feedback += all[i].feedback[k] / float64(len(all))
		}
	}
	return readouts
}

// Size is the accuracy of the same weights with another number of neurons in every unit.
type Size struct {
	Neurons int
	Error   float64
}

// sizes answers images with ensembles of other sizes.
func (tr *Trainer) sizes(set *Examples) []Size {
	var all []Size
	for n := 1; ; n = max(n+1, int(math.Round(float64(n)*math.Sqrt(10)))) {
		if n >= tr.Neurons {
			n = tr.Neurons
		}
		small := *tr.Task
		small.Neurons = n
		other := *tr
		other.Task, other.models = &small, nil
		for range tr.workers.N {
			other.models = append(other.models, small.newModel(tr.Net, tr.key))
		}
		all = append(all, Size{n, Wrong(other.Answers(set, testNumbers), set.Labels)})
		if n == tr.Neurons {
			return all
		}
	}
}
