package images

import (
	"runtime"
	"strings"

	"github.com/burstplex/burstplex/internal/parallel"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// Shape of a generated digit. Lengths are in heights of a digit (about 0.5 wide and 1 high, centred on the origin)
// until the affine map takes them to pixels. Ranges are uniform. They were set so that a network has something to
// learn (TestDigitsAreLearnable): the nearest class average misses about 35 % of the digits, a linear classifier
// about 15 %.
const (
	digitSide    = 28
	digitHeight  = 19.0  // pixels, before scaling
	digitTurn    = 0.045 // turns to either side: 16 degrees
	digitShear   = 0.3
	digitNarrow  = 0.75 // smallest horizontal scale
	digitWide    = 1.25
	digitShort   = 0.8 // smallest vertical scale
	digitTall    = 1.1
	digitShift   = 2.0   // pixels, in both directions
	digitBend    = 0.3   // coefficients of the quadratic warp, which bends strokes
	digitThinner = 0.015 // most that an outline moves inward; a stroke is 0.08 to 0.2 wide
	digitThicker = 0.035
	digitFaint   = 0.6  // least ink, of 1
	digitNoise   = 0.15 // largest standard deviation of the noise, of full ink
)

// Digits returns a training and a test set of generated digit images, 28 x 28 bytes, bright on black as MNIST's.
// Each is one of the digits 0 to 9 set in one of 11 fonts, with an outline that is moved in or out (stroke), bent,
// turned, sheared, scaled and shifted by random amounts, rendered with exact area coverage, with random ink and
// noise. Every ten images in a row hold each digit once, in random order.
//
// Image i of a set depends on the seed, on which of the two sets it is, and on i: not on how many there are, nor on
// the processor. The test set has the same fonts and distortions, but images of its own.
func Digits(train, test int, seed uint64) (trainSet, testSet *Set) {
	shapes := digitShapes()
	return drawDigits("training", train, shapes, seed), drawDigits("test", test, shapes, seed)
}

// drawDigits fills a set, on all processors.
func drawDigits(what string, n int, shapes [][]outline, seed uint64) *Set {
	s := &Set{
		Name: "generated digits " + what, Channels: 1, Height: digitSide, Width: digitSide,
		Classes: strings.Split("0123456789", ""),
		Pixels:  make([]uint8, n*digitSide*digitSide), Labels: make([]uint8, n),
	}
	key := rng.New(seed, "images", "digits", what)
	labels, strokes := key.Sub("label"), key.Sub("image")
	for ten := 0; ten < n; ten += 10 {
		digits := []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
		shuffle(digits, labels.Stream(uint64(ten), 0))
		copy(s.Labels[ten:], digits)
	}
	canvases := make([]canvas, runtime.GOMAXPROCS(0))
	parallel.Each(len(canvases), n, func(worker, i int) {
		stream := strokes.Stream(uint64(i), 0)
		drawDigit(s.Image(i), shapes[s.Labels[i]], &canvases[worker], &stream)
	})
	return s
}

// drawDigit renders one image of a digit, given its outline in each font.
func drawDigit(dst []uint8, fonts []outline, c *canvas, s *rng.Stream) {
	between := func(lo, hi float64) float64 { return lo + float64((hi-lo)*rng.Unit(s.Uint32())) }
	either := func(most float64) float64 { return between(-most, most) }

	shape := fonts[s.IntN(len(fonts))]
	stroke := between(-digitThinner, digitThicker)
	bend := [6]float64{either(digitBend), either(digitBend), either(digitBend), either(digitBend), either(digitBend),
		either(digitBend)}
	sin, cos := numeric.SinCosTurn(either(digitTurn))
	shear, sx, sy := either(digitShear), between(digitNarrow, digitWide), between(digitShort, digitTall)
	shiftX, shiftY := either(digitShift), either(digitShift)
	ink, noise := between(digitFaint, 1), between(0, digitNoise)

	place := func(v vertex) (float64, float64) {
		x, y := v.x+float64(stroke*v.nx), v.y+float64(stroke*v.ny)
		xx, xy, yy := float64(x*x), float64(x*y), float64(y*y)
		x, y = x+float64(bend[0]*xx)+float64(bend[1]*xy)+float64(bend[2]*yy), y+float64(bend[3]*xx)+float64(bend[4]*xy)+
			float64(bend[5]*yy)
		x, y = float64(sx*(x+float64(shear*y))), float64(sy*y)
		x, y = float64(cos*x)-float64(sin*y), float64(sin*x)+float64(cos*y)
		return digitSide/2 + shiftX + float64(digitHeight*x), digitSide/2 + shiftY + float64(digitHeight*y)
	}
	c.clear()
	for _, contour := range shape {
		x0, y0 := place(contour[len(contour)-1])
		for _, v := range contour {
			x1, y1 := place(v)
			c.edge(x0, y0, x1, y1)
			x0, y0 = x1, y1
		}
	}
	// The sum of a word's four bytes is close to normal: mean 510, standard deviation 147.8.
	perUnit := float64(255 * noise / 147.8)
	c.cover(func(pixel int, cover float64) {
		w := s.Uint32()
		sum := float64(w&255+w>>8&255+w>>16&255+w>>24) - 510
		v := float64(255*ink*cover) + float64(perUnit*sum)
		dst[pixel] = uint8(min(max(v+0.5, 0), 255))
	})
}
