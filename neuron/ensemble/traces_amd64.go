//go:build !noasm

package ensemble

import "golang.org/x/sys/cpu"

// layer is Layer with vectors, if there are eight units. Eights of rows may overlap: what is written twice is the same.
func (f Filter) layer(x, counts matrix, n, bins int, start []float32) bool {
	if !cpu.X86.HasAVX2 || n < width {
		return false
	}
	var rest [width]float32
	eight := func(u int) (to, from, v *float32) {
		v = &rest[0]
		if start != nil {
			v = &start[u : u+width][0]
		}
		at := u * x.stride
		end := at + (width-1)*x.stride + up(bins, width)
		return &x.x[at:end][0], &counts.x[at:end][0], v
	}
	for u := 0; u < n; u += 2 * width {
		x, from, v := eight(min(u, n-width))
		x2, from2, v2 := eight(min(u+width, n-width))
		tracesAVX2(x, x2, from, from2, counts.stride, bins, v, v2, f.Fade, f.Jump)
	}
	return true
}

// bursting is BurstProbability with vectors. It returns how many numbers it turned.
func bursting(drive, own []float32, gain, top float32) int {
	vectors := len(drive) / width
	if vectors == 0 || !cpu.X86.HasAVX2 {
		return 0
	}
	burstingAVX2(&drive[0], &own[:len(drive)][0], vectors, gain, top)
	return vectors * width
}

// less is Less with vectors. It returns how many numbers it wrote.
func less(dst, a, b []float32, factor float32) int {
	vectors := len(dst) / width
	if vectors == 0 || !cpu.X86.HasAVX2 {
		return 0
	}
	lessAVX2(&dst[0], &a[:len(dst)][0], &b[:len(dst)][0], vectors, factor)
	return vectors * width
}

// decay writes what is left of n numbers with vectors, up to seven more than that.
func decay(x, age []float32, n int, rate float32) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	if n > 0 {
		n = up(n, width)
		decayAVX2(&x[:n][0], &age[:n][0], n/width, rate)
	}
	return true
}

// vector reads words with vectors.
func (s *source) vector(first uint64) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	var blocks [width]uint32
	for i := range blocks {
		blocks[i] = uint32(first) + uint32(i)
	}
	streamAVX2(&s.words[0], lot/32, &s.schedule[0], &blocks[0], uint32(first>>32), uint32(s.entity), uint32(s.entity>>32))
	return true
}

// vectorExponentials turns words into exponential numbers with vectors.
func (s *source) vectorExponentials(x *[lot]float32) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	exponentialsAVX2(&x[0], &s.words[0], lot/width)
	return true
}
