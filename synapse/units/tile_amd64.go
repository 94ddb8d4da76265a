//go:build !noasm

package units

import "golang.org/x/sys/cpu"

//go:noescape
func tileAVX2(c *float32, stride int, a, b *float32, steps *step, n int)

func tile(c *float32, stride int, a, b *float32, steps []step) {
	if cpu.X86.HasAVX2 {
		tileAVX2(c, stride, a, b, &steps[0], len(steps))
		return
	}
	tileGo(c, stride, a, b, steps)
}
