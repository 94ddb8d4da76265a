package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
)

// An image depends on the seed, the set and its number alone.
func TestDigitsAreDeterministic(t *testing.T) {
	train, test := Digits(40, 30, 7)
	more, less := Digits(100, 10, 7)
	if !bytes.Equal(more.Head(40).Pixels, train.Pixels) || !bytes.Equal(more.Head(40).Labels, train.Labels) {
		t.Error("a larger training set begins with other images")
	}
	if !bytes.Equal(test.Head(10).Pixels, less.Pixels) {
		t.Error("the test set depends on the sizes")
	}
	if bytes.Equal(train.Image(0), test.Image(0)) {
		t.Error("the test set repeats the training set")
	}
	if other, _ := Digits(40, 0, 8); bytes.Equal(other.Pixels, train.Pixels) {
		t.Error("the seed changes nothing")
	}
	// The bytes are the same on every processor and in every version; a change of this digest changes every result on
	// generated digits.
	sum := sha256.Sum256(more.Pixels)
	if got, want := hex.EncodeToString(sum[:8]), "697cd6c2ae747c14"; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	for class, n := range more.Counts() {
		if n != 10 {
			t.Errorf("%d images of %d in 100", n, class)
		}
	}
}

// The learning task is neither trivial nor hopeless: averages recognise most digits, a linear classifier more, and
// neither all.
func TestDigitsAreLearnable(t *testing.T) {
	train, test := Digits(4000, 1000, 3)
	centroid, linear := errorRate(test, centroids(train)), errorRate(test, softmax(train, 4))
	t.Logf("test error: nearest centroid %.1f %%, softmax regression %.1f %%", 100*centroid, 100*linear)
	if centroid > 0.4 || centroid < 0.1 {
		t.Errorf("nearest centroid misses %.1f %%, want 10 to 40 %%", 100*centroid)
	}
	if linear > 0.75*centroid || linear < 0.02 {
		t.Errorf("softmax regression misses %.1f %%, want at least 2 %% and at most three quarters of the centroids' error",
			100*linear)
	}
	noise := rng.New(1, "noise").Stream(0, 0)
	shuffle(train.Labels, noise)
	if e := errorRate(test, softmax(train, 1)); e < 0.75 {
		t.Errorf("labels shuffled: misses %.1f %%, want about 90 %%", 100*e)
	}
}

// linear is a classifier: the largest of w x + b.
type linear struct {
	w [10][]float64
	b [10]float64
}

func (l *linear) scores(x []float64) (out [10]float64) {
	for k := range out {
		out[k] = l.b[k]
		for i, v := range x {
			out[k] += l.w[k][i] * v
		}
	}
	return out
}

func errorRate(s *Set, l *linear) float64 {
	wrong := 0
	for i := range s.Len() {
		best := 0
		scores := l.scores(unit(s.Image(i)))
		for k, v := range scores {
			if v > scores[best] {
				best = k
			}
		}
		if best != int(s.Labels[i]) {
			wrong++
		}
	}
	return float64(wrong) / float64(s.Len())
}

func unit(src []uint8) []float64 {
	x := make([]float64, len(src))
	for i, v := range src {
		x[i] = float64(v) / 255
	}
	return x
}

// centroids classifies by the nearest mean image: |x - m|² is least where m x - |m|²/2 is largest.
func centroids(s *Set) *linear {
	l := newLinear(s.Size())
	counts := s.Counts()
	for i := range s.Len() {
		k := s.Labels[i]
		for j, v := range unit(s.Image(i)) {
			l.w[k][j] += v / float64(counts[k])
		}
	}
	for k := range l.w {
		for _, v := range l.w[k] {
			l.b[k] -= v * v / 2
		}
	}
	return l
}

// softmax learns by stochastic gradient descent, image by image.
func softmax(s *Set, epochs int) *linear {
	l := newLinear(s.Size())
	for epoch := range epochs {
		rate := 0.03 / float64(1+epoch)
		for i := range s.Len() {
			x := unit(s.Image(i))
			p, sum := l.scores(x), 0.0
			for k := range p {
				p[k] = math.Exp(p[k])
				sum += p[k]
			}
			for k := range p {
				d := -p[k] / sum
				if k == int(s.Labels[i]) {
					d++
				}
				l.b[k] += rate * d
				for j, v := range x {
					l.w[k][j] += rate * d * v
				}
			}
		}
	}
	return l
}

func newLinear(n int) *linear {
	l := &linear{}
	for k := range l.w {
		l.w[k] = make([]float64, n)
	}
	return l
}

func BenchmarkDigits(b *testing.B) {
	shapes := digitShapes()
	for b.Loop() {
		drawDigits("training", 1000, shapes, 1)
	}
	b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "images/s")
}
