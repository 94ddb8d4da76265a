//go:build !noasm

#include "textflag.h"

// A cell is {End, Area}: X0 holds the same pair of what is added.

// func pairsSSE2(cells *neuron.Pair, target *uint16, n int, end, area float32)
TEXT ·pairsSSE2(SB), NOSPLIT, $0-32
	MOVQ cells+0(FP), DI
	MOVQ target+8(FP), SI
	MOVQ n+16(FP), CX
	MOVSS end+24(FP), X0
	MOVSS area+28(FP), X1
	UNPCKLPS X1, X0
	SUBQ $4, CX
	JLT  rest

four:
	MOVWLZX (SI), AX
	MOVWLZX 2(SI), BX
	MOVWLZX 4(SI), R8
	MOVWLZX 6(SI), R9
	MOVSD   (DI)(AX*8), X1
	ADDPS   X0, X1
	MOVSD   X1, (DI)(AX*8)
	MOVSD   (DI)(BX*8), X2
	ADDPS   X0, X2
	MOVSD   X2, (DI)(BX*8)
	MOVSD   (DI)(R8*8), X3
	ADDPS   X0, X3
	MOVSD   X3, (DI)(R8*8)
	MOVSD   (DI)(R9*8), X4
	ADDPS   X0, X4
	MOVSD   X4, (DI)(R9*8)
	ADDQ    $8, SI
	SUBQ    $4, CX
	JGE     four

rest:
	ADDQ $4, CX
	JEQ  done

one:
	MOVWLZX (SI), AX
	MOVSD   (DI)(AX*8), X1
	ADDPS   X0, X1
	MOVSD   X1, (DI)(AX*8)
	ADDQ    $2, SI
	DECQ    CX
	JNE     one

done:
	RET

#define WEIGHTED(offset, t, x) \
	MOVSS  offset(DX), x      \
	SHUFPS $0x50, x, x        \
	MULPS  X0, x              \
	MOVSD  (DI)(t*8), X5      \
	ADDPS  X5, x              \
	MOVSD  x, (DI)(t*8)

// func weightedPairsSSE2(cells *neuron.Pair, target *uint16, weight *float32, n int, end, area float32)
TEXT ·weightedPairsSSE2(SB), NOSPLIT, $0-40
	MOVQ cells+0(FP), DI
	MOVQ target+8(FP), SI
	MOVQ weight+16(FP), DX
	MOVQ n+24(FP), CX
	MOVSS end+32(FP), X0
	MOVSS area+36(FP), X1
	UNPCKLPS X1, X0
	SUBQ $4, CX
	JLT  rest

four:
	MOVWLZX (SI), AX
	MOVWLZX 2(SI), BX
	MOVWLZX 4(SI), R8
	MOVWLZX 6(SI), R9
	WEIGHTED(0, AX, X1)
	WEIGHTED(4, BX, X2)
	WEIGHTED(8, R8, X3)
	WEIGHTED(12, R9, X4)
	ADDQ $8, SI
	ADDQ $16, DX
	SUBQ $4, CX
	JGE  four

rest:
	ADDQ $4, CX
	JEQ  done

one:
	MOVWLZX (SI), AX
	WEIGHTED(0, AX, X1)
	ADDQ $2, SI
	ADDQ $4, DX
	DECQ CX
	JNE  one

done:
	RET

// func mixedPairsSSE2(cells *neuron.Pair, target *uint16, weight *float32, delay *uint8, at *uint32, n int, end, area float32)
TEXT ·mixedPairsSSE2(SB), NOSPLIT, $0-56
	MOVQ cells+0(FP), DI
	MOVQ target+8(FP), SI
	MOVQ weight+16(FP), DX
	MOVQ delay+24(FP), R10
	MOVQ at+32(FP), R11
	MOVQ n+40(FP), CX
	MOVSS end+48(FP), X0
	MOVSS area+52(FP), X1
	UNPCKLPS X1, X0
	SUBQ $2, CX
	JLT  rest

two:
	MOVBLZX (R10), R8
	MOVBLZX 1(R10), R9
	MOVWLZX (SI), AX
	MOVWLZX 2(SI), BX
	ADDL    (R11)(R8*4), AX
	ADDL    (R11)(R9*4), BX
	WEIGHTED(0, AX, X1)
	WEIGHTED(4, BX, X2)
	ADDQ    $4, SI
	ADDQ    $8, DX
	ADDQ    $2, R10
	SUBQ    $2, CX
	JGE     two

rest:
	ADDQ $2, CX
	JEQ  done
	MOVBLZX (R10), R8
	MOVWLZX (SI), AX
	ADDL    (R11)(R8*4), AX
	WEIGHTED(0, AX, X1)

done:
	RET

// func prefetch(p unsafe.Pointer, lines int)
TEXT ·prefetch(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), AX
	MOVQ lines+8(FP), CX

line:
	PREFETCHT0 (AX)
	ADDQ       $64, AX
	DECQ       CX
	JG         line
	RET
