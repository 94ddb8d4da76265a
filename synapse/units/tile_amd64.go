//go:build !noasm

package units

import "golang.org/x/sys/cpu"

//go:noescape
func tileAVX2(c *float32, stride int, a, b *float32, steps *step, n int)

//go:noescape
func tileAVX512(c *float32, stride int, a, b *float32, steps *step, n int)

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
