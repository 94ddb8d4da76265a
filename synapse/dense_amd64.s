//go:build !noasm

#include "textflag.h"

DATA twice<>+0(SB)/8, $0x0000000000000000
DATA twice<>+8(SB)/8, $0x0000000100000001
DATA twice<>+16(SB)/8, $0x0000000200000002
DATA twice<>+24(SB)/8, $0x0000000300000003
GLOBL twice<>(SB), RODATA|NOPTR, $32

// func densePairsAVX2(cells *neuron.Pair, weight *float32, n int, end, area float32)
// n is a multiple of 8.
TEXT ·densePairsAVX2(SB), NOSPLIT, $0-32
	MOVQ         cells+0(FP), DI
	MOVQ         weight+8(FP), SI
	MOVQ         n+16(FP), CX
	VMOVSS       end+24(FP), X0
	VMOVSS       area+28(FP), X1
	VUNPCKLPS    X1, X0, X0
	VPBROADCASTQ X0, Y0
	VMOVDQU      twice<>(SB), Y7

eight:
	// w0 w1 w2 w3 | w0 w1 w2 w3 becomes w0 w0 w1 w1 | w2 w2 w3 w3
	VBROADCASTF128 (SI), Y1
	VBROADCASTF128 16(SI), Y2
	VPERMILPS      Y7, Y1, Y1
	VPERMILPS      Y7, Y2, Y2
	VMULPS         Y0, Y1, Y1
	VMULPS         Y0, Y2, Y2
	VADDPS         (DI), Y1, Y1
	VADDPS         32(DI), Y2, Y2
	VMOVUPS        Y1, (DI)
	VMOVUPS        Y2, 32(DI)
	ADDQ           $32, SI
	ADDQ           $64, DI
	SUBQ           $8, CX
	JNE            eight
	VZEROUPPER
	RET

// func denseSumsAVX2(cells *float32, weight *float32, n int, amplitude float32)
// n is a multiple of 8.
TEXT ·denseSumsAVX2(SB), NOSPLIT, $0-28
	MOVQ         cells+0(FP), DI
	MOVQ         weight+8(FP), SI
	MOVQ         n+16(FP), CX
	VBROADCASTSS amplitude+24(FP), Y0

eight:
	VMULPS  (SI), Y0, Y1
	VADDPS  (DI), Y1, Y1
	VMOVUPS Y1, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $8, CX
	JNE     eight
	VZEROUPPER
	RET
