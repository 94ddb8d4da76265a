//go:build !amd64 || noasm

package units

func tile(c *float32, stride int, a, b *float32, steps []step) { tileGo(c, stride, a, b, steps) }

func double(*float32, int, *float32, *float32, []step) bool { return false }
