package images

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/burstplex/burstplex/neuron/rng"
)

// A split is a partition that keeps the proportions of the classes to within one image, and the order.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &Set{Channels: 1, Height: 1, Width: 2, Classes: []string{"a", "b", "c"}}
		s.Labels = rapid.SliceOfN(rapid.Uint8Range(0, 2), 1, 60).Draw(t, "labels")
		for i := range s.Labels {
			s.Pixels = append(s.Pixels, uint8(i), s.Labels[i])
		}
		n := rapid.IntRange(0, s.Len()).Draw(t, "validation")
		key := rng.New(rapid.Uint64().Draw(t, "seed"), "split")
		train, held := s.Split(n, key)
		if held.Len() != n || train.Len() != s.Len()-n {
			t.Fatalf("%d and %d images of %d", train.Len(), held.Len(), s.Len())
		}
		var seen []int
		for _, part := range []*Set{train, held} {
			last := -1
			for i := range part.Len() {
				p := part.Image(i)
				if int(p[0]) <= last || p[1] != part.Labels[i] {
					t.Fatal("the order or the labels changed")
				}
				last = int(p[0])
				seen = append(seen, last)
			}
		}
		slices.Sort(seen)
		if len(slices.Compact(seen)) != s.Len() {
			t.Fatal("an image is in both parts")
		}
		for class, total := range s.Counts() {
			if want := float64(n*total) / float64(s.Len()); math.Abs(float64(held.Counts()[class])-want) >= 1 {
				t.Fatalf("%d images of class %d, want %g", held.Counts()[class], class, want)
			}
		}
		again, _ := s.Split(n, key)
		if !bytes.Equal(again.Pixels, train.Pixels) {
			t.Fatal("the same key splits differently")
		}
	})
}

func TestSplitIsRandom(t *testing.T) {
	s, _ := Digits(1000, 0, 1)
	_, a := s.Split(100, rng.New(1, "split"))
	_, b := s.Split(100, rng.New(2, "split"))
	if bytes.Equal(a.Pixels, b.Pixels) {
		t.Error("the key changes nothing")
	}
}

func TestHead(t *testing.T) {
	s, _ := Digits(20, 0, 1)
	if h := s.Head(7); h.Len() != 7 || !bytes.Equal(h.Pixels, s.Subset([]int{0, 1, 2, 3, 4, 5, 6}).Pixels) {
		t.Error("the head is not the first images")
	}
	if s.Head(99).Len() != 20 {
		t.Error("a head that is too long is not the whole set")
	}
}

// Each pixel of an augmented image is the one that the shift and the mirror take it from, or black.
func TestAugment(t *testing.T) {
	const channels, h, w, pad = 2, 5, 7, 3
	src := noise(channels*h*w, 255, "src")
	for i := range src {
		src[i]++ // no black pixel
	}
	dst := make([]uint8, len(src))
	count := map[[3]int]int{}
	for image := range 4000 {
		s := rng.New(1, "augment").Stream(uint64(image), 0)
		Augment{Pad: pad, Flip: true}.Apply(dst, src, channels, h, w, &s)
		found := 0
		for dy := -pad; dy <= pad; dy++ {
			for dx := -pad; dx <= pad; dx++ {
				for flip := range 2 {
					if bytes.Equal(dst, moved(src, channels, h, w, dx, dy, flip == 1)) {
						count[[3]int{dx, dy, flip}]++
						found++
					}
				}
			}
		}
		if found != 1 {
			t.Fatalf("image %d is %d of the shifts and mirrors", image, found)
		}
	}
	if len(count) != 98 {
		t.Errorf("%d of the 98 shifts and mirrors occur", len(count))
	}
	for k, n := range count { // 41 expected
		if n < 15 || n > 75 {
			t.Errorf("%v occurs %d times in 4000", k, n)
		}
	}
}

// moved is the slow reference: pixel by pixel.
func moved(src []uint8, channels, h, w, dx, dy int, flip bool) []uint8 {
	dst := make([]uint8, len(src))
	for c := range channels {
		for y := range h {
			for x := range w {
				from := x
				if flip {
					from = w - 1 - x
				}
				if u, v := from+dx, y+dy; u >= 0 && u < w && v >= 0 && v < h {
					dst[(c*h+y)*w+x] = src[(c*h+v)*w+u]
				}
			}
		}
	}
	return dst
}

func TestAugmentKeeps(t *testing.T) {
	src, dst := noise(3*8*8, 256, "src"), make([]uint8, 3*8*8)
	sorted := func(x []uint8) []uint8 { x = slices.Clone(x); slices.Sort(x); return x }
	for image := range uint64(20) {
		s := rng.New(1, "augment").Stream(image, 0)
		Augment{}.Apply(dst, src, 3, 8, 8, &s)
		if !bytes.Equal(dst, src) {
			t.Fatal("the zero value changes an image")
		}
		Augment{Flip: true}.Apply(dst, src, 3, 8, 8, &s)
		for c := range 3 {
			if !bytes.Equal(sorted(dst[c*64:(c+1)*64]), sorted(src[c*64:(c+1)*64])) {
				t.Fatal("a mirror changes the pixels of a channel")
			}
		}
		Augment{Pad: 20}.Apply(dst, src, 3, 8, 8, &s) // may move everything out
	}
	s := rng.New(1).Stream(0, 0)
	if n := testing.AllocsPerRun(10, func() { Augment{Pad: 4, Flip: true}.Apply(dst, src, 3, 8, 8, &s) }); n > 0 {
		t.Errorf("%g allocations", n)
	}
}

// A set that is normalised by its own mean and standard deviation has mean 0 and standard deviation 1.
func TestNormal(t *testing.T) {
	s := &Set{Channels: 3, Height: 4, Width: 5, Classes: []string{"a"}, Pixels: noise(10*60, 200, "x"),
		Labels: make([]uint8, 10)}
	for i := range s.Len() {
		for p := range s.Image(i)[40:] {
			s.Image(i)[40+p] = 51
		}
	}
	n, x := Fit(s), make([]float32, 60)
	var sum, squares [3]float64
	for i := range s.Len() {
		n.Apply(x, s.Image(i))
		for p, v := range x {
			sum[p/20] += float64(v) / 200
			squares[p/20] += float64(v) * float64(v) / 200
		}
	}
	for c, want := range []float64{1, 1, 0} { // the last channel is constant
		if math.Abs(sum[c]) > 1e-6 || math.Abs(squares[c]-want) > 1e-5 {
			t.Errorf("channel %d: mean %g, mean square %g", c, sum[c], squares[c])
		}
	}
	if n.Mean[2] != 0.2 || n.SD[2] != 1 {
		t.Errorf("constant channel: %v", n)
	}
	Unit(1).Apply(x[:2], []uint8{0, 255})
	if x[0] != 0 || x[1] != 1 {
		t.Errorf("0 and 255 become %v", x[:2])
	}
	ImageNet().Apply(x[:3], []uint8{0, 0, 255})
	for c, want := range []float64{-0.485 / 0.229, -0.456 / 0.224, (1 - 0.406) / 0.225} {
		if math.Abs(float64(x[c])-want) > 1e-6 {
			t.Errorf("ImageNet channel %d gives %g, want %g", c, x[c], want)
		}
	}
}
