//go:build amd64 && !noasm

package equations

import "golang.org/x/sys/cpu"

// vectorRows returns the widest kernels that the processor can run.
func vectorRows() (r rows) {
	type op = func(d, a, b, c *float32, n int)
	if cpu.X86.HasAVX2 {
		r.lanes = 8
		for o, f := range map[operation]op{opAdd: addRowsAVX2, opSub: subRowsAVX2, opMul: mulRowsAVX2, opDiv: divRowsAVX2,
			opMin: lowerRowsAVX2,
			opMax: upperRowsAVX2, opLess: lessRowsAVX2, opSelect: chooseRowsAVX2, opNeg: negRowsAVX2, opAbs: absoluteRowsAVX2,
			opSqrt: rootRowsAVX2, opFade: fadeRowsAVX2, opExp: exponentialRowsAVX2, opExprel: exprelRowsAVX2,
			opMulAdd: mulAddRowsAVX2, opMulSub: mulSubRowsAVX2, opSubMul: subMulRowsAVX2} {
			r.ops[o] = f
		}
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL {
		r.lanes = 16
		for o, f := range map[operation]op{opAdd: addRowsAVX512, opSub: subRowsAVX512, opMul: mulRowsAVX512,
			opDiv: divRowsAVX512, opMin: lowerRowsAVX512,
			opMax: upperRowsAVX512, opLess: lessRowsAVX512, opSelect: chooseRowsAVX512, opNeg: negRowsAVX512,
			opAbs:  absoluteRowsAVX512,
			opSqrt: rootRowsAVX512, opFade: fadeRowsAVX512, opExp: exponentialRowsAVX512, opExprel: exprelRowsAVX512,
			opMulAdd: mulAddRowsAVX512, opMulSub: mulSubRowsAVX512, opSubMul: subMulRowsAVX512} {
			r.ops[o] = f
		}
	}
	return r
}
