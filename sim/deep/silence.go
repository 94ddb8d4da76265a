package deep

import (
	"context"
	"fmt"

	"github.com/burstplex/burstplex/sim/ensemble"
	"github.com/burstplex/burstplex/synapse/units"
)

// Learning Q in silence, before training. The rule is plasticity.Silence.

// silences returns how many presentations come before training.
func (t *Task) silences() int {
	if t.Q != "silence" {
		return 0
	}
	return t.Silence.Images
}

// LearnInSilence shows training images without a teacher, in an order of its own, and changes Q, until as many were
// shown as the task wants. After each batch it calls done; it ends early when done or ctx does.
func (tr *Trainer) LearnInSilence(ctx context.Context, train *Examples, done func() error) error {
	total := tr.silences()
	if tr.Silent >= total {
		return nil
	}
	batch := tr.newBatch(tr.Batch, true)
	if tr.Means == nil {
		tr.Means = ensemble.NewMeans(tr.Net, tr.Mean)
	}
	silence := &ensemble.Silence{Noise: tr.Noise, Key: tr.key.Sub("drives in silence")}
	for tr.Silent < total {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(tr.Batch, total-tr.Silent)
		if err := tr.learnInSilence(train, n, silence, batch); err != nil {
			return err
		}
		tr.Silent += n
		if err := done(); err != nil {
			return err
		}
	}
	return nil
}

// learnInSilence shows n images, whose batch b is memory for, and changes Q.
func (tr *Trainer) learnInSilence(train *Examples, n int, silence *ensemble.Silence, b *ensemble.Batch) error {
	group, _ := tr.models[0].Group()
	order := tr.key.Sub("order in silence")
	b.Images = n
	values, numbers := rows(n, train.Size()), make([]uint64, n)
	for i := range n {
		numbers[i] = silenceNumbers + uint64(tr.Silent+i)
	}
	tr.workers.Each((n+group-1)/group, func(worker, item int) {
		lo, hi := item*group, min(n, (item+1)*group)
		for i := lo; i < hi; i++ {
			s := order.Stream(numbers[i], 0)
			tr.readers[worker].Read(values[i], train, s.IntN(train.Len()), nil, 0)
		}
		tr.models[worker].(ensemble.Silent).Silent(values[lo:hi], numbers[lo:hi], tr.Mean, silence, tr.Means, b, lo)
	})
	share := slowly(tr.Silent / tr.Batch)
	layers := tr.Net.Layers[1:]
	squares := make([]float64, len(layers))
	tr.workers.Each(len(layers), func(_, item int) { squares[item] = b.SumSilence(tr.Net, item+1, tr.Means, share) })
	for i, l := range layers {
		if !(squares[i] > 0) {
			continue // nothing above was active: nothing is learned
		}
		step := float32(tr.StepAt(tr.Silent) * float64(n) / (squares[i] * reach(l.Projection)))
		for k, d := range b.FeedbackChange(i + 1) {
			l.Q[k] += float32(step * d)
		}
	}
	tr.follow()
	return tr.diverged()
}

// diverged refuses to go on with a Q whose error grows: beyond all that a random start can have.
func (tr *Trainer) diverged() error {
	for i, l := range tr.Net.Layers[1:] {
		if y := norm(l.Y); !(norm(l.Q) <= 100*y) {
			return fmt.Errorf("silence_step = %g: Q of layer %d diverges after %d presentations in silence (its norm is "+
				"above 100 times that of Y); "+
				"take a smaller step or batch, or a larger silence_noise", tr.Step, i+2, tr.Silent)
		}
	}
	return nil
}

// reach returns how many apical drives of a channel below an event changes through a weight of its unit: one, but
// where weights are shared by positions, as many as the kernel has.
func reach(p units.Projection) float64 {
	if p.Products() == p.Weights() {
		return 1
	}
	in, _ := p.Fan()
	return float64(in) / float64(p.In().Channels)
}
