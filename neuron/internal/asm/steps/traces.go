package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// traces emits Filter.Row for twice eight rows: every bin waits for the one before, and one eight fills the pauses of the
// other.
func traces() {
	begin("tracesAVX2", "func(x, x2, counts, counts2 *float32, stride, bins int, start, start2 *float32, fade, jump float32)",
		"tracesAVX2 filters twice eight rows of bins > 0, stride numbers apart; bins are rounded up to eight. Traces and counts are different memory.")
	to := []Register{pointer("x"), pointer("x2")}
	from := []Register{pointer("counts"), pointer("counts2")}
	stride, bins := pointer("stride"), pointer("bins")
	fade, jump := broadcast("fade"), broadcast("jump")
	SHLQ(U8(2), stride)
	state := AllocLocal(2 * 32)
	cells := AllocLocal(2 * 8 * 32)
	for i, name := range []string{"start", "start2"} {
		VMOVUPS(Floats(at(pointer(name))), state.Offset(32*i))
	}
	Label("chunk")
	for i, p := range from {
		for k, n := range transpose(rows(p, stride)) {
			VMOVUPS(Mul(n, jump), cells.Offset(32*(8*i+k)))
		}
		ADDQ(U8(32), p)
	}
	for i, p := range to {
		var m matrix
		v := Floats(state.Offset(32 * i))
		for k := range m {
			m[k] = v
			v = Add(Mul(v, fade), cells.Offset(32*(8*i+k)))
		}
		VMOVUPS(v, state.Offset(32*i))
		store(transpose(m), p, stride)
		ADDQ(U8(32), p)
	}
	SUBQ(U8(8), bins)
	JG(LabelRef("chunk"))
	end()
}

// bursting emits BurstProbability.
func bursting() {
	begin("burstingAVX2", "func(drive, own *float32, vectors int, gain, top float32)",
		"burstingAVX2 turns vectors > 0 of eight apical drives into burst probabilities.")
	drive, own, n := pointer("drive"), pointer("own"), pointer("vectors")
	gain, top := broadcast("gain"), broadcast("top")
	repeat("vector", n, func() {
		h := Sub(Floats(Number("one", 1)), at(own))
		VMAXPS(Number("zero", 0), h, h) // NaN is 0
		z := Mul(Mul(Floats(at(drive)), h), gain)
		e := Exp(Xor(z, Bits("sign", 1<<31)))
		VMOVUPS(Div(top, Add(e, Number("one", 1))), at(drive))
		ADDQ(U8(32), drive)
		ADDQ(U8(32), own)
	})
	end()
}

// less emits Less.
func less() {
	begin("lessAVX2", "func(dst, a, b *float32, vectors int, factor float32)",
		"lessAVX2 writes a - factor b for vectors > 0 of eight numbers.")
	dst, a, b, n := pointer("dst"), pointer("a"), pointer("b"), pointer("vectors")
	factor := broadcast("factor")
	repeat("vector", n, func() {
		VMOVUPS(Sub(Floats(at(a)), Mul(Floats(at(b)), factor)), at(dst))
		for _, p := range []Register{dst, a, b} {
			ADDQ(U8(32), p)
		}
	})
	end()
}

// exponentials emits exponential.
func exponentials() {
	begin("exponentialsAVX2", "func(x *float32, words *uint32, vectors int)",
		"exponentialsAVX2 turns vectors > 0 of eight words into exponential numbers.")
	dst, w, n := pointer("x"), pointer("words"), pointer("vectors")
	repeat("vector", n, func() {
		x := Floats(at(w))
		VPSRLD(U8(1), x, x)
		u := Mul(Add(toFloat(x), Number("half", 0.5)), Number("two_to_minus_31", 1.0/(1<<31)))
		VMOVUPS(Xor(Log(u), Bits("sign", 1<<31)), at(dst))
		ADDQ(U8(32), dst)
		ADDQ(U8(32), w)
	})
	end()
}

// decay emits what is left after some time.
func decay() {
	begin("decayAVX2", "func(x, age *float32, vectors int, rate float32)",
		"decayAVX2 writes the exponentials of rate times age for vectors > 0 of eight numbers.")
	dst, age, n := pointer("x"), pointer("age"), pointer("vectors")
	rate := broadcast("rate")
	repeat("vector", n, func() {
		VMOVUPS(Exp(Mul(Floats(at(age)), rate)), at(dst))
		ADDQ(U8(32), dst)
		ADDQ(U8(32), age)
	})
	end()
}
