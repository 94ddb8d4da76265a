// Command steps generates the vector kernels of package ensemble:
//
//	go generate ./neuron/ensemble
//
// Vectors hold eight units in one bin, or eight bins of one unit. The operations are those of the scalar code, in its order.
package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!noasm")
	words()
	chances()
	draw()
	bursts()
	gather()
	scatter()
	traces()
	bursting()
	less()
	stream()
	exponentials()
	decay()
	Generate()
}

// begin starts a kernel.
func begin(name, signature, doc string) {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
}

// end ends it.
func end() {
	VZEROUPPER()
	RET()
}

func pointer(name string) Register { return Load(Param(name), GP64()) }

func at(p Register) Mem { return Mem{Base: p} }

// broadcast returns eight copies of a parameter.
func broadcast(name string) VecVirtual {
	x, y := XMM(), YMM()
	Load(Param(name), x)
	VBROADCASTSS(x, y)
	return y
}

// repeat emits a loop of n > 0 passes.
func repeat(label string, n Register, body func()) {
	Label(label)
	body()
	DECQ(n)
	JNZ(LabelRef(label))
}

// words emits Philox4x32-10 for eight entities, a block of each at a time.
func words() {
	begin("wordsAVX2", "func(words *uint32, blocks int, schedule *uint32, first, era uint32, entities *uint32, high uint32)",
		"wordsAVX2 writes blocks of four words of eight entities, from block era<<32 + first; blocks > 0.")
	dst, n, schedule, entities := pointer("words"), pointer("blocks"), pointer("schedule"), pointer("entities")
	first, era, high := Load(Param("first"), GP32()), Load(Param("era"), GP32()), Load(Param("high"), GP32())
	repeat("block", n, func() {
		philox(dst, schedule, [4]Register{first, era, nil, high}, Floats(at(entities)))
		INCL(first)
	})
	end()
}

// stream emits Philox4x32-10 for one entity, eight blocks at a time.
func stream() {
	begin("streamAVX2", "func(words *uint32, groups int, schedule, blocks *uint32, era, entity, high uint32)",
		"streamAVX2 writes groups > 0 of eight blocks of an entity, first their first words; blocks are the numbers of the first eight, and change.")
	dst, n, schedule, blocks := pointer("words"), pointer("groups"), pointer("schedule"), pointer("blocks")
	era, entity, high := Load(Param("era"), GP32()), Load(Param("entity"), GP32()), Load(Param("high"), GP32())
	repeat("group", n, func() {
		first, next := Floats(at(blocks)), YMM()
		VPADDD(Bits("eight", 8), first, next)
		VMOVDQU(next, at(blocks))
		philox(dst, schedule, [4]Register{nil, era, entity, high}, first)
	})
	end()
}

// philox emits the ten rounds for eight counters, one of whose four words is a vector, and writes first words, second words and
// so on. Lanes of 64 bits hold a word in their lower half, those of even and odd counters in two registers; upper halves do
// not matter, as VPMULUDQ does not read them.
func philox(dst, schedule Register, counter [4]Register, lanes VecVirtual) {
	var c [2][4]VecVirtual // even and odd
	for i := range c {
		for k, r := range counter {
			c[i][k] = YMM()
			switch {
			case r != nil:
				x := XMM()
				VMOVD(r, x)
				VPBROADCASTD(x, c[i][k])
			case i == 0:
				VMOVAPS(lanes, c[i][k])
			default:
				VPSRLQ(U8(32), lanes, c[i][k])
			}
		}
	}
	for round := range 10 {
		k0, k1 := YMM(), YMM()
		VPBROADCASTD(at(schedule).Offset(8*round), k0)
		VPBROADCASTD(at(schedule).Offset(8*round+4), k1)
		for i := range c {
			c0, c1, c2, c3 := c[i][0], c[i][1], c[i][2], c[i][3]
			p0, p1 := YMM(), YMM()
			VPMULUDQ(Bits("mul0", 0xD2511F53), c0, p0)
			VPMULUDQ(Bits("mul1", 0xCD9E8D57), c2, p1)
			VPXOR(k0, c1, c1)
			VPXOR(k1, c3, c3)
			h0, h1 := YMM(), YMM()
			VPSRLQ(U8(32), p0, h0)
			VPSRLQ(U8(32), p1, h1)
			VPXOR(h1, c1, c1)
			VPXOR(h0, c3, c3)
			c[i] = [4]VecVirtual{c1, p1, c3, p0}
		}
	}
	for k := range 4 {
		VPSLLQ(U8(32), c[1][k], c[1][k])
		VPBLENDD(U8(0xaa), c[1][k], c[0][k], c[0][k])
		VMOVDQU(c[0][k], at(dst).Offset(32*k))
	}
	ADDQ(U8(4*32), dst)
}

// chances emits the probabilities of Steps.Events.
func chances() {
	begin("chancesAVX2", "func(cells *float32, past int, start *float32, bins int, rate float32)",
		"chancesAVX2 writes the probabilities of the past bins and turns the drives of the bins > 0 after them into theirs.")
	cells, past, start, bins := pointer("cells"), pointer("past"), pointer("start"), pointer("bins")
	rate, rest := broadcast("rate"), YMM()
	VMOVUPS(Number("one", 1), rest)
	s := Floats(at(start))
	x := Div(Sub(Floats(Number("one", 1)), s), s)
	TESTQ(past, past)
	JZ(LabelRef("present"))
	repeat("before", past, func() {
		VMOVUPS(Div(rate, Add(x, rest)), at(cells))
		ADDQ(U8(32), cells)
		VSUBPS(rate, rest, rest)
	})
	Label("present")
	repeat("bin", bins, func() {
		v := Xor(Floats(at(cells)), Bits("sign", 1<<31))
		VMOVUPS(Div(rate, Add(Exp(v), rest)), at(cells))
		ADDQ(U8(32), cells)
	})
	end()
}

// draw emits the loop of Steps.Events.
func draw() {
	begin("drawAVX2", "func(cells, cells2 *float32, words, words2 *uint32, bins, dead int, free, free2 *float32)",
		"drawAVX2 turns the probabilities of bins > 0 into counts, for twice eight units. It reads the counts of the dead bins before, and changes free.")
	cells := []Register{pointer("cells"), pointer("cells2")}
	w := []Register{pointer("words"), pointer("words2")}
	n, back := pointer("bins"), pointer("dead")
	NEGQ(back)
	SHLQ(U8(5), back)
	ts := trials(2)
	for i, name := range []string{"free", "free2"} {
		ts[i].n, ts[i].p, ts[i].word = YMM(), at(cells[i]), at(w[i])
		VMOVUPS(at(pointer(name)), ts[i].n)
	}
	repeat("bin", n, func() {
		for i, c := range binomial("draw", ts) {
			VMOVUPS(c, at(cells[i]))
			VSUBPS(c, ts[i].n, ts[i].n)
			VADDPS(Mem{Base: cells[i], Index: back, Scale: 1}, ts[i].n, ts[i].n)
			ADDQ(U8(32), cells[i])
			ADDQ(U8(32), w[i])
		}
	})
	for i, name := range []string{"free", "free2"} {
		VMOVUPS(ts[i].n, at(pointer(name)))
	}
	end()
}

// bursts emits Steps.Bursts. Two rows are drawn together.
func bursts() {
	begin("burstsAVX2", "func(bursts, events, probability *float32, stride int, words *uint32, bins int)",
		"burstsAVX2 draws the bursts of eight rows of bins > 0, stride numbers apart. It changes words.")
	dst, events, p, stride := pointer("bursts"), pointer("events"), pointer("probability"), pointer("stride")
	w, bins := pointer("words"), pointer("bins")
	SHLQ(U8(2), stride)
	ts := trials(2)
	Label("chunk")
	store(transpose(rows(w, Imm(32))), w, Imm(32))
	live := mask(bins)
	saved := AllocLocal(32)
	VMOVUPS(live, saved)
	n := GP64()
	MOVQ(U32(4), n)
	repeat("row", n, func() {
		for i, t := range ts {
			row := func(p Register) Mem {
				if i == 0 {
					return at(p)
				}
				return Mem{Base: p, Index: stride, Scale: 1}
			}
			t.n, t.p, t.word = And(Floats(saved), row(events)), row(p), at(w).Offset(32*i)
		}
		for i, c := range binomial("burst", ts) {
			to := at(dst)
			if i > 0 {
				to = Mem{Base: dst, Index: stride, Scale: 1}
			}
			VBLENDVPS(Floats(saved), c, Floats(to), c)
			VMOVUPS(c, to)
		}
		for _, p := range []Register{dst, events, p} {
			LEAQ(Mem{Base: p, Index: stride, Scale: 2}, p)
		}
		ADDQ(U8(2*32), w)
	})
	back := GP64()
	MOVQ(stride, back)
	SHLQ(U8(3), back)
	SUBQ(U8(32), back)
	for _, p := range []Register{dst, events, p} {
		SUBQ(back, p)
	}
	SUBQ(U8(8), bins)
	JG(LabelRef("chunk"))
	end()
}
