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

// ADD4 adds eight weights of a row, at w, to the cells in Y4 and Y5; k holds {End, Area} of the row four times.
#define ADD4(w, k) \
	VBROADCASTF128 (w)(AX*4), Y1   \
	VBROADCASTF128 16(w)(AX*4), Y2 \
	VPERMILPS      Y7, Y1, Y1      \
	VPERMILPS      Y7, Y2, Y2      \
	VMULPS         k, Y1, Y1       \
	VMULPS         k, Y2, Y2       \
	VADDPS         Y1, Y4, Y4      \
	VADDPS         Y2, Y5, Y5

// func dense4PairsAVX2(cells *neuron.Pair, w0, w1, w2, w3 *float32, n int, due *Due)
// Four rows, one after the other in every cell, which is read and written once. n is a multiple of 8.
TEXT ·dense4PairsAVX2(SB), NOSPLIT, $0-56
	MOVQ         cells+0(FP), DI
	MOVQ         w0+8(FP), R8
	MOVQ         w1+16(FP), R9
	MOVQ         w2+24(FP), R10
	MOVQ         w3+32(FP), R11
	MOVQ         n+40(FP), CX
	MOVQ         due+48(FP), DX
	VPBROADCASTQ 4(DX), Y8
	VPBROADCASTQ 16(DX), Y9
	VPBROADCASTQ 28(DX), Y10
	VPBROADCASTQ 40(DX), Y11
	VMOVDQU      twice<>(SB), Y7
	XORQ         AX, AX

eight:
	VMOVUPS (DI)(AX*8), Y4
	VMOVUPS 32(DI)(AX*8), Y5
	ADD4(R8, Y8)
	ADD4(R9, Y9)
	ADD4(R10, Y10)
	ADD4(R11, Y11)
	VMOVUPS Y4, (DI)(AX*8)
	VMOVUPS Y5, 32(DI)(AX*8)
	ADDQ    $8, AX
	CMPQ    AX, CX
	JLT     eight
	VZEROUPPER
	RET
