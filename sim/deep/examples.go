package deep

import (
	"fmt"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/sim/images"
	"github.com/burstplex/burstplex/sim/task"
	"github.com/burstplex/burstplex/synapse/units"
)

// Examples are labelled images as the input units of a network see them.
type Examples struct {
	*images.Set
	Normal  images.Normal  // from bytes to activations or currents
	Augment images.Augment // of training images
}

// Shape returns the arrangement of input units: one per pixel and colour.
func (e *Examples) Shape() units.Shape {
	return units.Shape{Height: e.Height, Width: e.Width, Channels: e.Channels}
}

// Reader turns images into values of input units. It holds the memory of one worker.
type Reader struct {
	bytes  []uint8
	planes []float32
}

// Read writes image i to dst, colours of a position side by side. Augmentation is that of presentation number, if there
// is a key.
func (r *Reader) Read(dst []float32, e *Examples, i int, key *rng.Key, number uint64) {
	src := e.Image(i)
	if key != nil && e.Augment != (images.Augment{}) {
		if r.bytes == nil {
			r.bytes = make([]uint8, len(src))
		}
		s := key.Stream(number, 0)
		e.Augment.Apply(r.bytes, src, e.Channels, e.Height, e.Width, &s)
		src = r.bytes
	}
	if e.Channels == 1 {
		e.Normal.Apply(dst, src)
		return
	}
	if r.planes == nil {
		r.planes = make([]float32, len(src))
	}
	e.Normal.Apply(r.planes, src)
	area := e.Height * e.Width
	for c := range e.Channels {
		for k, v := range r.planes[c*area : (c+1)*area] {
			dst[k*e.Channels+c] = v
		}
	}
}

// files are the sets of a directory, which are read once for all seeds.
type files struct {
	dir         string
	train, test *images.Set
}

// read reads the files of a task, or draws digits.
func (t *Task) read(dir string, seed uint64) (train, test *images.Set, err error) {
	if dir == "" && t.Set != "digits" {
		return nil, nil, &task.NoData{Set: t.Set}
	}
	if t.Set != "digits" {
		if t.files == nil || t.files.dir != dir {
			open := images.MNIST
			if t.Set == "cifar10" {
				open = images.CIFAR10
			}
			f := &files{dir: dir}
			if f.train, f.test, err = open(dir); err != nil {
				return nil, nil, err
			}
			t.files = f
		}
		return t.files.train, t.files.test, nil
	}
	n, m := t.Images, t.Test
	if n == 0 {
		n = 20000
	}
	if m == 0 {
		m = 2000
	}
	train, test = images.Digits(n, m, seed)
	return train, test, nil
}

// Prepare implements task.Preparer: data that is not what it should be is refused before anything is written.
func (t *Task) Prepare(r *task.Run) error {
	_, _, _, err := t.load(r.Data, r.Seed)
	return err
}

// Files implements task.FileReader.
func (t *Task) Files() []string {
	if t.files == nil {
		return nil
	}
	return append(slices.Clone(t.files.train.Files), t.files.test.Files...)
}

// load reads the images of a task: for training, for choices, and for the test.
func (t *Task) load(dir string, seed uint64) (train, validation, test *Examples, err error) {
	a, b, err := t.read(dir, seed)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, asked := range []struct {
		key   string
		of    string
		n     int
		least int
		set   **images.Set
	}{{"images", "training", t.Images, t.Validation + 1, &a}, {"test", "test", t.Test, 1, &b}} {
		if have := (*asked.set).Len(); asked.n > have {
			return nil, nil, nil, &neuron.ParameterError{Key: asked.key, Value: float64(asked.n),
				Reason:  fmt.Sprintf("the set has %d %s images", have, asked.of),
				Allowed: fmt.Sprintf("[%d, %d], 0: all", asked.least, have)}
		}
		if asked.n > 0 {
			*asked.set = (*asked.set).Head(asked.n)
		}
	}
	if t.Validation >= a.Len() {
		return nil, nil, nil, &neuron.ParameterError{Key: "validation", Value: float64(t.Validation),
			Reason:  fmt.Sprintf("leaves nothing of %d training images", a.Len()),
			Allowed: fmt.Sprintf("[0, %d]", a.Len()-1)}
	}
	held := a.Head(0)
	if t.Validation > 0 {
		a, held = a.Split(t.Validation, rng.New(seed, "validation"))
	}
	normal := images.Unit(a.Channels)
	if t.Input == "current" {
		normal = images.Fit(a)
	}
	of := func(s *images.Set) *Examples { return &Examples{Set: s, Normal: normal} }
	train, validation, test = of(a), of(held), of(b)
	train.Augment = images.Augment{Pad: t.Pad, Flip: t.Flip}
	return train, validation, test, nil
}
