//go:build !noasm

#include "textflag.h"

// Delivery of sparse rows. Registers of all kernels:
//
//	DI cells   SI due   R11 last due   R14 last due of later steps   R8 first   R9 target   R10 weight   R13 synapses so far
//	X0 what a weight of 1 adds to a cell: {End, Area}, or End
//	DX first and BX last+1 target of the row, R12 weight of the row
//
// Rows are cold: the index of the row INDEX_AHEAD bytes of due further on is asked for, and ROW_AHEAD further on its first
// lines, also where they arrive in a later step. 12 bytes are one row.

#define INDEX_AHEAD 192
#define ROW_AHEAD 96

// AHEAD is the number of the row some bytes further on.
#define AHEAD(bytes) \
	LEAQ    bytes(SI), AX \
	CMPQ    AX, R14       \
	CMOVQHI R14, AX       \
	MOVL    (AX), AX

// LINE asks for the line at base+offset, at most for that of end.
#define LINE(base, offset, end) \
	LEAQ        offset(base), R15 \
	CMPQ        R15, end          \
	CMOVQHI     end, R15          \
	PREFETCHT0  (R15)

#define BEGIN \
	MOVQ cells+0(FP), DI  \
	MOVQ due+8(FP), SI    \
	MOVQ n+16(FP), CX     \
	MOVQ last+24(FP), R14 \
	MOVQ first+32(FP), R8 \
	MOVQ target+40(FP), R9 \
	LEAQ (CX)(CX*2), AX   \
	LEAQ -12(SI)(AX*4), R11 \
	XORQ R13, R13

// NEXT asks for the index of a row, and finds a nearer one: BX its first synapse, CX the one after its last.
#define NEXT \
	AHEAD(INDEX_AHEAD)        \
	PREFETCHT0 4(R8)(AX*4)    \
	AHEAD(ROW_AHEAD)          \
	MOVL       (R8)(AX*4), BX \
	MOVL       4(R8)(AX*4), CX

// FETCH_TARGETS and FETCH_BOTH ask for the lines of that row: both ends of a short one, and the first lines of a longer one.
#define FETCH_TARGETS(short, done) \
	NEXT                              \
	LEAQ       32(BX), AX             \
	CMPQ       CX, AX                 \
	JLS        short                  \
	LEAQ       (R9)(BX*2), DX         \
	LEAQ       -1(R9)(CX*2), AX       \
	LINE(DX, 0, AX)                   \
	LINE(DX, 64, AX)                  \
	LINE(DX, 128, AX)                 \
	LINE(DX, 192, AX)                 \
	JMP        done                   \
short:                                    \
	PREFETCHT0 (R9)(BX*2)             \
	PREFETCHT0 -1(R9)(CX*2)           \
done:

#define FETCH_BOTH(short, done) \
	NEXT                              \
	LEAQ       16(BX), AX             \
	CMPQ       CX, AX                 \
	JLS        short                  \
	LEAQ       (R9)(BX*2), DX         \
	LEAQ       -1(R9)(CX*2), AX       \
	LINE(DX, 0, AX)                   \
	LINE(DX, 64, AX)                  \
	LINE(DX, 128, AX)                 \
	LINE(DX, 192, AX)                 \
	LEAQ       (R10)(BX*4), DX        \
	LEAQ       -1(R10)(CX*4), AX      \
	LINE(DX, 0, AX)                   \
	LINE(DX, 64, AX)                  \
	LINE(DX, 128, AX)                 \
	LINE(DX, 192, AX)                 \
	LINE(DX, 256, AX)                 \
	LINE(DX, 320, AX)                 \
	JMP        done                   \
short:                                    \
	PREFETCHT0 (R9)(BX*2)             \
	PREFETCHT0 -1(R9)(CX*2)           \
	PREFETCHT0 (R10)(BX*4)            \
	PREFETCHT0 -1(R10)(CX*4)          \
done:

// FETCH_PACKED is the same for rows that have targets and weights in one.
#define FETCH_PACKED(short, done) \
	NEXT                              \
	LEAQ       16(BX), AX             \
	CMPQ       CX, AX                 \
	JLS        short                  \
	LEAQ       (R9)(BX*4), DX         \
	LEAQ       -1(R9)(CX*4), AX       \
	LINE(DX, 0, AX)                   \
	LINE(DX, 64, AX)                  \
	LINE(DX, 128, AX)                 \
	LINE(DX, 192, AX)                 \
	LINE(DX, 256, AX)                 \
	LINE(DX, 320, AX)                 \
	JMP        done                   \
short:                                    \
	PREFETCHT0 (R9)(BX*4)             \
	PREFETCHT0 -1(R9)(CX*4)           \
done:

// ROW takes the row at SI: DX its first target, CX its length.
#define ROW \
	MOVL (SI), AX          \
	MOVL (R8)(AX*4), BX    \
	MOVL 4(R8)(AX*4), CX   \
	SUBQ BX, CX            \
	ADDQ CX, R13           \
	LEAQ (R9)(BX*2), DX

#define PAIR(t, x) \
	MOVSD (DI)(t*8), x \
	ADDPS X0, x        \
	MOVSD x, (DI)(t*8)

// func pairsSSE2(cells *neuron.Pair, due *Due, n int, last *Due, first *uint32, target *uint16) int
TEXT ·pairsSSE2(SB), NOSPLIT, $0-56
	BEGIN

row:
	FETCH_TARGETS(short, fetched)
	ROW
	MOVSD 4(SI), X0
	SUBQ  $4, CX
	JLT   rest

four:
	MOVWLZX (DX), AX
	MOVWLZX 2(DX), BX
	MOVWLZX 4(DX), R12
	MOVWLZX 6(DX), R15
	PAIR(AX, X1)
	PAIR(BX, X2)
	PAIR(R12, X3)
	PAIR(R15, X4)
	ADDQ    $8, DX
	SUBQ    $4, CX
	JGE     four

rest:
	ADDQ $4, CX
	JEQ  next

one:
	MOVWLZX (DX), AX
	PAIR(AX, X1)
	ADDQ    $2, DX
	DECQ    CX
	JNE     one

next:
	ADDQ $12, SI
	CMPQ SI, R11
	JLS  row
	MOVQ R13, ret+48(FP)
	RET

#define WEIGHTED_PAIR(offset, t, x) \
	MOVSS  offset(R12), x     \
	SHUFPS $0x50, x, x        \
	MULPS  X0, x              \
	MOVSD  (DI)(t*8), X5      \
	ADDPS  X5, x              \
	MOVSD  x, (DI)(t*8)

// func weightedPairsSSE2(cells *neuron.Pair, due *Due, n int, last *Due, first *uint32, target *uint16, weight *float32) int
TEXT ·weightedPairsSSE2(SB), NOSPLIT, $0-64
	BEGIN
	MOVQ weight+48(FP), R10

row:
	FETCH_BOTH(short, fetched)
	ROW
	LEAQ  (R10)(BX*4), R12
	MOVSD 4(SI), X0
	SUBQ  $2, CX
	JLT   rest

two:
	MOVWLZX (DX), AX
	MOVWLZX 2(DX), BX
	WEIGHTED_PAIR(0, AX, X1)
	WEIGHTED_PAIR(4, BX, X2)
	ADDQ    $4, DX
	ADDQ    $8, R12
	SUBQ    $2, CX
	JGE     two

rest:
	ADDQ $2, CX
	JEQ  next
	MOVWLZX (DX), AX
	WEIGHTED_PAIR(0, AX, X1)

next:
	ADDQ $12, SI
	CMPQ SI, R11
	JLS  row
	MOVQ R13, ret+56(FP)
	RET

#define SUM(t, x) \
	MOVSS (DI)(t*4), x \
	ADDSS X0, x        \
	MOVSS x, (DI)(t*4)

// func sumsSSE2(cells *float32, due *Due, n int, last *Due, first *uint32, target *uint16) int
TEXT ·sumsSSE2(SB), NOSPLIT, $0-56
	BEGIN

row:
	FETCH_TARGETS(short, fetched)
	ROW
	MOVSS 4(SI), X0
	SUBQ  $4, CX
	JLT   rest

four:
	MOVWLZX (DX), AX
	MOVWLZX 2(DX), BX
	MOVWLZX 4(DX), R12
	MOVWLZX 6(DX), R15
	SUM(AX, X1)
	SUM(BX, X2)
	SUM(R12, X3)
	SUM(R15, X4)
	ADDQ    $8, DX
	SUBQ    $4, CX
	JGE     four

rest:
	ADDQ $4, CX
	JEQ  next

one:
	MOVWLZX (DX), AX
	SUM(AX, X1)
	ADDQ    $2, DX
	DECQ    CX
	JNE     one

next:
	ADDQ $12, SI
	CMPQ SI, R11
	JLS  row
	MOVQ R13, ret+48(FP)
	RET

#define WEIGHTED_SUM(offset, t, x) \
	MOVSS offset(R12), x \
	MULSS X0, x          \
	ADDSS (DI)(t*4), x   \
	MOVSS x, (DI)(t*4)

// func weightedSumsSSE2(cells *float32, due *Due, n int, last *Due, first *uint32, target *uint16, weight *float32) int
TEXT ·weightedSumsSSE2(SB), NOSPLIT, $0-64
	BEGIN
	MOVQ weight+48(FP), R10

row:
	FETCH_BOTH(short, fetched)
	ROW
	LEAQ  (R10)(BX*4), R12
	MOVSS 4(SI), X0
	SUBQ  $2, CX
	JLT   rest

two:
	MOVWLZX (DX), AX
	MOVWLZX 2(DX), BX
	WEIGHTED_SUM(0, AX, X1)
	WEIGHTED_SUM(4, BX, X2)
	ADDQ    $4, DX
	ADDQ    $8, R12
	SUBQ    $2, CX
	JGE     two

rest:
	ADDQ $2, CX
	JEQ  next
	MOVWLZX (DX), AX
	WEIGHTED_SUM(0, AX, X1)

next:
	ADDQ $12, SI
	CMPQ SI, R11
	JLS  row
	MOVQ R13, ret+56(FP)
	RET

// Packed rows: the weight is the upper half of the number whose lower half is the target. X6 masks the upper half.

#define MASK \
	PCMPEQL X6, X6 \
	PSLLL   $16, X6

#define PACKED_ROW \
	MOVL (SI), AX        \
	MOVL (R8)(AX*4), BX  \
	MOVL 4(R8)(AX*4), CX \
	SUBQ BX, CX          \
	ADDQ CX, R13         \
	LEAQ (R9)(BX*4), DX

#define PACKED_PAIR(offset, t, x) \
	MOVSS   offset(DX), x     \
	MOVWLZX offset(DX), t     \
	ANDPS   X6, x             \
	SHUFPS  $0x50, x, x       \
	MULPS   X0, x             \
	MOVSD   (DI)(t*8), X5     \
	ADDPS   X5, x             \
	MOVSD   x, (DI)(t*8)

// func packedPairsSSE2(cells *neuron.Pair, due *Due, n int, last *Due, first *uint32, target *uint32) int
TEXT ·packedPairsSSE2(SB), NOSPLIT, $0-56
	BEGIN
	MASK

row:
	FETCH_PACKED(near, fetched)
	PACKED_ROW
	MOVSD 4(SI), X0
	SUBQ  $2, CX
	JLT   rest

two:
	PACKED_PAIR(0, AX, X1)
	PACKED_PAIR(4, BX, X2)
	ADDQ $8, DX
	SUBQ $2, CX
	JGE  two

rest:
	ADDQ $2, CX
	JEQ  next
	PACKED_PAIR(0, AX, X1)

next:
	ADDQ $12, SI
	CMPQ SI, R11
	JLS  row
	MOVQ R13, ret+48(FP)
	RET

#define PACKED_SUM(offset, t, x) \
	MOVSS   offset(DX), x    \
	MOVWLZX offset(DX), t    \
	ANDPS   X6, x            \
	MULSS   X0, x            \
	ADDSS   (DI)(t*4), x     \
	MOVSS   x, (DI)(t*4)

// func packedSumsSSE2(cells *float32, due *Due, n int, last *Due, first *uint32, target *uint32) int
TEXT ·packedSumsSSE2(SB), NOSPLIT, $0-56
	BEGIN
	MASK

row:
	FETCH_PACKED(near, fetched)
	PACKED_ROW
	MOVSS 4(SI), X0
	SUBQ  $2, CX
	JLT   rest

two:
	PACKED_SUM(0, AX, X1)
	PACKED_SUM(4, BX, X2)
	ADDQ $8, DX
	SUBQ $2, CX
	JGE  two

rest:
	ADDQ $2, CX
	JEQ  next
	PACKED_SUM(0, AX, X1)

next:
	ADDQ $12, SI
	CMPQ SI, R11
	JLS  row
	MOVQ R13, ret+48(FP)
	RET

// func askPacked(due *Due, n int, first *uint32, target *uint32)
TEXT ·askPacked(SB), NOSPLIT, $0-32
	MOVQ due+0(FP), SI
	MOVQ n+8(FP), R13
	MOVQ first+16(FP), R8
	MOVQ target+24(FP), R9

row:
	MOVL       (SI), AX
	MOVL       (R8)(AX*4), BX
	MOVL       4(R8)(AX*4), CX
	LEAQ       (R9)(BX*4), DX
	LEAQ       -1(R9)(CX*4), AX
	LINE(DX, 0, AX)
	LINE(DX, 64, AX)
	LINE(DX, 128, AX)
	ADDQ       $12, SI
	DECQ       R13
	JNE        row
	RET

// func askIndex(due *Due, n int, first *uint32)
TEXT ·askIndex(SB), NOSPLIT, $0-24
	MOVQ due+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ first+16(FP), R8

index:
	MOVL       (SI), AX
	PREFETCHT0 4(R8)(AX*4)
	ADDQ       $12, SI
	DECQ       CX
	JNE        index
	RET

// func askTargets(due *Due, n int, first *uint32, target *uint16)
TEXT ·askTargets(SB), NOSPLIT, $0-32
	MOVQ due+0(FP), SI
	MOVQ n+8(FP), R13
	MOVQ first+16(FP), R8
	MOVQ target+24(FP), R9

row:
	MOVL       (SI), AX
	MOVL       (R8)(AX*4), BX
	MOVL       4(R8)(AX*4), CX
	LEAQ       (R9)(BX*2), DX
	LEAQ       -1(R9)(CX*2), AX
	LINE(DX, 0, AX)
	LINE(DX, 64, AX)
	ADDQ       $12, SI
	DECQ       R13
	JNE        row
	RET

// func askBoth(due *Due, n int, first *uint32, target *uint16, weight *float32)
TEXT ·askBoth(SB), NOSPLIT, $0-40
	MOVQ due+0(FP), SI
	MOVQ n+8(FP), R13
	MOVQ first+16(FP), R8
	MOVQ target+24(FP), R9
	MOVQ weight+32(FP), R10

row:
	MOVL       (SI), AX
	MOVL       (R8)(AX*4), BX
	MOVL       4(R8)(AX*4), CX
	LEAQ       (R9)(BX*2), DX
	LEAQ       -1(R9)(CX*2), AX
	LINE(DX, 0, AX)
	LINE(DX, 64, AX)
	LEAQ       (R10)(BX*4), DX
	LEAQ       -1(R10)(CX*4), AX
	LINE(DX, 0, AX)
	LINE(DX, 64, AX)
	LINE(DX, 128, AX)
	ADDQ       $12, SI
	DECQ       R13
	JNE        row
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
