//go:build !noasm

#include "textflag.h"

// Six rows of a and two vectors of b give twelve accumulators, Y4 to Y15. Products and sums are separate instructions: the
// scalar code rounds both.

#define ROW(i, acc0, acc1) \
	VBROADCASTSS i(R8)(AX*1), Y2 \
	VMULPS Y0, Y2, Y3 \
	VADDPS Y3, acc0, acc0 \
	VMULPS Y1, Y2, Y3 \
	VADDPS Y3, acc1, acc1

// The same with vectors of sixteen in tileAVX512: six accumulators, Z4 to Z9.

#define WIDE(i, acc) \
	VMULPS.BCST i(R8)(AX*1), Z0, Z1 \
	VADDPS Z1, acc, acc

// Two vectors of sixteen in doubleAVX512: twelve accumulators, Z4 to Z15.

#define DOUBLE(i, acc0, acc1) \
	VBROADCASTSS i(R8)(AX*1), Z2 \
	VMULPS Z0, Z2, Z3 \
	VADDPS Z3, acc0, acc0 \
	VMULPS Z1, Z2, Z3 \
	VADDPS Z3, acc1, acc1

// func tileAVX2(c *float32, stride int, a, b *float32, steps *step, n int)
TEXT ·tileAVX2(SB), NOSPLIT, $0-48
	MOVQ c+0(FP), DI
	MOVQ stride+8(FP), SI
	SHLQ $2, SI
	MOVQ a+16(FP), R8
	MOVQ b+24(FP), R9
	MOVQ steps+32(FP), R10
	MOVQ n+40(FP), CX
	MOVQ DI, DX
	VMOVUPS (DX), Y4
	VMOVUPS 32(DX), Y5
	ADDQ SI, DX
	VMOVUPS (DX), Y6
	VMOVUPS 32(DX), Y7
	ADDQ SI, DX
	VMOVUPS (DX), Y8
	VMOVUPS 32(DX), Y9
	ADDQ SI, DX
	VMOVUPS (DX), Y10
	VMOVUPS 32(DX), Y11
	ADDQ SI, DX
	VMOVUPS (DX), Y12
	VMOVUPS 32(DX), Y13
	ADDQ SI, DX
	VMOVUPS (DX), Y14
	VMOVUPS 32(DX), Y15

loop:
	MOVL (R10), AX
	MOVL 4(R10), BX
	VMOVUPS (R9)(BX*1), Y0
	VMOVUPS 32(R9)(BX*1), Y1
	ROW(0, Y4, Y5)
	ROW(4, Y6, Y7)
	ROW(8, Y8, Y9)
	ROW(12, Y10, Y11)
	ROW(16, Y12, Y13)
	ROW(20, Y14, Y15)
	ADDQ $8, R10
	DECQ CX
	JNE  loop

	VMOVUPS Y4, (DI)
	VMOVUPS Y5, 32(DI)
	ADDQ SI, DI
	VMOVUPS Y6, (DI)
	VMOVUPS Y7, 32(DI)
	ADDQ SI, DI
	VMOVUPS Y8, (DI)
	VMOVUPS Y9, 32(DI)
	ADDQ SI, DI
	VMOVUPS Y10, (DI)
	VMOVUPS Y11, 32(DI)
	ADDQ SI, DI
	VMOVUPS Y12, (DI)
	VMOVUPS Y13, 32(DI)
	ADDQ SI, DI
	VMOVUPS Y14, (DI)
	VMOVUPS Y15, 32(DI)
	VZEROUPPER
	RET

// func tileAVX512(c *float32, stride int, a, b *float32, steps *step, n int)
TEXT ·tileAVX512(SB), NOSPLIT, $0-48
	MOVQ c+0(FP), DI
	MOVQ stride+8(FP), SI
	SHLQ $2, SI
	MOVQ a+16(FP), R8
	MOVQ b+24(FP), R9
	MOVQ steps+32(FP), R10
	MOVQ n+40(FP), CX
	MOVQ DI, DX
	VMOVUPS (DX), Z4
	ADDQ SI, DX
	VMOVUPS (DX), Z5
	ADDQ SI, DX
	VMOVUPS (DX), Z6
	ADDQ SI, DX
	VMOVUPS (DX), Z7
	ADDQ SI, DX
	VMOVUPS (DX), Z8
	ADDQ SI, DX
	VMOVUPS (DX), Z9

loop:
	MOVL (R10), AX
	MOVL 4(R10), BX
	VMOVUPS (R9)(BX*1), Z0
	WIDE(0, Z4)
	WIDE(4, Z5)
	WIDE(8, Z6)
	WIDE(12, Z7)
	WIDE(16, Z8)
	WIDE(20, Z9)
	ADDQ $8, R10
	DECQ CX
	JNE  loop

	VMOVUPS Z4, (DI)
	ADDQ SI, DI
	VMOVUPS Z5, (DI)
	ADDQ SI, DI
	VMOVUPS Z6, (DI)
	ADDQ SI, DI
	VMOVUPS Z7, (DI)
	ADDQ SI, DI
	VMOVUPS Z8, (DI)
	ADDQ SI, DI
	VMOVUPS Z9, (DI)
	VZEROUPPER
	RET

// func doubleAVX512(c *float32, stride int, a, b *float32, steps *step, n int)
TEXT ·doubleAVX512(SB), NOSPLIT, $0-48
	MOVQ c+0(FP), DI
	MOVQ stride+8(FP), SI
	SHLQ $2, SI
	MOVQ a+16(FP), R8
	MOVQ b+24(FP), R9
	MOVQ steps+32(FP), R10
	MOVQ n+40(FP), CX
	MOVQ DI, DX
	VMOVUPS (DX), Z4
	VMOVUPS 64(DX), Z5
	ADDQ SI, DX
	VMOVUPS (DX), Z6
	VMOVUPS 64(DX), Z7
	ADDQ SI, DX
	VMOVUPS (DX), Z8
	VMOVUPS 64(DX), Z9
	ADDQ SI, DX
	VMOVUPS (DX), Z10
	VMOVUPS 64(DX), Z11
	ADDQ SI, DX
	VMOVUPS (DX), Z12
	VMOVUPS 64(DX), Z13
	ADDQ SI, DX
	VMOVUPS (DX), Z14
	VMOVUPS 64(DX), Z15

loop:
	MOVL (R10), AX
	MOVL 4(R10), BX
	VMOVUPS (R9)(BX*1), Z0
	VMOVUPS 64(R9)(BX*1), Z1
	DOUBLE(0, Z4, Z5)
	DOUBLE(4, Z6, Z7)
	DOUBLE(8, Z8, Z9)
	DOUBLE(12, Z10, Z11)
	DOUBLE(16, Z12, Z13)
	DOUBLE(20, Z14, Z15)
	ADDQ $8, R10
	DECQ CX
	JNE  loop

	VMOVUPS Z4, (DI)
	VMOVUPS Z5, 64(DI)
	ADDQ SI, DI
	VMOVUPS Z6, (DI)
	VMOVUPS Z7, 64(DI)
	ADDQ SI, DI
	VMOVUPS Z8, (DI)
	VMOVUPS Z9, 64(DI)
	ADDQ SI, DI
	VMOVUPS Z10, (DI)
	VMOVUPS Z11, 64(DI)
	ADDQ SI, DI
	VMOVUPS Z12, (DI)
	VMOVUPS Z13, 64(DI)
	ADDQ SI, DI
	VMOVUPS Z14, (DI)
	VMOVUPS Z15, 64(DI)
	VZEROUPPER
	RET
