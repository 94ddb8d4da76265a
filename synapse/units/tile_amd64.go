//go:build !noasm

package units

import "golang.org/x/sys/cpu"

//go:noescape
func tileAVX2(c *float32, stride int, a, b *float32, steps *step, n int)

//go:noescape
func tileAVX512(c *float32, stride int, a, b *float32, steps *step, n int)

//go:noescape
func doubleAVX512(c *float32, stride int, a, b *float32, steps *step, n int)

// double is tile for twice the columns, where the processor has vectors for that. It reports whether it has.
func double(c *float32, stride int, a, b *float32, steps []step) bool {
	if !cpu.X86.HasAVX512F {
		return false
	}
	doubleAVX512(c, stride, a, b, &steps[0], len(steps))
	return true
}

// tile is the product with the widest vectors that the processor has; all have the same bits.
func tile(c *float32, stride int, a, b *float32, steps []step) {
	if cpu.X86.HasAVX512F {
		tileAVX512(c, stride, a, b, &steps[0], len(steps))
		return
	}
	if cpu.X86.HasAVX2 {
		tileAVX2(c, stride, a, b, &steps[0], len(steps))
		return
	}
	tileGo(c, stride, a, b, steps)
}
