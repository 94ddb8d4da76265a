package deep

import (
	"github.com/burstplex/burstplex/sim/ensemble"
	"time"

	"github.com/burstplex/burstplex/sim/images"
)

// Speed is how fast a network is trained or answers, per second of the clock that it was measured with.
type Speed struct {
	Sampler  string // "exact": every event at its own time; "steps": counts per bin
	Learning bool
	PerUnit  float64   // events of a fully active unit in a presentation
	Seconds  []float64 // of an image, by round
	Events   float64   // of all units, an image
	Spikes   float64   // second spikes of bursts included
	Synaptic float64   // events delivered to somata, and while learning to dendrites
}

// Speeds times rounds of batches of generated digits in a 784-256-256-10 network with 1000 events of a fully active
// unit in a presentation of 100 ms, for both samplers, learning and answering. The clock is processor or wall time.
func Speeds(rounds, batches, workers int, clock func() time.Duration) ([]Speed, error) {
	var all []Speed
	set, _ := images.Digits(64, 1, 1)
	for _, exact := range []bool{true, false} {
		t := Default()
		t.Exact, t.Neurons, t.Rate, t.Settle, t.Learn, t.Batch = exact, 1000, 10, 60, 40, 32
		train := &Examples{Set: set, Normal: images.Unit(1)}
		tr, err := NewTrainer(t, train, 1, workers)
		if err != nil {
			return nil, err
		}
		batch := permutation(train.Len(), tr.key, 0)[:t.Batch]
		for _, learning := range []bool{true, false} {
			s := Speed{Sampler: "steps", Learning: learning, PerUnit: float64(t.Neurons) * t.Rate * (t.Settle + t.Learn) / 1000}
			if exact {
				s.Sampler = "exact"
			}
			work := func() int {
				if learning {
					tr.learn(train, batch, t.Eta)
					return len(batch)
				}
				tr.Answers(train, testNumbers)
				return train.Len()
			}
			work() // once, so that memory is there
			for range rounds {
				from, n := clock(), 0
				for range batches {
					n += work()
				}
				s.Seconds = append(s.Seconds, (clock()-from).Seconds()/float64(n))
			}
			s.traffic(tr, train)
			all = append(all, s)
		}
	}
	return all, nil
}

// traffic counts the events of some images.
func (s *Speed) traffic(tr *Trainer, train *Examples) {
	p := tr.models[0].(*ensemble.Presenter)
	values := make([]float32, train.Size())
	const some = 8
	for i := range some {
		tr.readers[0].Read(values, train, i, nil, 0)
		p.Forward(values, tr.Mean, uint64(i))
		spikes, synaptic, feedback := p.Traffic(0, p.Bins)
		s.Events += p.TotalEvents() / some
		s.Spikes += spikes / some
		s.Synaptic += synaptic / some
		if s.Learning {
			s.Synaptic += feedback / some
		}
	}
}
