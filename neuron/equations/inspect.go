package equations

import "math"

// inspect looks at the equations as the integrator will see them, with the model's own parameters: noise must be added
// with a factor that does not change, and every derivative must be a number at the start.
func (c *compiler) inspect() {
	s := NewSpec(c.m)
	for v := range c.m.vars {
		rhs := c.m.vars[v].rhs
		if rhs == nil {
			continue
		}
		b := newBuilder(c.m, s.Values, nil)
		f := b.derivative(v)
		for k, name := range b.noises {
			l := b.g.linearIn(leaf{leafNoise, k})
			factor, _, ok := l.split(f)
			changes := ok && b.g.reads(factor, false, map[value]bool{}, func(l leaf) bool { return l.kind != leafParam })
			if !ok || changes {
				c.errs.add(start(rhs).errorf(
					"d%s/dt: noise (%s) is added with a factor that holds parameters only; noise that depends on the state, on "+
						"inputs or on the time is refused",
					c.m.vars[v].Name, name))
			}
		}
		if len(b.noises) > 0 {
			continue
		}
		if x := s.typical(func(b *builder) value { return b.derivative(v) }); math.IsNaN(x) || math.IsInf(x, 0) {
			c.m.Warnings.add(start(rhs).errorf(
				"d%s/dt is not a finite number at the initial values: a division by zero? exprel(x) = (exp(x) - 1)/x has no "+
					"hole at 0",
				c.m.vars[v].Name))
		}
	}
}

// Readable lists the variables and conductances of a model's neurons.
func (m *Model) Readable() (all []Readable) {
	for _, v := range m.vars {
		all = append(all, Readable{v.Name, v.Dim})
	}
	for k := range m.receptors {
		name, _ := m.receptorColumn(k)
		all = append(all, Readable{name, m.symbols[name].dim})
	}
	return all
}

// NewReadable returns a variable with a unit as columns have it.
func NewReadable(name, unit string) (Readable, error) {
	if unit == "leak" {
		unit = ""
	}
	_, d, err := Quantity("1 " + unit)
	return Readable{name, d}, err
}
