package equations

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// CompartmentSource is a cylinder of a neuron's tree. Its area is that of its side; spines enlarge it.
type CompartmentSource struct {
	Name        string
	At          Text // of its table, for messages
	Parent      Text // compartment that it is attached to; absent for the root
	Length      Text // um
	Diameter    Text // um
	Capacitance Text // of the membrane, pF/um^2: "1 uF/cm^2"
	Leak        Text // nS/um^2: "50 uS/cm^2"
	Reversal    Text // of the leak, mV
	Axial       Text // resistivity, "150 ohm cm"; that of a child where a parent has none
	Spine       Text // factor on capacitance and leak; default 1
	Coupling    Text // to the parent, nS, in place of two half cylinders in series
}

// compartment is a compartment with its numbers.
type compartment struct {
	*CompartmentSource
	parent             int // -1 for the root
	length, diameter   float64
	axial              float64 // 0 if it is not given
	capacity, leak     float64 // pF, nS
	reversal, coupling float64
}

// compartments writes the passive part of a model of compartments: parameters, equations, ports and initial values.
func (c *compiler) compartments() {
	if len(c.src.Compartments) == 0 {
		return
	}
	list, ok := c.tree()
	if !ok {
		return
	}
	own := map[string]bool{}
	for _, t := range append([]Text{c.src.Equations}, c.src.Added...) {
		if toks, err := tokens(&t); err == nil {
			for _, name := range lineNames(toks) {
				own[name] = true
			}
		}
	}
	src := *c.src
	src.Parameters, src.Ports, src.Initial = slices.Clone(src.Parameters), slices.Clone(src.Ports),
		slices.Clone(src.Initial)
	lines := make([]string, len(list))
	for i, k := range list {
		terms := []string{fmt.Sprintf("g_%s*(e_%s - v_%s)", k.Name, k.Name, k.Name)}
		for j, other := range list {
			switch {
			case k.parent == j:
				terms = append(terms, fmt.Sprintf("g_%s_%s*(v_%s - v_%s)", k.Name, other.Name, other.Name, k.Name))
			case other.parent == i:
				terms = append(terms, fmt.Sprintf("g_%s_%s*(v_%s - v_%s)", other.Name, k.Name, other.Name, k.Name))
			}
		}
		if own["i_"+k.Name] {
			terms = append(terms, "i_"+k.Name)
		}
		terms = append(terms, "I_"+k.Name)
		lines[i] = fmt.Sprintf("dv_%s/dt = (%s)/c_%s : mV", k.Name, strings.Join(terms, " + "), k.Name)
		text := func(s string) Text {
			at := k.At
			at.S = s
			return at
		}
		add := func(name string, x float64, d Dimension) {
			src.Parameters = append(src.Parameters, Named{name, text(FormatValue(x, d))})
		}
		add("c_"+k.Name, k.capacity, dimFarad)
		add("g_"+k.Name, k.leak, dimSiemen)
		add("e_"+k.Name, k.reversal, dimVolt)
		if k.parent >= 0 {
			add("g_"+k.Name+"_"+list[k.parent].Name, k.coupling, dimSiemen)
		}
		p := slices.IndexFunc(src.Ports, func(p PortSource) bool { return p.Name == k.Name })
		if p < 0 {
			src.Ports, p = append(src.Ports, PortSource{Name: k.Name, At: k.At}), len(src.Ports)
		}
		if src.Ports[p].Potential.S == "" {
			src.Ports[p].Potential = text("v_" + k.Name)
		}
		if !slices.ContainsFunc(src.Initial, func(n Named) bool { return n.Name == "v_"+k.Name }) {
			src.Initial = append(src.Initial, Named{"v_" + k.Name, text("e_" + k.Name)})
		}
		c.m.trees = append(c.m.trees, branch{name: k.Name, parent: k.parent})
	}
	c.m.Passive = strings.Join(lines, "\n")
	at := list[0].At
	at.S = c.m.Passive
	src.Added = append(slices.Clone(src.Added), at)
	c.src = &src
}

// branch is a compartment in the tree of a model.
type branch struct {
	name     string
	parent   int // -1 for the root
	variable int // its potential
}

// tree reads the compartments; children may stand before their parents.
func (c *compiler) tree() (list []compartment, ok bool) {
	before := len(c.errs)
	var names []string
	for i := range c.src.Compartments {
		names = append(names, c.src.Compartments[i].Name)
	}
	number := func(src *CompartmentSource, t *Text, key string, d Dimension, least float64, otherwise string) float64 {
		if t.S == "" {
			if otherwise == "" {
				c.errs.add(place{&src.At, 0}.errorf("compartment %s needs %s", src.Name, key))
				return 1
			}
			t = &Text{S: otherwise}
		}
		v, err := ParseAs(t.S, d)
		switch {
		case err != nil:
			c.errs.add(place{t, 0}.errorf("%s: %s", key, err))
		case !v.IsConst():
			c.errs.add(place{t, 0}.errorf(
				"%s: a geometry is one for all neurons; distributions are for the parameters that it makes: c_%s, g_%s", key,
				src.Name, src.Name))
		case !(v.A >= least) || math.IsInf(v.A, 0) || least == 0 && v.A == 0:
			c.errs.add(place{t, 0}.errorf("%s: must be above %g", key, max(0, least)))
		}
		return v.A
	}
	um := dim(0, 1)
	root := -1
	for i := range c.src.Compartments {
		src := &c.src.Compartments[i]
		k := compartment{CompartmentSource: src, parent: -1}
		k.length = number(src, &src.Length, "length", um, 0, "")
		k.diameter = number(src, &src.Diameter, "diameter", um, 0, "")
		area := math.Pi * k.length * k.diameter * number(src, &src.Spine, "spine_factor", none, 0, "1")
		k.capacity = area * number(src, &src.Capacitance, "c_m", dimFarad.times(um, -2), 0, "1 uF/cm^2")
		k.leak = area * number(src, &src.Leak, "g_l", dimSiemen.times(um, -2), 0, "")
		k.reversal = number(src, &src.Reversal, "e_l", dimVolt, math.Inf(-1), "")
		if src.Axial.S != "" {
			k.axial = number(src, &src.Axial, "r_axial", dimOhm.times(um, 1), 0, "")
		}
		if src.Coupling.S != "" {
			k.coupling = number(src, &src.Coupling, "coupling", dimSiemen, 0, "")
		}
		switch {
		case src.Parent.S != "":
			if k.parent = slices.Index(names, src.Parent.S); k.parent < 0 || k.parent == i {
				c.errs.add(place{&src.Parent, 0}.errorf("parent: no other compartment %q%s", src.Parent.S,
					didYouMean(src.Parent.S, names)))
			}
		case root >= 0:
			c.errs.add(place{&src.At, 0}.errorf("compartment %s needs a parent: only one is the root, and that is %s", src.Name,
				names[root]))
		default:
			root = i
		}
		list = append(list, k)
	}
	if len(c.errs) > before {
		return nil, false
	}
	for i := range list {
		k := &list[i]
		for j, steps := i, 0; j >= 0; j, steps = list[j].parent, steps+1 {
			if steps > len(list) {
				c.errs.add(place{&k.Parent, 0}.errorf("compartment %s is its own ancestor", k.Name))
				return nil, false
			}
		}
		if k.parent < 0 || k.coupling > 0 {
			continue
		}
		p := &list[k.parent]
		if k.axial == 0 {
			c.errs.add(place{&k.At, 0}.errorf("compartment %s needs r_axial, or its coupling to %s", k.Name, p.Name))
			return nil, false
		}
		half := func(o *compartment, axial float64) float64 {
			return axial * o.length / 2 / (math.Pi * o.diameter * o.diameter / 4)
		}
		axial := p.axial
		if axial == 0 {
			axial = k.axial
		}
		k.coupling = 1 / (half(k, k.axial) + half(p, axial))
	}
	return list, true
}

// Whole prints the parts of a model that were written for its author: the equations of its compartments, their
// parameters and ports, as they would stand in a file; "" if it has no compartments.
func (m *Model) Whole() string {
	if m.Passive == "" {
		return ""
	}
	var s strings.Builder
	fmt.Fprintf(&s, "# written for [models.%s.compartments]\nequations = \"\"\"\n  %s\n\"\"\"\n", m.Name,
		strings.ReplaceAll(m.Passive, "\n", "\n  "))
	fmt.Fprintf(&s, "[models.%s.parameters]\n", m.Name)
	made := func(name string) bool {
		return slices.ContainsFunc(m.trees, func(b branch) bool {
			return name == "c_"+b.name || name == "g_"+b.name || name == "e_"+b.name || b.parent >= 0 && name == "g_"+b.name+"_"+
				m.trees[b.parent].name
		})
	}
	for _, p := range m.parameters {
		if made(p.Name) {
			fmt.Fprintf(&s, "%s = %q\n", p.Name, FormatValue(p.Default.A, p.Dim))
		}
	}
	fmt.Fprintf(&s, "[models.%s.ports]\n", m.Name)
	for _, b := range m.trees {
		fmt.Fprintf(&s, "%s = { potential = \"v_%s\" }\n", b.name, b.name)
	}
	return s.String()
}
