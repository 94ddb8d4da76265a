package plasticity

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Equations is a rule that a user wrote (docs/equations.md): traces of the spikes, events or bursts of either side, and statements
// that change a weight at the spikes, events and bursts of either side. At a spike its statements run first, with the traces
// as they were just before; then the traces of its side jump.
type Equations struct {
	Model *equations.RuleModel // made with the same bounds
	Bounds
}

// Validate implements Spec.
func (s *Equations) Validate() error { return s.Bounds.validate() }

// New implements Spec.
func (s *Equations) New(b Build) (Rule, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	r := &written{spec: *s, Build: b, decay: newDecay(&s.Bounds, b.Block)}
	for _, t := range s.Model.Traces {
		n := b.Block.Sources
		if t.Post {
			n = b.Block.Targets
		}
		r.traces = append(r.traces, exactTraces{tau: t.Tau, ref: make([]spike.Tick, 1), value: make([]float64, n)})
	}
	for m := range r.moments {
		r.moments[m] = s.Model.At(m)
	}
	r.rows = make([][]float64, 1+len(r.traces))
	r.Reset()
	return r, nil
}

// written is the rule of one block.
type written struct {
	spec Equations
	Build
	decay
	traces  []exactTraces
	moments [equations.RuleMoments]*equations.RuleProgram

	rows            [][]float64 // scratch: weights and traces of the synapses that change
	sources, places []uint32
}

// Update implements Rule.
func (r *written) Update(w spike.Window, pre, post []spike.Event, plastic bool) {
	r.begin(w, plastic)
	for i := range r.traces {
		r.traces[i].rebase(w.From)
	}
	walk(r, nil, pre, post, plastic)
	r.end(w)
}

// happens reports whether a spike of a kind is a spike (0), event (1) or burst (2).
func happens(kind spike.Kind, what int) bool {
	return what == 0 || what == 1 && kind == spike.Onset || what == 2 && kind == spike.Burst
}

func (r *written) arrive(e spike.Event, plastic bool) {
	for m := range 3 {
		if p := r.moments[m]; p != nil && plastic && happens(e.Kind, m) {
			r.changeRow(p, e)
		}
	}
	r.jump(e, false)
}

func (r *written) fire(e spike.Event, plastic bool) {
	for m := range 3 {
		if p := r.moments[3+m]; p != nil && plastic && happens(e.Kind, m) {
			r.changeColumn(p, e)
		}
	}
	r.jump(e, true)
}

// jump raises the traces of a side.
func (r *written) jump(e spike.Event, post bool) {
	for i, t := range r.spec.Model.Traces {
		what := map[string]int{"spikes": 0, "events": 1, "bursts": 2}[t.Counts]
		if t.Post != post || !happens(e.Kind, what) {
			continue
		}
		if t.Nearest {
			r.traces[i].value[e.Src] = 0
		}
		r.traces[i].bump(int(e.Src), e.At)
	}
}

// row returns scratch for n synapses: weights (0), or a trace.
func (r *written) row(k, n int) []float64 {
	if cap(r.rows[k]) < n {
		r.rows[k] = make([]float64, n)
	}
	return r.rows[k][:n]
}

// changeRow changes the weights of a source.
func (r *written) changeRow(p *equations.RuleProgram, e spike.Event) {
	targets, weights := r.Block.Row(int(e.Src))
	raise, l := r.decay.at(e.At)
	w := r.row(0, len(weights))
	for k := range weights {
		w[k] = float64(max(l.Lo, min(l.Hi, weights[k])) / raise)
	}
	out := p.Run(len(weights), func(trace int) []float64 {
		if trace < 0 {
			return w
		}
		x, row := &r.traces[trace], r.row(1+trace, len(weights))
		f := x.factor(e.At)
		if !r.spec.Model.Traces[trace].Post {
			all := x.value[e.Src] * f
			for k := range row {
				row[k] = all
			}
			return row
		}
		for k, t := range targets {
			row[k] = x.value[t] * f
		}
		return row
	})
	for k, x := range out {
		weights[k] = max(l.Lo, min(l.Hi, float32(x)*raise))
	}
}

// changeColumn changes the weights onto a target.
func (r *written) changeColumn(p *equations.RuleProgram, e spike.Event) {
	r.sources, r.places = r.Block.Column(int(e.Src), r.sources[:0], r.places[:0])
	weights, n := r.Block.Weights(), len(r.places)
	raise, l := r.decay.at(e.At)
	w := r.row(0, n)
	for k, at := range r.places {
		w[k] = float64(max(l.Lo, min(l.Hi, weights[at])) / raise)
	}
	out := p.Run(n, func(trace int) []float64 {
		if trace < 0 {
			return w
		}
		x, row := &r.traces[trace], r.row(1+trace, n)
		f := x.factor(e.At)
		if r.spec.Model.Traces[trace].Post {
			all := x.value[e.Src] * f
			for k := range row {
				row[k] = all
			}
			return row
		}
		for k, s := range r.sources {
			row[k] = x.value[s] * f
		}
		return row
	})
	for k, x := range out {
		weights[r.places[k]] = max(l.Lo, min(l.Hi, float32(x)*raise))
	}
}

// Columns implements Rule.
func (r *written) Columns() (cs []neuron.Column) {
	for i, t := range r.spec.Model.Traces {
		side := "pre"
		if t.Post {
			side = "post"
		}
		cs = append(cs, r.traces[i].columns(fmt.Sprintf("%s_%s", side, t.Name))...)
	}
	return append(cs, r.decay.columns()...)
}

// Reset implements Rule.
func (r *written) Reset() {
	for i, t := range r.spec.Model.Traces {
		r.traces[i].fill(t.Start)
	}
}

// exactTraces are traces in double precision. They are a type of their own: with one generic type for both, networks that learn by
// built-in rules took 2 to 3 % longer.
type exactTraces struct {
	tau   float64 // ms
	ref   []spike.Tick
	value []float64
}

func (x *exactTraces) factor(t spike.Tick) float64 {
	return numeric.Exp(-(t - x.ref[0]).Milliseconds() / x.tau)
}

func (x *exactTraces) bump(i int, t spike.Tick) {
	x.value[i] += numeric.Exp((t - x.ref[0]).Milliseconds() / x.tau)
}

func (x *exactTraces) rebase(start spike.Tick) {
	if (start - x.ref[0]).Milliseconds() < rebaseAfter*x.tau {
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
