package deep

import (
	"context"
	"github.com/burstplex/burstplex/sim/ensemble"
	"math"

	"github.com/burstplex/burstplex/neuron/rng"
)

// Trainer trains a network. What training has changed so far is Progress; the rest is memory.
type Trainer struct {
	*Task
	Net *ensemble.Network
	Progress
	models  []ensemble.Model
	readers []Reader
	size    int // images of an epoch
	batch   *ensemble.Batch
	workers *ensemble.Workers
	key     rng.Key
	perm    [][]int     // of shuffled feedback
	other   *comparator // another theory; nil: BurstCCN or backpropagation
}

// Progress is the state of a training, beside the weights.
type Progress struct {
	Mean     ensemble.State // of activations, before an image appears
	Velocity []velocity
	Epoch    int
	At       int // images of the epoch that were shown
	Wrong    int // of them answered wrongly, while learning
	Batches  int
	Silent   int             // presentations in silence so far
	Means    *ensemble.Means // of what was learned from in silence
}

// velocity is what momentum repeats of the changes of a layer. Y and Q have one where they are learned with momentum.
type velocity struct{ W, Bias, Y, Q []float32 }

// shown returns how many images training has shown.
func (tr *Trainer) shown() int { return tr.Epoch*tr.size + tr.At }

// NewTrainer returns a trainer at the start of training.
func NewTrainer(t *Task, train *Examples, seed uint64, workers int) (*Trainer, error) {
	a, err := ensemble.NewArchitecture(train.Shape(), t.Hidden, len(train.Classes))
	if err != nil {
		return nil, err
	}
	key := rng.New(seed, "deep")
	net := ensemble.NewNetwork(a, t.WGain, t.PB, key.Sub("weights"))
	tr := &Trainer{Task: t, Net: net, workers: &ensemble.Workers{N: workers}, key: key, readers: make([]Reader, workers)}
	for range workers {
		tr.models = append(tr.models, t.newModel(net, key))
	}
	tr.size = train.Len()
	tr.batch = tr.newBatch(t.Batch, t.balances())
	tr.Mean = append(tr.Mean, make([]float32, a.Input.Units()))
	for _, l := range net.Layers {
		tr.Mean = append(tr.Mean, make([]float32, l.Units()))
		tr.Velocity = append(tr.Velocity, velocity{W: make([]float32, len(l.W)), Bias: make([]float32, len(l.Bias))})
		if t.Momentum > 0 && t.Feedback == "learned" {
			v := &tr.Velocity[len(tr.Velocity)-1]
			v.Y, v.Q = make([]float32, len(l.W)), make([]float32, len(l.W))
		}
	}
	tr.batch.Centre = tr.Mean
	tr.centre(train)
	tr.startFeedback()
	tr.follow()
	if t.comparator() {
		tr.other = newComparator(t, net, key.Sub("comparator"))
	}
	return tr, nil
}

// newBatch returns memory for whole groups of at least so many images.
func (tr *Trainer) newBatch(images int, learnQ bool) *ensemble.Batch {
	group, columns := tr.models[0].Group()
	return ensemble.NewBatch(tr.Net, (images+group-1)/group*group, columns, tr.constant() && tr.Model == "spikes", learnQ)
}

// centre sets the biases so that the mean image drives hidden units to an activation of 1/2 and output units to
// their share of the answers: without it, a unit whose random weights sum to a large number starts, and stays,
// silent or saturated.
func (tr *Trainer) centre(train *Examples) {
	mean := tr.Mean[0]
	image := make([]float32, len(mean))
	sum := make([]float64, len(mean))
	for k := range train.Len() {
		tr.readers[0].Read(image, train, k, nil, 0)
		for i, v := range image {
			sum[i] += float64(v)
		}
	}
	for i, s := range sum {
		mean[i] = float32(s / float64(train.Len()))
	}
	for l, layer := range tr.Net.Layers {
		rest := float32(0)
		if l == len(tr.Net.Layers)-1 {
			rest = float32(tr.OutputBias)
		}
		drive := layer.MeanDrive(layer.W, mean)
		for c := range layer.Bias {
			layer.Bias[c] = rest - drive[c]
		}
		mean = tr.Mean[l+1]
		for u := range mean {
			mean[u] = float32(1 / (1 + math.Exp(-float64(rest))))
		}
	}
}

// follow prepares the network for the next batch after its weights have changed.
func (tr *Trainer) follow() {
	for i := range tr.Net.Layers {
		if i > 0 && tr.Feedback == "tied" {
			tr.tie(i)
		}
	}
	tr.Net.Pack(true)
}

func permutation(n int, key rng.Key, entity int) []int {
	s := key.Stream(uint64(entity), 0)
	p := make([]int, n)
	for i := range p {
		j := s.IntN(i + 1)
		p[i] = p[j]
		p[j] = i
	}
	return p
}

// Train shows the training images of the current epoch that were not shown yet, in an order of its own, batch by
// batch. After each batch it calls done; it ends early when done or ctx does.
func (tr *Trainer) Train(ctx context.Context, train *Examples, done func() error) error {
	order := permutation(train.Len(), tr.key.Sub("order"), tr.Epoch)
	for tr.At < len(order) {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := order[tr.At:min(len(order), tr.At+tr.Batch)]
		passed := (float64(tr.Epoch) + float64(tr.At)/float64(len(order))) / float64(tr.Epochs)
		tr.Wrong += tr.learn(train, part, tr.EtaAt(passed))
		tr.At += len(part)
		if err := done(); err != nil {
			return err
		}
	}
	return nil
}

// NextEpoch starts a new epoch.
func (tr *Trainer) NextEpoch() { tr.Epoch, tr.At, tr.Wrong = tr.Epoch+1, 0, 0 }

// show presents a batch with its targets and fills b. It returns the outputs. Numbers of presentations start at first.
func (tr *Trainer) show(set *Examples, batch []int, first uint64, augment *rng.Key, b *ensemble.Batch) [][]float32 {
	group, _ := tr.models[0].Group()
	classes := len(set.Classes)
	outputs, targets, values := rows(len(batch), classes), rows(len(batch), classes), rows(len(batch), set.Size())
	numbers := make([]uint64, len(batch))
	for i, k := range batch {
		targets[i][set.Labels[k]], numbers[i] = 1, first+uint64(i)
	}
	b.Images = len(batch)
	tr.workers.Each((len(batch)+group-1)/group, func(worker, item int) {
		lo, hi := item*group, min(len(batch), (item+1)*group)
		for i := lo; i < hi; i++ {
			tr.readers[worker].Read(values[i], set, batch[i], augment, numbers[i])
		}
		tr.models[worker].Learn(values[lo:hi], targets[lo:hi], outputs[lo:hi], numbers[lo:hi], tr.Mean, b, lo)
	})
	b.Sum(tr.Net, tr.models[0].Scale(), tr.workers)
	return outputs
}

// learn shows a batch and changes the weights.
func (tr *Trainer) learn(train *Examples, batch []int, eta float64) (wrong int) {
	augment := tr.key.Sub("augment")
	if tr.other != nil {
		return tr.compare(train, batch, eta*float64(len(batch)), &augment)
	}
	outputs := tr.show(train, batch, uint64(tr.shown()), &augment, tr.batch)
	tr.batch.Balance(tr.Net)
	tr.batch.Means(slowly(tr.Batches))
	tr.change(eta * float64(len(batch)))
	tr.Batches++
	for i, k := range batch {
		if best(outputs[i]) != int(train.Labels[k]) {
			wrong++
		}
	}
	return wrong
}

// slowly is the share by which slow means move after a number of batches: at first they are plain means.
func slowly(batches int) float32 { return float32(max(0.02, 1/float64(batches+1))) }

// compare lets another theory learn a batch.
func (tr *Trainer) compare(train *Examples, batch []int, eta float64, augment *rng.Key) (wrong int) {
	values, targets, outputs := rows(len(batch), train.Size()), rows(len(batch), len(train.Classes)),
		rows(len(batch), len(train.Classes))
	for i, k := range batch {
		tr.readers[0].Read(values[i], train, k, augment, uint64(tr.shown()+i))
		targets[i][train.Labels[k]] = 1
	}
	tr.other.learn(values, targets, outputs, eta, tr.Net)
	for i, k := range batch {
		if best(outputs[i]) != int(train.Labels[k]) {
			wrong++
		}
	}
	return wrong
}

// change applies the changes of a batch.
func (tr *Trainer) change(eta float64) {
	decay := tr.Lambda(tr.shown(), tr.Feedback == "learned")
	for i, l := range tr.Net.Layers {
		if tr.Control == "frozen" && i < len(tr.Net.Layers)-1 {
			continue
		}
		factor := tr.factor(l.Projection)
		step, lost := float32(eta*factor), float32(decay/factor) // all layers forget alike
		d, v := &tr.batch.Changes[i], &tr.Velocity[i]
		tr.Apply(l.W, d.W, v.W, 1, step, lost)
		tr.Apply(l.Bias, d.Bias, v.Bias, 1, step, 0)
		if i == 0 {
			continue
		}
		if tr.Feedback == "learned" {
			tr.learnFeedback(i, step, lost)
		}
		if tr.balances() && tr.Control != "no_q" {
			step := float32(eta / tr.Eta * tr.EtaQ)
			for k, x := range tr.batch.FeedbackChange(i) {
				l.Q[k] += float32(step * x)
			}
		}
	}
	tr.follow()
}

// Numbers of presentations that do not train.
const (
	validationNumbers = 1 << 36
	testNumbers       = 2 << 36
	probeNumbers      = 3 << 36
	silenceNumbers    = 4 << 36
)

// Answers returns what the network answers without learning. Numbers of presentations start at first.
func (tr *Trainer) Answers(set *Examples, first uint64) []int {
	group, _ := tr.models[0].Group()
	answers := make([]int, set.Len())
	tr.workers.Each((set.Len()+group-1)/group, func(worker, item int) {
		lo, hi := item*group, min(set.Len(), (item+1)*group)
		outputs, values := rows(hi-lo, len(set.Classes)), rows(hi-lo, set.Size())
		numbers := make([]uint64, hi-lo)
		for i := range numbers {
			numbers[i] = first + uint64(lo+i)
			tr.readers[worker].Read(values[i], set, lo+i, nil, 0)
		}
		tr.models[worker].Answer(values, outputs, numbers, tr.Mean)
		for i, o := range outputs {
			answers[lo+i] = best(o)
		}
	})
	return answers
}

// Wrong returns the share of wrong answers.
func Wrong(answers []int, labels []uint8) float64 {
	n := 0
	for i, a := range answers {
		if a != int(labels[i]) {
			n++
		}
	}
	return float64(n) / float64(len(answers))
}

func rows(n, size int) [][]float32 {
	all := make([][]float32, n)
	memory := make([]float32, n*size)
	for i := range all {
		all[i] = memory[i*size : (i+1)*size]
	}
	return all
}

// best returns the unit with the highest activation, the first one of equals.
func best(x []float32) int {
	b := 0
	for i, v := range x {
		if v > x[b] {
			b = i
		}
	}
	return b
}
