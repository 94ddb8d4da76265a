package equations

// rows are the vector kernels of single operations; where there is none, numbers are done one after the other, with the
// same bits.
type rows struct {
	lanes int // numbers of a vector; 0 without vector code
	ops   [operations]func(d, a, b, c *float32, n int)
}

// run executes a program on the first n elements of its registers.
func (r *rows) run(code []instruction, regs [][]float32, n int) {
	if r.lanes == 0 {
		run(code, regs, n)
		return
	}
	vectors := n / r.lanes
	for k := range code {
		in := &code[k]
		done := 0
		if f := r.ops[in.op]; f != nil && vectors > 0 {
			f(&regs[in.dst][0], &regs[in.a][0], &regs[in.b][0], &regs[in.c][0], vectors)
			done = vectors * r.lanes
		}
		if done < n {
			apply(in, regs, done, n)
		}
	}
}
