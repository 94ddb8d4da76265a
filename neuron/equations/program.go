package equations

import (
	"math"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// instruction is one operation of a program on registers, each a row of numbers, one per neuron.
type instruction struct {
	op           operation
	dst, a, b, c int32
}

// program is a list of operations that computes outputs from leaves, for many neurons at a time. Registers hold, in
// this order, the leaves, the constants and what lies between. Single precision is for blocks, double precision for
// what is rare.
type program struct {
	code      []instruction
	leaves    []leaf // registers 0 to len(leaves)-1
	constants []float64
	scratch   int // further registers
	outputs   []int32
}

// compileProgram makes the program of some values of a graph.
func compileProgram(g *graph, outputs []value) *program {
	p := &program{}
	register := map[value]int32{}
	last := map[value]int{} // where a value is read last
	var order []value
	seen := map[value]bool{}
	var visit func(v value)
	visit = func(v value) {
		if seen[v] {
			return
		}
		seen[v] = true
		for _, a := range g.terms[v].operands() {
			visit(a)
		}
		order = append(order, v)
	}
	for _, v := range outputs {
		visit(v)
	}
	for _, v := range order {
		if t := g.terms[v]; t.op == opLeaf {
			register[v] = int32(len(p.leaves))
			p.leaves = append(p.leaves, t.leaf)
		}
	}
	for _, v := range order {
		if t := g.terms[v]; t.op == opConst {
			register[v] = int32(len(p.leaves) + len(p.constants))
			p.constants = append(p.constants, t.x)
		}
	}
	f := fusion(g, order, outputs)
	for i, v := range order {
		if _, operands := f.of(g, v); !f.absorbed[v] {
			for _, a := range operands {
				last[a] = i
			}
		}
	}
	for _, v := range outputs {
		last[v] = len(order)
	}
	first := int32(len(p.leaves) + len(p.constants))
	var free []int32
	for i, v := range order {
		t := g.terms[v]
		if t.op == opLeaf || t.op == opConst || f.absorbed[v] {
			continue
		}
		op, operands := f.of(g, v)
		in := instruction{op: op}
		for k, a := range operands {
			*[]*int32{&in.a, &in.b, &in.c}[k] = register[a]
		}
		for k, a := range operands { // a register that is read here for the last time may be written here
			again := false
			for _, b := range operands[:k] {
				again = again || a == b
			}
			if r := register[a]; !again && last[a] == i && r >= first {
				free = append(free, r)
			}
		}
		if n := len(free); n > 0 {
			in.dst, free = free[n-1], free[:n-1]
		} else {
			in.dst = first + int32(p.scratch)
			p.scratch++
		}
		register[v] = in.dst
		p.code = append(p.code, in)
	}
	for _, v := range outputs {
		p.outputs = append(p.outputs, register[v])
	}
	return p
}

// fused says which products are computed together with the one sum that reads them.
type fused struct{ absorbed map[value]bool }

// fusion finds them. Their rounding stays: results have the same bits.
func fusion(g *graph, order, outputs []value) fused {
	uses := map[value]int{}
	for _, v := range outputs {
		uses[v] += 2
	}
	for _, v := range order {
		for _, a := range g.terms[v].operands() {
			uses[a]++
		}
	}
	f := fused{map[value]bool{}}
	for _, v := range order {
		t := g.terms[v]
		if t.op != opAdd && t.op != opSub {
			continue
		}
		for _, a := range []value{t.b, t.a} {
			if g.terms[a].op == opMul && uses[a] == 1 {
				f.absorbed[a] = true
				break
			}
		}
	}
	return f
}

// of returns the instruction of a value.
func (f fused) of(g *graph, v value) (operation, []value) {
	t := g.terms[v]
	if t.op != opAdd && t.op != opSub {
		return t.op, t.operands()
	}
	a, b := g.terms[t.a], g.terms[t.b]
	switch {
	case f.absorbed[t.b] && t.op == opAdd:
		return opMulAdd, []value{b.a, b.b, t.a}
	case f.absorbed[t.b]:
		return opSubMul, []value{b.a, b.b, t.a}
	case f.absorbed[t.a] && t.op == opAdd:
		return opMulAdd, []value{a.a, a.b, t.b}
	case f.absorbed[t.a]:
		return opMulSub, []value{a.a, a.b, t.b}
	}
	return t.op, t.operands()
}

// registers returns the rows of a program for n neurons: constants are filled in, leaves are left to the caller.
func registers[F float32 | float64](p *program, n int) [][]F {
	regs := make([][]F, len(p.leaves)+len(p.constants)+p.scratch)
	backing := make([]F, n*(len(p.constants)+p.scratch))
	for i := range len(p.constants) + p.scratch {
		row := backing[i*n : (i+1)*n : (i+1)*n]
		regs[len(p.leaves)+i] = row
		if i < len(p.constants) {
			for j := range row {
				row[j] = F(p.constants[i])
			}
		}
	}
	return regs
}

//go:generate sh -c "cd ../internal/asm && go run . equations -out ../../equations/rows_amd64.s -stubs ../../equations/rows_amd64.go -pkg equations"

// run executes a program on the first n elements of its registers.
func run[F float32 | float64](code []instruction, regs [][]F, n int) {
	for k := range code {
		apply(&code[k], regs, 0, n)
	}
}

// apply executes an instruction on elements lo to n-1.
func apply[F float32 | float64](in *instruction, regs [][]F, lo, n int) {
	d, a := regs[in.dst][lo:n], regs[in.a][lo:n]
	b := a
	switch in.op {
	case opAdd, opSub, opMul, opDiv, opPow, opMin, opMax, opLess, opSelect, opMulAdd, opMulSub, opSubMul:
		b = regs[in.b][lo:n]
	}
	switch in.op {
	case opAdd:
		for i := range d {
			d[i] = a[i] + b[i]
		}
	case opSub:
		for i := range d {
			d[i] = a[i] - b[i]
		}
	case opMul:
		for i := range d {
			d[i] = a[i] * b[i]
		}
	case opDiv:
		for i := range d {
			d[i] = a[i] / b[i]
		}
	case opNeg:
		for i := range d {
			d[i] = -a[i]
		}
	case opMin:
		for i := range d {
			x := b[i]
			if a[i] < x {
				x = a[i]
			}
			d[i] = x
		}
	case opMax:
		for i := range d {
			x := b[i]
			if a[i] > x {
				x = a[i]
			}
			d[i] = x
		}
	case opLess:
		for i := range d {
			x := F(0)
			if a[i] < b[i] {
				x = 1
			}
			d[i] = x
		}
	case opSelect:
		c := regs[in.c][lo:n]
		for i := range d {
			x := c[i]
			if a[i] != 0 {
				x = b[i]
			}
			d[i] = x
		}
	case opMulAdd:
		c := regs[in.c][lo:n]
		for i := range d {
			d[i] = F(a[i]*b[i]) + c[i]
		}
	case opMulSub:
		c := regs[in.c][lo:n]
		for i := range d {
			d[i] = F(a[i]*b[i]) - c[i]
		}
	case opSubMul:
		c := regs[in.c][lo:n]
		for i := range d {
			d[i] = c[i] - F(a[i]*b[i])
		}
	case opPow:
		for i := range d {
			d[i] = F(numeric.Exp(float64(float64(b[i]) * numeric.Log(float64(a[i])))))
		}
	case opExp:
		for i := range d {
			d[i] = expOf(a[i])
		}
	case opExprel:
		for i := range d {
			d[i] = exprelOf(a[i])
		}
	case opFade:
		for i := range d {
			x := a[i]
			if x < faint && x > -faint {
				x = 0
			}
			d[i] = x
		}
	case opAbs:
		for i := range d {
			d[i] = F(math.Abs(float64(a[i])))
		}
	case opSqrt:
		for i := range d {
			d[i] = F(math.Sqrt(float64(a[i])))
		}
	default:
		for i := range d {
			d[i] = F(evaluate(in.op, float64(a[i])))
		}
	}
}

// single reports whether numbers are in single precision.
func single[F float32 | float64]() bool {
	var x F
	return unsafe.Sizeof(x) == 4
}

func expOf[F float32 | float64](x F) F {
	if single[F]() {
		return F(numeric.Exp32(float32(x)))
	}
	return F(numeric.Exp(float64(x)))
}

func exprelOf[F float32 | float64](x F) F {
	if !single[F]() {
		return F(exprel(float64(x)))
	}
	y := float32(x)
	if y > 0.5 || y < -0.5 {
		return F((numeric.Exp32(y) - 1) / y)
	}
	sum := float32(1.0 / 40320)
	for _, c := range [...]float32{1. / 5040, 1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2, 1} {
		sum = numeric.Madd32(sum, y, c)
	}
	return F(sum)
}
