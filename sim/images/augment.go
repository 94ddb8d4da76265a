package images

import "github.com/burstplex/burstplex/neuron/rng"

// Augment shows a network a slightly different image each time: the image is padded with black on all sides, cut
// out again at a random place, and mirrored left to right in half of the cases. The zero value changes nothing.
// Published CIFAR-10 runs use Pad 4 and Flip.
type Augment struct {
	Pad  int  // pixels on each side; shifts are uniform over -Pad..Pad, in both directions
	Flip bool // mirror with probability 1/2
}

// Apply writes a distorted copy of src to dst, both channels x h x w bytes that must not overlap. All channels move
// together. The stream should be the image's own (one entity for each image and epoch), so that no other image's
// draws matter.
func (a Augment) Apply(dst, src []uint8, channels, h, w int, s *rng.Stream) {
	dx, dy, flip := 0, 0, false
	if a.Pad > 0 {
		dx, dy = s.IntN(2*a.Pad+1)-a.Pad, s.IntN(2*a.Pad+1)-a.Pad
	}
	if a.Flip {
		flip = s.Uint32()>>31 == 1
	}
	x0, x1 := clip(dx, w)
	for row := range channels * h {
		out, y := dst[row*w:(row+1)*w], row%h+dy
		clear(out)
		if y < 0 || y >= h || x0 >= x1 {
			continue
		}
		copy(out[x0-dx:], src[(row+dy)*w+x0:(row+dy)*w+x1])
		if flip {
			for i, j := 0, w-1; i < j; i, j = i+1, j-1 {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
}

// clip returns the columns of a row of w that are still inside after a shift by d to the left.
func clip(d, w int) (from, to int) { return max(0, d), min(w, w+d) }
