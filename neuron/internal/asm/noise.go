package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func mulInt(a VecVirtual, b Op) VecVirtual { y := YMM(); VPMULLD(b, a, y); return y }

var counts lanes.Counts

// countKernel emits counted.add for 8 neurons at a time: onto the sums of a delta channel or the pairs of another.
func countKernel(name string, pairs bool) {
	TEXT(name, NOSPLIT, "func(c *byte, n int)")
	Pragma("noescape")
	Doc(name + " adds the Poisson counts that 8 n words of a lanes.Counts stand for to the cells of as many neurons.")
	c := Mem{Base: Load(Param("c"), GP64())}
	n := Load(Param("n"), GP64())
	pointer := func(offset uintptr) Register {
		p := GP64()
		MOVQ(c.Offset(int(offset)), p)
		return p
	}
	words, cells, below := pointer(unsafe.Offsetof(counts.Words)), pointer(unsafe.Offsetof(counts.Cells)), pointer(unsafe.Offsetof(counts.Below))
	size := pointer(unsafe.Offsetof(counts.Size))
	weights := pointer(unsafe.Offsetof(counts.Weights))
	Label("eight")
	w := Xor(Floats(Mem{Base: words}), Bits("sign", 1<<31)) // so that a signed comparison compares unsigned words
	k := YMM()
	VPBROADCASTD(c.Offset(int(unsafe.Offsetof(counts.From))), k)
	at := GP64()
	MOVQ(below, at)
	left := GP64()
	MOVQ(size, left)
	Label("threshold")
	above := YMM()
	VPCMPGTD(Mem{Base: at}, w, above)
	VPSUBD(above, k, k)
	ADDQ(U8(32), at)
	DECQ(left)
	JNZ(LabelRef("threshold"))
	if pairs {
		for half := range 2 {
			x := XMM()
			VEXTRACTI128(U8(half), k, x)
			mask, p := YMM(), YMM()
			VPCMPEQD(mask, mask, mask)
			VXORPS(p, p, p)
			VGATHERDPD(mask, Mem{Base: weights, Index: x, Scale: 8}, p)
			to := Mem{Base: cells, Disp: 32 * half}
			VMOVUPS(Add(p, to), to)
		}
		ADDQ(U8(64), cells)
	} else {
		y := YMM()
		VBROADCASTSS(Mem{Base: weights}, y)
		to := Mem{Base: cells}
		VMOVUPS(Add(Mul(ToFloat(k), y), to), to)
		ADDQ(U8(32), cells)
	}
	ADDQ(U8(32), words)
	DECQ(n)
	JNZ(LabelRef("eight"))
	VZEROUPPER()
	RET()
}

var draws lanes.Arrivals

// arrivalKernel emits collector.put for eight words at a time: times, places and effects of those arrivals that are in the
// piece and the shard go onto the lists.
func arrivalKernel() {
	TEXT("arrivalsAVX2", NOSPLIT, "func(c *byte, cells *uint32, effects *float32, words *uint32, n int, start int) int")
	Pragma("noescape")
	Doc("arrivalsAVX2 lists n arrivals, at least 1, of an interval that starts at a time of the piece, and returns how many there were.",
		"It reads and writes beyond them, up to a multiple of 8.")
	c := Mem{Base: Load(Param("c"), GP64())}
	words := Load(Param("words"), GP64())
	all := func(offset uintptr) Mem { return c.Offset(int(offset)) }
	field := func(offset uintptr) GPVirtual { p := GP64(); MOVQ(c.Offset(int(offset)), p); return p }
	parameter := func(name string) VecVirtual {
		m, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		y := YMM()
		VPBROADCASTD(m.Addr, y)
		return y
	}
	left, start := parameter("n"), parameter("start")
	cells, effects, size := Load(Param("cells"), GP64()), Load(Param("effects"), GP64()), GP64()
	XORQ(size, size)
	more := Load(Param("n"), GP64())
	packing := GP64()
	LEAQ(compression(), packing)

	Label("eight")
	w := Floats(Mem{Base: words})
	d := AddInt(scaled(ShiftRight(w, 8), all(unsafe.Offsetof(draws.Interval)), U8(24)), start)
	neuron := AddInt(And(w, Bits("in_block", 255)), all(unsafe.Offsetof(draws.First)))
	ok := And(below(neuron, all(unsafe.Offsetof(draws.LastNeuron))), below(d, all(unsafe.Offsetof(draws.LastTick))))
	some := YMM()
	VPCMPGTD(Table("lanes", 0, 1, 2, 3, 4, 5, 6, 7), left, some)
	ok = And(ok, some)
	VPSUBD(Bits("eight", 8), left, left)

	// The step d/Step: the upper half of the product shifted on.
	s := scaled(d, all(unsafe.Offsetof(draws.InvStep)), U8(32))
	VPSRLVD(all(unsafe.Offsetof(draws.Shift)), s, s)
	step := all(unsafe.Offsetof(draws.Step))
	rest := SubInt(AddInt(mulInt(s, step), step), d)
	cell := AddInt(mulInt(s, all(unsafe.Offsetof(draws.Len))), neuron)
	u := Sub(Mul(ToFloat(rest), all(unsafe.Offsetof(draws.PerTick))), Number("half", 0.5))
	end, area := YMM(), YMM()
	shape, degree := field(unsafe.Offsetof(draws.Shape)), field(unsafe.Offsetof(draws.Degree))
	VBROADCASTSS(Mem{Base: shape}, end)
	VBROADCASTSS(Mem{Base: shape, Disp: 4}, area)
	Label("coefficient")
	for i, p := range []VecVirtual{end, area} {
		next := YMM()
		VBROADCASTSS(Mem{Base: shape, Disp: 8 + 4*i}, next)
		VMULPS(u, p, p)
		VADDPS(next, p, p)
	}
	ADDQ(U8(8), shape)
	DECQ(degree)
	JG(LabelRef("coefficient"))

	// Lanes to be kept move to the front.
	mask := GP64()
	VMOVMSKPS(ok, mask.As32())
	order := YMM()
	VPMOVZXBD(Mem{Base: packing, Index: mask, Scale: 8}, order)
	for _, y := range []VecVirtual{cell, end, area} {
		VPERMD(y, order, y)
	}
	VMOVDQU(cell, Mem{Base: cells, Index: size, Scale: 4})
	lo, hi, y := YMM(), YMM(), YMM()
	VUNPCKLPS(area, end, lo)
	VUNPCKHPS(area, end, hi)
	VPERM2I128(U8(0x20), hi, lo, y)
	VMOVDQU(y, Mem{Base: effects, Index: size, Scale: 8})
	VPERM2I128(U8(0x31), hi, lo, y)
	VMOVDQU(y, Mem{Base: effects, Index: size, Scale: 8, Disp: 32})
	POPCNTQ(mask, mask)
	ADDQ(mask, size)
	ADDQ(U8(32), words)
	SUBQ(U8(8), more)
	JG(LabelRef("eight"))
	VZEROUPPER()
	Store(size, ReturnIndex(0))
	RET()
}

// addKernel emits the loop that adds listed arrivals to their cells.
func addKernel() {
	TEXT("addArrivalsAVX2", NOSPLIT, "func(to *float32, cells *uint32, effects *float32, n int)")
	Pragma("noescape")
	Doc("addArrivalsAVX2 adds n pairs, at least 1, to those of the given numbers.")
	to, cells, effects := Load(Param("to"), GP64()), Load(Param("cells"), GP64()), Load(Param("effects"), GP64())
	n := Load(Param("n"), GP64())
	i, cell := GP64(), GP64()
	XORQ(i, i)
	Label("arrival")
	MOVL(Mem{Base: cells, Index: i, Scale: 4}, cell.As32())
	x, sum := XMM(), XMM()
	VMOVSD(Mem{Base: effects, Index: i, Scale: 8}, x)
	place := Mem{Base: to, Index: cell, Scale: 8}
	VMOVSD(place, sum)
	VADDPS(x, sum, sum)
	VMOVSD(sum, place)
	INCQ(i)
	CMPQ(i, n)
	JL(LabelRef("arrival"))
	RET()
}

// below returns which words of a are at most those of b, without signs.
func below(a VecVirtual, b Op) VecVirtual {
	y := YMM()
	VPMINUD(b, a, y)
	VPCMPEQD(a, y, y)
	return y
}

// compression returns, for every mask of eight lanes, the order of lanes, a byte each, that begins with those in the mask.
func compression() Mem {
	var words []uint32
	for mask := range 256 {
		var order uint64
		n := 0
		for l := range 8 {
			if mask>>l&1 != 0 {
				order |= uint64(l) << (8 * n)
				n++
			}
		}
		words = append(words, uint32(order), uint32(order>>32))
	}
	return Table("compression", words...)
}

// scaled returns the products of 32-bit numbers, shifted to the right.
func scaled(a VecVirtual, b Op, right U8) VecVirtual {
	even, odd := YMM(), YMM()
	VPMULUDQ(b, a, even)
	VPSRLQ(U8(32), a, odd)
	VPMULUDQ(b, odd, odd)
	VPSRLQ(right, even, even)
	VPSRLQ(right, odd, odd)
	VPSLLQ(U8(32), odd, odd)
	y := YMM()
	VPBLENDD(U8(0xaa), odd, even, y)
	return y
}
