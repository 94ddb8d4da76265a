package oracle

import (
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// Shrink returns a smaller case that still fails: parts are left out as long as it does.
func (c *Case) Shrink(fails func(*Case) bool) *Case {
	for again := true; again; {
		again = false
		for _, smaller := range c.smaller() {
			if smaller != nil && fails(smaller) {
				c, again = smaller, true
				break
			}
		}
	}
	return c
}

// smaller lists cases with one part less, those that lose most first.
func (c *Case) smaller() (all []*Case) {
	change := func(f func(*Case) bool) {
		d, net := *c, *c.Net
		d.timeline = nil
		d.Net = &net
		net.Populations, net.Projections = slices.Clone(net.Populations), slices.Clone(net.Projections)
		net.Stimuli, net.Teachers = slices.Clone(net.Stimuli), slices.Clone(net.Teachers)
		if f(&d) {
			all = append(all, &d)
		}
	}
	for k := range c.Net.Populations {
		change(func(d *Case) bool { return d.leaveOut(k) })
	}
	for k := range c.Net.Projections {
		change(func(d *Case) bool { d.Net.Projections = slices.Delete(d.Net.Projections, k, k+1); return true })
	}
	for k := range c.Net.Stimuli {
		change(func(d *Case) bool { d.Net.Stimuli = slices.Delete(d.Net.Stimuli, k, k+1); return true })
	}
	for k := range c.Net.Teachers {
		change(func(d *Case) bool { d.Net.Teachers = slices.Delete(d.Net.Teachers, k, k+1); return true })
	}
	change(func(d *Case) bool { had := d.Protocol != nil; d.Protocol = nil; return had })
	change(func(d *Case) bool { had := d.Pieces != nil; d.Pieces = nil; return had })
	change(func(d *Case) bool {
		plain := sim.Options{Workers: 1}
		had := d.Options != plain
		d.Options = plain
		return had
	})
	for k := range c.Net.Populations {
		change(func(d *Case) bool {
			p := &d.Net.Populations[k]
			had := p.Backgrounds != nil
			p.Backgrounds = nil
			return had
		})
		change(func(d *Case) bool {
			p := &d.Net.Populations[k]
			had := p.Detector != (spike.Detector{})
			p.Detector = spike.Detector{}
			return had
		})
		for _, size := range []int{1, 3, 8} {
			change(func(d *Case) bool {
				p := &d.Net.Populations[k]
				if s, ok := p.Spec.(*neuron.Replay); ok && len(s.Trains) < size || p.Size <= size {
					return false
				}
				p.Size = size
				return true
			})
		}
	}
	for k := range c.Net.Projections {
		part := func(f func(p *sim.Projection) bool) { change(func(d *Case) bool { return f(&d.Net.Projections[k]) }) }
		part(func(p *sim.Projection) bool { had := p.Rule != nil; p.Rule = nil; return had })
		part(func(p *sim.Projection) bool { had := p.ShortTerm != nil; p.ShortTerm = nil; return had })
		part(func(p *sim.Projection) bool { had := p.Transmit != 0; p.Transmit = 0; return had })
		part(func(p *sim.Projection) bool { had := p.Half; p.Half = false; return had })
		part(func(p *sim.Projection) bool {
			_, is := p.Connector.(synapse.AllToAll)
			p.Connector = synapse.AllToAll{Autapses: true}
			return !is
		})
		part(func(p *sim.Projection) bool {
			had := !p.Weight.IsConst()
			p.Weight = neuron.Const(p.Weight.Mean())
			return had
		})
	}
	for k := range c.Net.Stimuli {
		change(func(d *Case) bool {
			st := &d.Net.Stimuli[k]
			had := st.Wave != sim.Constant{}
			st.Wave = sim.Constant{}
			return had
		})
	}
	change(func(d *Case) bool {
		h := d.Net.Step
		if d.End < 20*h {
			return false
		}
		d.End = d.End / 2 / h * h
		d.Probes = slices.DeleteFunc(slices.Clone(d.Probes), func(t spike.Tick) bool { return t > d.End })
		d.Pieces = slices.DeleteFunc(slices.Clone(d.Pieces), func(t spike.Tick) bool { return t > d.End })
		return true
	})
	return all
}

// leaveOut removes a population with all that starts from it or ends on it.
func (c *Case) leaveOut(k int) bool {
	if len(c.Net.Populations) == 1 {
		return false
	}
	name := c.Net.Populations[k].Name
	c.Net.Populations = slices.Delete(c.Net.Populations, k, k+1)
	c.Net.Projections = slices.DeleteFunc(c.Net.Projections, func(p sim.Projection) bool {
		return p.Source == name ||
			p.Target == name
	})
	c.Net.Stimuli = slices.DeleteFunc(c.Net.Stimuli, func(s sim.Stimulus) bool { return s.Population == name })
	c.Net.Teachers = slices.DeleteFunc(c.Net.Teachers, func(t sim.Teacher) bool { return t.Population == name })
	return true
}
