//go:build !noasm

#include "textflag.h"

// Changes of plastic weights: w becomes max(lo, min(hi, w + c factor)). In all kernels X0 or Y0 is c, 1 lo and 2 hi.

// CLIP is max(lo, min(hi, x)) of one weight.
#define CLIP(x) \
	VMINSS x, X2, x \
	VMAXSS x, X1, x

// func addRowAVX2(weight *float32, target *uint16, n int, y *float32, c, lo, hi float32)
// n is a multiple of 8.
TEXT ·addRowAVX2(SB), NOSPLIT, $0-44
	MOVQ         weight+0(FP), DI
	MOVQ         target+8(FP), SI
	MOVQ         n+16(FP), CX
	MOVQ         y+24(FP), R8
	VBROADCASTSS c+32(FP), Y0
	VBROADCASTSS lo+36(FP), Y1
	VBROADCASTSS hi+40(FP), Y2

eight:
	VPMOVZXWD  (SI), Y4
	VPCMPEQD   Y5, Y5, Y5
	VGATHERDPS Y5, (R8)(Y4*4), Y3
	VMULPS     Y0, Y3, Y3
	VADDPS     (DI), Y3, Y3
	VMINPS     Y3, Y2, Y3
	VMAXPS     Y3, Y1, Y3
	VMOVUPS    Y3, (DI)
	ADDQ       $16, SI
	ADDQ       $32, DI
	SUBQ       $8, CX
	JNE        eight
	VZEROUPPER
	RET

// func addDenseRowAVX2(weight *float32, n int, y *float32, c, lo, hi float32)
// n is a multiple of 8.
TEXT ·addDenseRowAVX2(SB), NOSPLIT, $0-36
	MOVQ         weight+0(FP), DI
	MOVQ         n+8(FP), CX
	MOVQ         y+16(FP), R8
	VBROADCASTSS c+24(FP), Y0
	VBROADCASTSS lo+28(FP), Y1
	VBROADCASTSS hi+32(FP), Y2

eight:
	VMULPS  (R8), Y0, Y3
	VADDPS  (DI), Y3, Y3
	VMINPS  Y3, Y2, Y3
	VMAXPS  Y3, Y1, Y3
	VMOVUPS Y3, (DI)
	ADDQ    $32, R8
	ADDQ    $32, DI
	SUBQ    $8, CX
	JNE     eight
	VZEROUPPER
	RET

// The weights of a column lie on as many lines of memory. There is nothing to gain from adding several at once; what
// counts is that the processor sees as many of them as it can ahead, so the loop has few instructions.

#define ONE(place, x) \
	VMULSS x, X0, x               \
	VADDSS (DI)(place*4), x, x    \
	CLIP(x)                       \
	VMOVSS x, (DI)(place*4)

// func addColumnAVX2(weight *float32, place, source *uint32, n int, x *float32, c, lo, hi float32)
// n is a multiple of 4.
TEXT ·addColumnAVX2(SB), NOSPLIT, $0-52
	MOVQ   weight+0(FP), DI
	MOVQ   place+8(FP), SI
	MOVQ   source+16(FP), R9
	MOVQ   n+24(FP), CX
	MOVQ   x+32(FP), R8
	VMOVSS c+40(FP), X0
	VMOVSS lo+44(FP), X1
	VMOVSS hi+48(FP), X2

four:
	MOVL   (R9), AX
	MOVL   4(R9), BX
	MOVL   8(R9), R10
	MOVL   12(R9), R11
	VMOVSS (R8)(AX*4), X3
	VMOVSS (R8)(BX*4), X4
	VMOVSS (R8)(R10*4), X5
	VMOVSS (R8)(R11*4), X6
	MOVL   (SI), AX
	MOVL   4(SI), BX
	MOVL   8(SI), R10
	MOVL   12(SI), R11
	ONE(AX, X3)
	ONE(BX, X4)
	ONE(R10, X5)
	ONE(R11, X6)
	ADDQ   $16, SI
	ADDQ   $16, R9
	SUBQ   $4, CX
	JNE    four
	RET

// func addStrideAVX2(weight *float32, stride, n int, x *float32, c, lo, hi float32)
// Weights lie stride bytes apart; n is a multiple of 4.
TEXT ·addStrideAVX2(SB), NOSPLIT, $0-44
	MOVQ   weight+0(FP), DI
	MOVQ   stride+8(FP), SI
	MOVQ   n+16(FP), CX
	MOVQ   x+24(FP), R8
	VMOVSS c+32(FP), X0
	VMOVSS lo+36(FP), X1
	VMOVSS hi+40(FP), X2
	LEAQ   (SI)(SI*2), R9

#define STRIDE(at, i, x) \
	VMULSS i(R8), X0, x \
	VADDSS at, x, x     \
	CLIP(x)             \
	VMOVSS x, at

four:
	STRIDE((DI), 0, X3)
	STRIDE((DI)(SI*1), 4, X4)
	STRIDE((DI)(SI*2), 8, X5)
	STRIDE((DI)(R9*1), 12, X6)
	LEAQ   (DI)(SI*4), DI
	ADDQ   $16, R8
	SUBQ   $4, CX
	JNE    four
	RET

// func scaleAVX2(weight *float32, n int, f, lo, hi float32)
// n is a multiple of 8.
TEXT ·scaleAVX2(SB), NOSPLIT, $0-28
	MOVQ         weight+0(FP), DI
	MOVQ         n+8(FP), CX
	VBROADCASTSS f+16(FP), Y0
	VBROADCASTSS lo+20(FP), Y1
	VBROADCASTSS hi+24(FP), Y2

eight:
	VMULPS  (DI), Y0, Y3
	VMINPS  Y3, Y2, Y3
	VMAXPS  Y3, Y1, Y3
	VMOVUPS Y3, (DI)
	ADDQ    $32, DI
	SUBQ    $8, CX
	JNE     eight
	VZEROUPPER
	RET
