package plasticity

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Equations is a rule that a user wrote (docs/equations.md): traces of the spikes, events or bursts of either side,
// variables of the target's neurons, averages over the target population, variables of each synapse, and statements
// that change a weight at the spikes, events and bursts of either side, at intervals, or at the times of a file. At a
// spike its statements run first, with the traces as they were just before; then the traces of its side jump.
type Equations struct {
	Model *equations.RuleModel // made with the same bounds
	Bounds
	DelayPre, DelayPost spike.Tick // by which the rule sees the spikes of a side later
	Every               spike.Tick // interval of the statements AtInterval; 0: never
	Signal              []Sample   // by time
}

// Sample is a value at a time.
type Sample struct {
	At    spike.Tick
	Value float64
}

// Validate implements Spec.
func (s *Equations) Validate() error { return s.Bounds.validate() }

// Delays implements Delayed.
func (s *Equations) Delays() (pre, post spike.Tick) { return s.DelayPre, s.DelayPost }

// New implements Spec.
func (s *Equations) New(b Build) (Rule, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	m := s.Model
	bounds := s.Bounds
	if m.Drift != nil {
		bounds.Decay = 0 // is part of the drift
	}
	r := &written{spec: *s, Build: b, decay: newDecay(&bounds, b.Block), drift: m.Drift.Copied(),
		synapses: len(b.Block.Weights())}
	for _, t := range m.Traces {
		n := b.Block.Sources
		if t.Post {
			n = b.Block.Targets
		}
		r.traces = append(r.traces, newExactTraces(n, t.Tau))
	}
	for _, v := range m.Synapses {
		r.own = append(r.own, newExactTraces(r.synapses, v.Tau))
	}
	for _, l := range m.LowPasses {
		r.lows = append(r.lows, &lowPass{LowPass: l, of: l.Of.Copied(), value: make([]float64, b.Block.Targets)})
	}
	for _, a := range m.Averages {
		r.averages = append(r.averages, &average{Average: a, of: a.Of.Copied(), counted: newExactTraces(1, max(a.Tau, 1)),
			value: make([]float64, 1)})
	}
	for k := range r.moments {
		r.moments[k] = m.At(k)
	}
	if r.drift != nil {
		r.exact, r.slope, r.last = make([]float64, r.synapses), make([]float64, r.synapses), make([]spike.Tick, r.synapses)
	}
	r.filler = r.fill
	if err := r.watch(); err != nil {
		return nil, err
	}
	r.Reset()
	return r, nil
}

// watch asks for the variables that the rule reads.
func (r *written) watch() error {
	m := r.spec.Model
	r.variable = make([]int, len(m.Variables))
	var names []string
	for _, in := range m.Reads() {
		if in.Kind == equations.RuleVariable {
			names = append(names, m.Variables[in.Index])
		}
	}
	if len(names) == 0 {
		return nil
	}
	if r.Build.Watch == nil {
		return fmt.Errorf("variables of neurons cannot be read here")
	}
	c, err := r.Build.Watch(names)
	if err != nil {
		return err
	}
	r.course = c
	for k, v := range m.Variables {
		if slices.Contains(names, v) {
			r.variable[k] = c.Index(v)
		}
	}
	return nil
}

// written is the rule of one block.
type written struct {
	spec Equations
	Build
	decay
	traces   []exactTraces
	own      []exactTraces // variables of the synapses, by place
	lows     []*lowPass
	averages []*average
	moments  [equations.RuleMoments]*equations.RuleProgram
	synapses int

	drift *equations.RuleProgram // nil without; then with
	exact []float64              // the weights in double precision, and within a window
	slope []float64              // dw/dt at the last cut of each synapse
	last  []spike.Tick           // the time of that

	course   *Course
	variable []int // number in it, per variable of the model
	window   spike.Window
	plastic  bool
	rows     [][]float64 // scratch of inputs
	filler   func(equations.RuleInput) []float64
	b        batch
	sources  []uint32
	places   []uint32
	sums     []float64 // of the weights onto each target
	signal   float64
}

// batch is synapses that change together: those of a source, or those onto a target.
type batch struct {
	n       int
	source  int // -1: sources
	target  int // -1: targets
	sources []uint32
	targets []uint16
	first   int // place of the first, where places is nil
	places  []uint32
	at      spike.Tick
	after   bool // just after what happens then
}

func (b *batch) place(k int) int {
	if b.places == nil {
		return b.first + k
	}
	return int(b.places[k])
}

// row makes the batch of a source.
func (r *written) row(source int, at spike.Tick) {
	targets, _ := r.Block.Row(source)
	r.b = batch{n: len(targets), source: source, target: -1, targets: targets, first: r.Block.First(source), at: at}
}

// column makes the batch of a target.
func (r *written) column(target int, at spike.Tick) {
	r.sources, r.places = r.Block.Column(target, r.sources[:0], r.places[:0])
	r.b = batch{n: len(r.places), source: -1, target: target, sources: r.sources, places: r.places, at: at}
}

// Update implements Rule.
func (r *written) Update(w spike.Window, pre, post []spike.Event, plastic bool) {
	r.window, r.plastic = w, plastic
	r.begin(w, plastic)
	for _, list := range [][]exactTraces{r.traces, r.own} {
		for i := range list {
			list[i].rebase(w.From)
		}
	}
	r.look()
	r.restart()
	step, interval, sample := w.From+r.Step, r.nextInterval(w.From), r.nextSample(w.From)
	if r.drift == nil {
		step = spike.Forever
	}
	for {
		a, b := spike.Forever, spike.Forever
		if len(pre) > 0 {
			a = pre[0].At
		}
		if len(post) > 0 {
			b = post[0].At
		}
		timed := interval
		if sample < len(r.spec.Signal) {
			timed = min(timed, r.spec.Signal[sample].At)
		}
		switch next := min(a, b, timed); {
		case step <= w.To && step <= next:
			r.cutAll(step)
			step += r.Step
		case next >= w.To:
			r.finish(w)
			return
		case a == next:
			r.arrive(pre[0])
			pre = pre[1:]
		case b == next:
			r.fire(post[0])
			post = post[1:]
		case interval == next:
			r.all(equations.AtInterval, next)
			interval += r.spec.Every
		default:
			r.signal = r.spec.Signal[sample].Value
			r.all(equations.AtSignal, next)
			sample++
		}
	}
}

// finish ends a window.
func (r *written) finish(w spike.Window) {
	for _, l := range r.lows {
		copy(l.value, l.rows[len(l.rows)-1])
	}
	r.average(w)
	r.end(w)
}

// nextInterval returns the first multiple of the interval from a time on; there is none at 0.
func (r *written) nextInterval(from spike.Tick) spike.Tick {
	if r.spec.Every <= 0 {
		return spike.Forever
	}
	return max(1, (from+r.spec.Every-1)/r.spec.Every) * r.spec.Every
}

func (r *written) nextSample(from spike.Tick) int {
	k, _ := slices.BinarySearchFunc(r.spec.Signal, from,
		func(s Sample, t spike.Tick) int { return int(max(-1, min(1, s.At-t))) })
	return k
}

// happens reports whether a spike of a kind is a spike (0), event (1) or burst (2).
func happens(kind spike.Kind, what int) bool {
	return what == 0 || what == 1 && kind == spike.Onset || what == 2 && kind == spike.Burst
}

func (r *written) arrive(e spike.Event) {
	r.happen(e, equations.AtPreSpike, false, func() { r.row(int(e.Src), e.At) })
}

func (r *written) fire(e spike.Event) {
	r.happen(e, equations.AtPostSpike, true, func() { r.column(int(e.Src), e.At) })
}

// happen lets a spike act on the synapses that touch it, then on the traces of its side.
func (r *written) happen(e spike.Event, first int, post bool, take func()) {
	taken := false
	if r.drift != nil {
		take()
		taken = true
		r.cut()
	}
	for m := range 3 {
		if p := r.moments[first+m]; p != nil && (r.plastic || len(r.own) > 0) && happens(e.Kind, m) {
			if !taken {
				take()
				taken = true
			}
			r.change(p)
		}
	}
	r.jump(e, post)
	if r.drift != nil {
		r.b.after = true
		r.begun()
	}
}

// all lets the statements of a moment act on all synapses.
func (r *written) all(moment int, at spike.Tick) {
	p := r.moments[moment]
	if p == nil || !r.plastic && len(r.own) == 0 {
		return
	}
	if slices.Contains(p.Inputs, equations.RuleInput{Kind: equations.RuleSum}) {
		r.sums = append(r.sums[:0], make([]float64, r.Block.Targets)...)
		for j := range r.Block.Sources {
			r.row(j, at)
			w := r.fill(equations.RuleInput{})
			for k, t := range r.b.targets {
				r.sums[t] += w[k]
			}
		}
	}
	for j := range r.Block.Sources {
		if r.row(j, at); r.b.n == 0 {
			continue
		}
		if r.drift != nil {
			r.cut()
		}
		r.change(p)
		if r.drift != nil {
			r.begun()
		}
	}
}

// change runs statements on a batch.
func (r *written) change(p *equations.RuleProgram) {
	b := &r.b
	if b.n == 0 {
		return
	}
	p.Run(b.n, r.filler)
	if p.Changes[0] && r.plastic {
		r.store(p.Out(0, b.n))
	}
	for v := range r.own {
		if !p.Changes[1+v] {
			continue
		}
		x := &r.own[v]
		f := x.growth(b.at)
		for k, y := range p.Out(1+v, b.n) {
			x.value[b.place(k)] = y * f
		}
	}
}

// store writes the weights of a batch.
func (r *written) store(w []float64) {
	b, weights := &r.b, r.Block.Weights()
	raise, l := r.decay.at(b.at)
	switch {
	case r.drift != nil:
		for k, x := range w {
			at := b.place(k)
			r.exact[at], weights[at] = x, float32(x)
		}
	case b.places == nil:
		weights = weights[b.first : b.first+b.n]
		for k, x := range w {
			weights[k] = max(l.Lo, min(l.Hi, float32(x)*raise))
		}
	default:
		for k, x := range w {
			weights[b.places[k]] = max(l.Lo, min(l.Hi, float32(x)*raise))
		}
	}
}

// jump raises the traces of a side.
func (r *written) jump(e spike.Event, post bool) {
	for i := range r.spec.Model.Traces {
		t := &r.spec.Model.Traces[i]
		if t.Post != post || !happens(e.Kind, counted(t.Counts)) {
			continue
		}
		if t.Nearest {
			r.traces[i].value[e.Src] = 0
		}
		r.traces[i].bump(int(e.Src), e.At)
	}
}

// counted returns what a trace counts, as happens has it.
func counted(what string) int {
	switch what {
	case "spikes":
		return 0
	case "events":
		return 1
	}
	return 2
}

// Columns implements Rule.
func (r *written) Columns() (cs []neuron.Column) {
	m := r.spec.Model
	for i, t := range m.Traces {
		side := "pre"
		if t.Post {
			side = "post"
		}
		cs = append(cs, r.traces[i].columns(fmt.Sprintf("%s_%s", side, t.Name))...)
	}
	for i, v := range m.Synapses {
		cs = append(cs, r.own[i].columns("synapse_"+v.Name)...)
	}
	for _, l := range r.lows {
		cs = append(cs, neuron.Column{Name: "post_" + l.Name, Data: l.value})
	}
	for _, a := range r.averages {
		cs = append(cs, neuron.Column{Name: "target_" + a.Name, Data: a.value})
		cs = append(cs, a.counted.columns("target_"+a.Name+"_count")...)
	}
	if r.drift != nil {
		cs = append(cs, neuron.Column{Name: "weight", Data: r.exact})
	}
	return append(cs, r.decay.columns()...)
}

// Reset implements Rule.
func (r *written) Reset() {
	m := r.spec.Model
	for i, t := range m.Traces {
		r.traces[i].fill(t.Start)
	}
	for i, v := range m.Synapses {
		r.own[i].fill(v.Start)
	}
	for _, l := range r.lows {
		for i := range l.value {
			l.value[i] = math.NaN() // not begun
		}
	}
	for _, a := range r.averages {
		a.counted.fill(a.Start)
		a.value[0] = math.NaN()
	}
}
