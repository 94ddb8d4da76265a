package equations

import (
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// population integrates neurons of a model in steps: blocks of neurons run the program of a whole step together; those
// in which something happens within it take the step again, on their own and event by event (lane).
type population struct {
	*cell
	*programs
	parts int
	rows  rows

	vars, gs, pulses [][]float32
	wake             []spike.Tick // when the next thing is due that is known beforehand
	params, derived  [][]float32  // rows of those that differ between neurons
	params64         [][]float64
	kernels          []*arrivalKernel
	xi               []rng.Key
	words            sleep
	neuron.Faults
	scratch   []*scratch  // by the first neuron of a shard, in words
	watched   []int       // columns whose jumps are noted
	lastDrive [][]float32 // injected currents at the end of the last step, per port; nil if nobody asks
}

// blockLen is how many neurons run a program together: few enough for its registers to stay in the caches of a core.
const blockLen = 256

func newPopulation(s *Spec, b neuron.Build) (*population, error) {
	m := s.Model
	p := &population{cell: newCell(s, b), parts: s.Parts(), rows: vectorRows()}
	p.times()
	for range m.vars {
		p.vars = append(p.vars, make([]float32, b.N))
	}
	for range m.receptors {
		p.gs = append(p.gs, make([]float32, b.N))
	}
	for range m.pulses {
		p.pulses = append(p.pulses, make([]float32, b.N))
	}
	p.wake = make([]spike.Tick, b.N)
	p.scratch = make([]*scratch, (b.N+63)/64)
	p.kernels = kernels(s, b.Step)
	build := newBuilder(m, s.Values, s.Tables)
	p.programs = compilePrograms(build, b.Step, p.parts, margins(s))
	p.readParameters()
	for _, name := range p.noises {
		p.xi = append(p.xi, b.Key.Sub(name))
	}
	p.words = newSleep(p)
	p.Reset()
	return p, nil
}

// readParameters draws the parameters that differ between neurons and computes what depends on them alone.
func (p *population) readParameters() {
	n := len(p.m.parameters)
	p.params, p.params64 = make([][]float32, n), make([][]float64, n)
	programs := []*program{p.block, p.scalar, p.instant, p.rest.program}
	if p.programs.derived != nil {
		programs = append(programs, p.programs.derived)
	}
	for _, a := range p.do {
		programs = append(programs, a.program)
	}
	if p.choice != nil {
		programs = append(programs, p.choice.program, p.reset2.program)
	}
	for _, q := range programs {
		for _, l := range q.leaves {
			if l.kind == leafParam && p.params64[l.index] == nil {
				p.params64[l.index] = p.parameter(l.index)
				p.params[l.index] = narrow(p.params64[l.index])
			}
		}
	}
	if q := p.programs.derived; q != nil {
		regs := registers[float64](q, p.build.N)
		for i, l := range q.leaves {
			regs[i] = p.params64[l.index]
		}
		run(q.code, regs, p.build.N)
		for _, r := range q.outputs {
			p.derived = append(p.derived, narrow(regs[r]))
		}
	}
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i := range x {
		y[i] = float32(x[i])
	}
	return y
}

func (p *population) Len() int { return p.build.N }

// Ports implements neuron.Population.
func (c *cell) Ports() (names []string) {
	for _, q := range c.m.ports {
		names = append(names, q.name)
	}
	return names
}

// Channels implements neuron.Population.
func (p *population) Channels() []neuron.Channel { return channels(p.m, p.kernels) }

func channels(m *Model, kernels []*arrivalKernel) (cs []neuron.Channel) {
	for k, r := range m.receptors {
		c := neuron.Channel{Port: m.ports[r.port].name, Receptor: r.name}
		if r.kind != "delta" {
			c.Kernel = kernels[k]
		}
		cs = append(cs, c)
	}
	return cs
}

// kernels returns what arrivals do within a step, from the mean parameters. The leak rate of a port's potential is that
// at the initial state. Where compartments are coupled the charge must be right, not the potential at the step's end:
// it goes on to the others, and does so faster than it leaks.
func kernels(s *Spec, step spike.Tick) (ks []*arrivalKernel) {
	for _, r := range s.Model.receptors {
		k := &arrivalKernel{tau: 1, h: step.Milliseconds()}
		if r.tau >= 0 {
			k.tau = s.Values[r.tau].Mean()
			if t := s.Tables[r.tau]; t != nil {
				k.tau = t[0]
			}
		}
		if q := s.Model.ports[r.port].potential; q != nil && q.kind == nodeName {
			sym := s.Model.symbols[q.name]
			coupled := len(s.Model.trees) > 1 &&
				slices.ContainsFunc(s.Model.trees, func(b branch) bool { return "v_"+b.name == q.name })
			if sym != nil && sym.kind == symVariable && !coupled {
				k.rate = max(0, -typicalSlope(s, sym.index))
			}
		}
		ks = append(ks, k)
	}
	return ks
}

// Columns implements neuron.Population.
func (p *population) Columns() []neuron.Column {
	var cs []neuron.Column
	for i, v := range p.m.vars {
		cs = append(cs, neuron.Column{Name: v.Name, Unit: unitOf(v.Dim), Data: p.vars[i]})
	}
	for k := range p.m.receptors {
		name, unit := p.m.receptorColumn(k)
		cs = append(cs, neuron.Column{Name: name, Unit: unit, Data: p.gs[k]})
	}
	for k, q := range p.m.pulses {
		cs = append(cs, neuron.Column{Name: q.name, Data: p.pulses[k]})
	}
	cs = append(cs, neuron.Column{Name: "wake", Unit: "ms", Data: p.wake})
	return append(cs, p.cell.columns()...)
}

// receptorColumn returns the name and unit of a receptor's variable.
func (m *Model) receptorColumn(k int) (name, unit string) {
	r := m.receptors[k]
	unit = "leak"
	switch {
	case r.kind == "current":
		unit = "pA"
	case r.kind == "delta":
		unit = "mV"
	case m.ports[r.port].leak == nil:
		unit = "nS"
	}
	return "g_" + m.ports[r.port].name + "_" + r.name, unit
}

// Reset implements neuron.Population.
func (p *population) Reset() {
	p.cell.reset()
	for i := range p.vars {
		p.initialValues(i, func(j int, x float64) { p.vars[i][j] = float32(x) })
	}
	for _, rows := range [][][]float32{p.gs, p.pulses} {
		for _, row := range rows {
			clear(row)
		}
	}
	fill(p.wake, spike.Forever)
	p.words.reset()
	p.Forget()
}

// initialValues computes the initial values of a variable.
func (c *cell) initialValues(v int, put func(neuron int, x float64)) {
	variable := &c.m.vars[v]
	if variable.init == nil || c.spec.Given[v] {
		key := c.build.Key.Sub("initial." + variable.Name)
		for j := range c.build.N {
			put(j, c.spec.Initial[v].Draw(key, j))
		}
		return
	}
	b := newBuilder(c.m, c.spec.Values, c.spec.Tables)
	p := compileProgram(b.g, []value{b.of(variable.init)})
	regs := registers[float64](p, c.build.N)
	for i, l := range p.leaves {
		if l.kind == leafParam {
			regs[i] = c.parameter(l.index)
			continue
		}
		regs[i] = make([]float64, c.build.N)
		if l.kind != leafRandom {
			continue
		}
		for j := range regs[i] {
			c.draws(regs[i][j:j+1], b.randoms[l.index:l.index+1],
				c.build.Key.Sub("initial."+variable.Name).Sub(string(rune('a'+l.index))), j, 0)
		}
	}
	run(p.code, regs, c.build.N)
	for j, x := range regs[p.outputs[0]][:c.build.N] {
		put(j, x)
	}
}

// typicalSlope returns the coefficient of a variable in its own derivative at the initial state, 1/ms, with mean
// parameters.
func typicalSlope(s *Spec, v int) float64 {
	x := s.typical(func(b *builder) value {
		f := b.derivative(v)
		l := b.g.linearIn(leaf{leafVar, v})
		if a, _, ok := l.split(f); ok {
			return a
		}
		return l.slope(f, map[value]value{})
	})
	if x != x {
		return 0
	}
	return x
}

// margins returns, per detector, a hundredth of its distance at the initial state.
func margins(s *Spec) (out []float64) {
	for _, d := range s.Model.detectors {
		if d.when == nil {
			out = append(out, 0)
			continue
		}
		x := s.typical(func(b *builder) value { return b.distance(d.when) })
		if x != x {
			x = 0
		}
		out = append(out, max(0, -x/100))
	}
	return out
}

// typical evaluates something at the initial state, with mean parameters and no input.
func (s *Spec) typical(what func(b *builder) value) float64 {
	m := s.Model
	means := make([]neuron.Value, len(s.Values))
	for i, v := range s.Values {
		means[i] = neuron.Const(v.Mean())
		if t := s.Tables[i]; len(t) > 0 {
			means[i] = neuron.Const(t[0])
		}
	}
	b := newBuilder(m, means, nil)
	v := what(b)
	p := compileProgram(b.g, thaw(b.g, []value{v}))
	regs := registers[float64](p, 1)
	for k, l := range p.leaves {
		regs[k] = []float64{0}
		if l.kind == leafVar {
			regs[k][0] = s.initialMean(b, l.index)
		}
	}
	run(p.code, regs, 1)
	return regs[p.outputs[0]][0]
}

// initialMean returns the initial value of a variable for mean parameters.
func (s *Spec) initialMean(b *builder, v int) float64 {
	variable := &s.Model.vars[v]
	if variable.init == nil || s.Given[v] {
		return s.Initial[v].Mean()
	}
	p := compileProgram(b.g, []value{b.fork().of(variable.init)})
	regs := registers[float64](p, 1)
	for k := range p.leaves {
		regs[k] = []float64{0.5}
	}
	run(p.code, regs, 1)
	return regs[p.outputs[0]][0]
}
