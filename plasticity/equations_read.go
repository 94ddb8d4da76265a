package plasticity

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// fill computes an input of a batch.
func (r *written) fill(in equations.RuleInput) []float64 {
	b := &r.b
	row := r.scratch(in, b.n)
	switch in.Kind {
	case equations.RuleWeight:
		r.weights(row)
	case equations.RuleTrace:
		x := &r.traces[in.Index]
		f := x.factor(b.at)
		post := r.spec.Model.Traces[in.Index].Post
		switch {
		case !post && b.source >= 0:
			all(row, x.value[b.source]*f)
		case post && b.target >= 0:
			all(row, x.value[b.target]*f)
		case post:
			for k, t := range b.targets {
				row[k] = x.value[t] * f
			}
		default:
			for k, s := range b.sources {
				row[k] = x.value[s] * f
			}
		}
	case equations.RuleSynapse:
		x := &r.own[in.Index]
		f := x.factor(b.at)
		for k := range row {
			row[k] = x.value[b.place(k)] * f
		}
	case equations.RuleLowPass:
		r.ofTarget(row, func(t int) float64 { return r.lowAt(r.lows[in.Index], t, b.at) })
	case equations.RuleVariable:
		v := r.variable[in.Index]
		r.ofTarget(row, func(t int) float64 { return r.course.at(v, r.Block.Lo+t, b.at, b.after) })
	case equations.RuleSum:
		r.ofTarget(row, func(t int) float64 { return r.sums[t] })
	case equations.RuleAverage:
		all(row, r.averages[in.Index].value[0])
	case equations.RuleSignal:
		all(row, r.signal)
	case equations.RuleTime:
		all(row, b.at.Milliseconds())
	}
	return row
}

// ofTarget computes something of the target of each synapse of a batch.
func (r *written) ofTarget(row []float64, f func(target int) float64) {
	if r.b.target >= 0 {
		all(row, f(r.b.target))
		return
	}
	for k, t := range r.b.targets {
		row[k] = f(int(t))
	}
}

func all(row []float64, x float64) {
	for k := range row {
		row[k] = x
	}
}

// scratch returns a row for an input.
func (r *written) scratch(in equations.RuleInput, n int) []float64 {
	k := in.Index<<5 | int(in.Kind)
	for k >= len(r.rows) {
		r.rows = append(r.rows, nil)
	}
	if cap(r.rows[k]) < n {
		r.rows[k] = make([]float64, n)
	}
	return r.rows[k][:n]
}

// scratchOf is one more row for an input, of expressions.
func (r *written) scratchOf(in equations.RuleInput, n int) []float64 {
	return r.scratch(equations.RuleInput{Kind: in.Kind | 16, Index: in.Index}, n)
}

// weights reads those of a batch.
func (r *written) weights(w []float64) {
	b, weights := &r.b, r.Block.Weights()
	raise, l := r.decay.at(b.at)
	switch {
	case r.drift != nil:
		for k := range w {
			w[k] = r.exact[b.place(k)]
		}
	case b.places == nil:
		for k, x := range weights[b.first : b.first+b.n] {
			w[k] = float64(max(l.Lo, min(l.Hi, x)) / raise)
		}
	default:
		for k, at := range b.places {
			w[k] = float64(max(l.Lo, min(l.Hi, weights[at])) / raise)
		}
	}
}

// lowPass is one of the expressions of target neurons that are low-passed.
type lowPass struct {
	equations.LowPass
	of    *equations.RuleProgram
	value []float64   // at the start of the window; NaN before the first
	input [][]float64 // what is low-passed, at the ends of its steps
	rows  [][]float64 // and low-passed
}

// average is a mean over the target population.
type average struct {
	equations.Average
	of      *equations.RuleProgram
	counted exactTraces // one for all, in spikes a neuron
	value   []float64   // as of the last window's end
}

// look computes what low-passes and averages are in the window from the variables of the target.
func (r *written) look() {
	steps := int(r.window.Len() / r.Step)
	for _, l := range r.lows {
		for len(l.rows) <= steps {
			l.rows, l.input = append(l.rows, make([]float64, r.Block.Targets)), append(l.input, make([]float64, r.Block.Targets))
		}
		l.rows, l.input = l.rows[:steps+1], l.input[:steps+1]
		first := r.courseStep(r.window.From)
		for k := range l.input {
			copy(l.input[k], r.expression(l.of, r.Block.Lo, r.Block.Targets, first+k))
		}
		copy(l.rows[0], l.value)
		for i, x := range l.rows[0] {
			if x != x {
				l.rows[0][i] = l.input[0][i]
			}
		}
		f := newRelaxation(r.Step, l.Tau)
		for k := range steps {
			for i, y := range l.rows[k] {
				l.rows[k+1][i] = f.next(y, l.input[k][i], l.input[k+1][i])
			}
		}
		r.lowJumps(l)
	}
	for _, a := range r.averages {
		switch {
		case a.Of == nil:
			a.value[0] = a.counted.value[0] * a.counted.factor(r.window.From)
		case a.Tau == 0 || a.value[0] != a.value[0]:
			a.value[0] = r.meanOf(a, r.window.From)
		}
	}
}

// lowJumps computes again the low-passes of neurons that jumped, from jump to jump.
func (r *written) lowJumps(l *lowPass) {
	if len(r.course.Jumps) == 0 {
		return
	}
	for i := range r.Block.Targets {
		if len(r.course.jumps(r.Block.Lo+i)) == 0 {
			continue
		}
		for k := range len(l.rows) - 1 {
			l.rows[k+1][i] = r.lowWithin(l, i, k, r.window.From+spike.Tick(k+1)*r.Step)
		}
	}
}

// lowAt returns a low-pass of a target at a time of the window.
func (r *written) lowAt(l *lowPass, i int, t spike.Tick) float64 {
	return r.lowWithin(l, i, min(int((t-r.window.From)/r.Step), len(l.rows)-1), t)
}

// lowWithin returns a low-pass of a target at a time in step k of the window.
func (r *written) lowWithin(l *lowPass, i, k int, t spike.Tick) float64 {
	from := r.window.From + spike.Tick(k)*r.Step
	y, x := l.rows[k][i], l.input[k][i]
	for _, jump := range r.course.jumps(r.Block.Lo + i) {
		if jump.At <= from || jump.At >= t {
			continue
		}
		y = newRelaxation(jump.At-from, l.Tau).next(y, x, r.single(l.of, i, jump.At, false))
		from, x = jump.At, r.single(l.of, i, jump.At, true)
	}
	if t == from {
		return y
	}
	return newRelaxation(t-from, l.Tau).next(y, x, r.single(l.of, i, t, false))
}

// relaxation low-passes exactly what is linear in a time.
type relaxation struct{ fade, mean float64 }

func newRelaxation(h spike.Tick, tau float64) relaxation {
	x := h.Milliseconds() / tau
	fade := numeric.Exp(-x)
	mean := 1 - fade
	if x > 0 {
		mean = mean / x
	}
	return relaxation{fade, mean}
}

// next returns what y becomes while its input runs from a to b.
func (f relaxation) next(y, a, b float64) float64 {
	return float64(f.fade*y) + float64((f.mean-f.fade)*a) + float64((1-f.mean)*b)
}

// courseStep returns the row of the course that holds the variables at a time.
func (r *written) courseStep(t spike.Tick) int { return int((t - r.course.From) / r.course.Step) }

// expression evaluates an expression of n neurons of the target population at the end of a step.
func (r *written) expression(q *equations.RuleProgram, lo, n, row int) []float64 {
	q.Run(n, func(in equations.RuleInput) []float64 {
		x := r.scratchOf(in, n)
		if in.Kind == equations.RuleTime {
			all(x, (r.course.From + spike.Tick(row)*r.course.Step).Milliseconds())
			return x
		}
		v := r.variable[in.Index]
		for i, y := range r.course.Rows[v][row][lo : lo+n] {
			x[i] = float64(y) + r.course.Offset[v]
		}
		return x
	})
	return q.Out(0, n)
}

// single evaluates an expression of one target at a time.
func (r *written) single(q *equations.RuleProgram, i int, t spike.Tick, after bool) float64 {
	q.Run(1, func(in equations.RuleInput) []float64 {
		x := r.scratchOf(in, 1)
		if x[0] = t.Milliseconds(); in.Kind != equations.RuleTime {
			x[0] = r.course.at(r.variable[in.Index], r.Block.Lo+i, t, after)
		}
		return x
	})
	return q.Out(0, 1)[0]
}

// meanOf returns the mean of an expression over the target population.
func (r *written) meanOf(a *average, t spike.Tick) float64 {
	sum := 0.0
	for _, x := range r.expression(a.of, 0, r.Build.Target, r.courseStep(t)) {
		sum += x
	}
	return sum / float64(r.Build.Target)
}

// average takes the averages to the end of a window.
func (r *written) average(w spike.Window) {
	for _, a := range r.averages {
		switch {
		case a.Of == nil:
			for _, e := range r.Emitted() {
				if e.At >= w.From && e.At < w.To && happens(e.Kind, counted(a.Counts)) {
					a.counted.add(0, e.At, 1/float64(r.Build.Target))
				}
			}
			a.counted.rebase(w.To)
		case a.Tau > 0:
			x := r.meanOf(a, w.From)
			first, n := r.courseStep(w.From), int(w.Len()/r.Step)
			for k := range n {
				y := r.meanOf(a, r.course.From+spike.Tick(first+k+1)*r.Step)
				a.value[0] = newRelaxation(r.Step, a.Tau).next(a.value[0], x, y)
				x = y
			}
		}
	}
}

// exactTraces are traces in double precision. They are a type of their own: with one generic type for both, networks
// that learn by built-in rules took 2 to 3 % longer. With a time constant of 0 they do not decay.
type exactTraces struct {
	tau   float64 // ms
	ref   []spike.Tick
	value []float64
}

func newExactTraces(n int, tau float64) exactTraces {
	return exactTraces{tau: tau, ref: make([]spike.Tick, 1), value: make([]float64, n)}
}

func (x *exactTraces) factor(t spike.Tick) float64 {
	if x.tau == 0 {
		return 1
	}
	return numeric.Exp(-(t - x.ref[0]).Milliseconds() / x.tau)
}

// growth is 1 through factor.
func (x *exactTraces) growth(t spike.Tick) float64 {
	if x.tau == 0 {
		return 1
	}
	return numeric.Exp((t - x.ref[0]).Milliseconds() / x.tau)
}

func (x *exactTraces) bump(i int, t spike.Tick) { x.add(i, t, 1) }

func (x *exactTraces) add(i int, t spike.Tick, by float64) { x.value[i] += float64(by * x.growth(t)) }

func (x *exactTraces) rebase(start spike.Tick) {
	if x.tau == 0 || (start-x.ref[0]).Milliseconds() < rebaseAfter*x.tau {
		return
	}
	f := x.factor(start)
	for i := range x.value {
		x.value[i] *= f
	}
	x.ref[0] = start
}

func (x *exactTraces) fill(v float64) {
	x.ref[0] = 0
	for i := range x.value {
		x.value[i] = v
	}
}

func (x *exactTraces) columns(name string) []neuron.Column {
	return []neuron.Column{{Name: name, Data: x.value}, {Name: name + "_ref", Unit: "ms", Data: x.ref}}
}

// The drift: dw/dt between cuts, by trapezoids.

// restart begins a window: weights that were changed from outside are taken over, and slopes computed.
func (r *written) restart() {
	if r.drift == nil {
		return
	}
	for k, w := range r.Block.Weights() {
		if float32(r.exact[k]) != w {
			r.exact[k] = float64(w)
		}
	}
	for j := range r.Block.Sources {
		r.row(j, r.window.From)
		r.b.after = true
		r.begun()
	}
}

// begun computes the slopes of a batch as they are now.
func (r *written) begun() {
	b := &r.b
	if b.n == 0 {
		return
	}
	for k, f := range r.driftOf(r.filler) {
		at := b.place(k)
		r.slope[at], r.last[at] = f, b.at
	}
}

// driftOf evaluates dw/dt of a batch, the decay of weights included.
func (r *written) driftOf(fill func(equations.RuleInput) []float64) []float64 {
	n := r.b.n
	r.drift.Run(n, fill)
	f := r.drift.Out(0, n)
	if rate := r.spec.Decay / 1000; rate > 0 {
		for k, w := range fill(equations.RuleInput{}) {
			f[k] -= float64(rate * w)
		}
	}
	return f
}

// cut takes the weights of a batch from their last cut to now.
func (r *written) cut() {
	b := &r.b
	if b.n == 0 {
		return
	}
	guess := r.scratch(equations.RuleInput{Kind: equations.RuleWeight, Index: 1}, b.n)
	for k := range guess {
		at := b.place(k)
		guess[k] = r.exact[at] + float64(r.slope[at]*(b.at-r.last[at]).Milliseconds())
	}
	slopes := r.driftOf(func(in equations.RuleInput) []float64 {
		if in.Kind == equations.RuleWeight {
			return guess
		}
		return r.fill(in)
	})
	lo, hi := r.spec.Min, r.spec.Max
	weights := r.Block.Weights()
	for k, f := range slopes {
		at := b.place(k)
		if r.plastic {
			h := (b.at - r.last[at]).Milliseconds()
			w := r.exact[at] + float64(0.5*h*float64(r.slope[at]+f))
			r.exact[at] = math.Max(lo, math.Min(hi, w))
			weights[at] = float32(r.exact[at])
		}
		r.slope[at], r.last[at] = f, b.at
	}
}

// cutAll does that for all synapses.
func (r *written) cutAll(at spike.Tick) {
	for j := range r.Block.Sources {
		r.row(j, at)
		r.cut()
	}
}
