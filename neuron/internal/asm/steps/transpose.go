package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

type matrix [8]VecVirtual

// rows loads vectors that are stride bytes apart.
func rows(p Register, stride Op) (m matrix) {
	q := GP64()
	MOVQ(p, q)
	for i := range m {
		m[i] = Floats(at(q))
		ADDQ(stride, q)
	}
	return m
}

func store(m matrix, p Register, stride Op) {
	q := GP64()
	MOVQ(p, q)
	for i := range m {
		VMOVUPS(m[i], at(q))
		ADDQ(stride, q)
	}
}

// transpose emits a transposition in three rounds: pairs of numbers, of pairs, of halves.
func transpose(m matrix) matrix {
	for i := 0; i < 8; i += 2 {
		lo, hi := YMM(), YMM()
		VUNPCKLPS(m[i+1], m[i], lo)
		VUNPCKHPS(m[i+1], m[i], hi)
		m[i], m[i+1] = lo, hi
	}
	// Of rows 0 and 1, m[0] has columns 0 1 and 4 5, m[1] columns 2 3 and 6 7.
	for _, i := range []int{0, 1, 4, 5} {
		lo, hi := YMM(), YMM()
		VUNPCKLPD(m[i+2], m[i], lo)
		VUNPCKHPD(m[i+2], m[i], hi)
		m[i], m[i+2] = lo, hi
	}
	// Of rows 0 to 3, m[0] has columns 0 and 4, m[2] 1 and 5, m[1] 2 and 6, m[3] 3 and 7.
	for i := range 4 {
		lo, hi := YMM(), YMM()
		VPERM2F128(U8(0x20), m[i+4], m[i], lo)
		VPERM2F128(U8(0x31), m[i+4], m[i], hi)
		m[i], m[i+4] = lo, hi
	}
	return matrix{m[0], m[2], m[1], m[3], m[4], m[6], m[5], m[7]}
}

// mask returns ones in the first lanes, as many as bins.
func mask(bins Register) VecVirtual {
	const on = 1<<32 - 1
	table := Table("first", on, on, on, on, on, on, on, on, 0, 0, 0, 0, 0, 0, 0, 0)
	none, skip, p := GP64(), GP64(), GP64()
	XORQ(none, none)
	MOVQ(U32(8), skip)
	SUBQ(bins, skip)
	CMOVQLT(none, skip)
	LEAQ(table, p)
	return Floats(Mem{Base: p, Index: skip, Scale: 4})
}

// gather emits the way from rows of bins, one per unit, to vectors of eight units, one per bin.
func gather() {
	begin("gatherAVX2", "func(cells, rows *float32, stride, bins int)",
		"gatherAVX2 transposes eight rows of bins > 0, stride numbers apart, into cells; bins are rounded up to eight.")
	dst, src, stride, bins := pointer("cells"), pointer("rows"), pointer("stride"), pointer("bins")
	SHLQ(U8(2), stride)
	Label("chunk")
	store(transpose(rows(src, stride)), dst, Imm(32))
	ADDQ(U8(32), src)
	ADDQ(U32(8*32), dst)
	SUBQ(U8(8), bins)
	JG(LabelRef("chunk"))
	end()
}

// scatter emits the way back.
func scatter() {
	begin("scatterAVX2", "func(rows, cells *float32, stride, bins int)",
		"scatterAVX2 transposes cells into eight rows of bins > 0, stride numbers apart, and changes nothing after them.")
	dst, src, stride, bins := pointer("rows"), pointer("cells"), pointer("stride"), pointer("bins")
	SHLQ(U8(2), stride)
	Label("chunk")
	m := transpose(rows(src, Imm(32)))
	live := mask(bins)
	q := GP64()
	MOVQ(dst, q)
	for i := range m {
		VBLENDVPS(live, m[i], Floats(at(q)), m[i])
		VMOVUPS(m[i], at(q))
		ADDQ(stride, q)
	}
	ADDQ(U8(32), dst)
	ADDQ(U32(8*32), src)
	SUBQ(U8(8), bins)
	JG(LabelRef("chunk"))
	end()
}
