package images

import "math"

// Normal turns the bytes of an image into what a network reads: for each channel, x = (byte/255 - mean) / sd.
type Normal struct {
	Mean, SD []float32 // one for each channel, of bytes divided by 255
}

// Unit leaves pixels in [0, 1]: what MNIST is read with.
func Unit(channels int) Normal {
	n := Normal{make([]float32, channels), make([]float32, channels)}
	for c := range channels {
		n.SD[c] = 1
	}
	return n
}

// ImageNet is the mean and the standard deviation of the red, green and blue of ImageNet's photographs: what
// CIFAR-10 is read with.
func ImageNet() Normal {
	return Normal{Mean: []float32{0.485, 0.456, 0.406}, SD: []float32{0.229, 0.224, 0.225}}
}

// Fit measures the mean and the standard deviation of a set's channels, over all pixels of all images. A constant
// channel gets a standard deviation of 1. Use the training set, so that nothing of the test set leaks.
func Fit(s *Set) Normal {
	n, area := Unit(s.Channels), s.Height*s.Width
	for c := range s.Channels {
		var sum, squares uint64 // exact: 255² x 2^48 pixels fit
		for i := range s.Len() {
			for _, v := range s.Image(i)[c*area : (c+1)*area] {
				sum += uint64(v)
				squares += uint64(v) * uint64(v)
			}
		}
		count := float64(s.Len() * area)
		if count == 0 {
			continue
		}
		mean := float64(sum) / count
		variance := float64(squares)/count - float64(mean*mean)
		n.Mean[c] = float32(mean / 255)
		if variance > 0 {
			n.SD[c] = float32(math.Sqrt(variance) / 255)
		}
	}
	return n
}

// Apply writes the numbers of an image (channel-major, as Set.Image returns it) to dst, of the same length.
func (n Normal) Apply(dst []float32, src []uint8) {
	area := len(src) / len(n.Mean)
	for c, mean := range n.Mean {
		scale, shift := 1/(255*n.SD[c]), -mean/n.SD[c]
		out := dst[c*area : (c+1)*area]
		for i, v := range src[c*area : (c+1)*area] {
			out[i] = float32(float32(v)*scale) + shift
		}
	}
}
