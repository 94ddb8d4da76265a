package equations

import (
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Probes implements neuron.Prober: definitions, and the currents into ports.
func (p *population) Probes() []string { return p.m.probes() }

func (m *Model) probes() (names []string) {
	names = slices.Clone(m.definitions)
	for _, q := range m.ports {
		if !strings.HasPrefix(q.name, drivenPort) {
			names = append(names, "I_"+q.name)
		}
	}
	return names
}

// Probe implements neuron.Prober.
func (p *population) Probe(name string) (neuron.Probe, bool) {
	if !slices.Contains(p.m.probes(), name) {
		return neuron.Probe{}, false
	}
	if p.lastDrive == nil {
		for range p.m.ports {
			p.lastDrive = append(p.lastDrive, make([]float32, p.build.N))
		}
	}
	return p.probe(name, func(l leaf, i int, now spike.Tick) float64 {
		switch l.kind {
		case leafVar:
			return float64(p.vars[l.index][i])
		case leafG:
			return float64(p.gs[l.index][i])
		case leafPulse:
			x, _ := p.pulseAt(l.index, i, now)
			return x
		case leafDrive:
			return float64(p.lastDrive[l.index][i])
		}
		return 0
	}), true
}

// probe compiles a value of neurons that is computed when it is asked for.
func (c *cell) probe(name string, known func(l leaf, i int, now spike.Tick) float64) neuron.Probe {
	b := newBuilder(c.m, c.spec.Values, c.spec.Tables)
	q := compileProgram(b.g, thaw(b.g, []value{b.of(&node{kind: nodeName, name: name})}))
	regs := laneRegisters(q)
	params := map[int][]float64{}
	for _, l := range q.leaves {
		if l.kind == leafParam {
			params[l.index] = c.parameter(l.index)
		}
	}
	return neuron.Probe{Unit: unitOf(c.m.symbols[name].dim), At: func(i int, now spike.Tick) float64 {
		for k, l := range q.leaves {
			switch l.kind {
			case leafParam:
				regs[k][0] = params[l.index][i]
			case leafTime:
				regs[k][0] = now.Milliseconds()
			default:
				regs[k][0] = known(l, i, now)
			}
		}
		runOne(q.code, regs)
		return regs[q.outputs[0]][0]
	}}
}
