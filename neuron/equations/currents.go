package equations

import "slices"

// currents checks the currents that are added to ports.
func (c *compiler) currents() {
	for i := range c.src.Currents {
		src := &c.src.Currents[i]
		var names []string
		for _, p := range c.m.ports {
			names = append(names, p.name)
		}
		k := slices.Index(names, src.Port.S)
		if k < 0 {
			c.errs.add(place{&src.Port, 0}.errorf("port: no %q%s", src.Port.S, didYouMean(src.Port.S, names)))
			continue
		}
		n := c.quantity(&src.Current, dimAmpere, "current", context{})
		if n == nil {
			if src.Current.S == "" {
				c.errs.add(place{&src.Port, 0}.errorf("current %s needs current, an expression in pA", src.Name))
			}
			continue
		}
		if at := c.reads(n, symPort, nil); at != nil {
			c.errs.add(at.at.errorf("current %s reads %s, of which it is a part", src.Name, at.name))
			continue
		}
		c.m.ports[k].added = append(c.m.ports[k].added, n)
	}
}

// reads returns where an expression reads something of a kind, through definitions and functions too; nil if it does
// not. The path is what was looked into already.
func (c *compiler) reads(n *node, kind symbolKind, path []string) (found *node) {
	walk(n, func(k *node) {
		s := c.m.symbols[k.name]
		if found != nil || s == nil || k.kind != nodeName && k.kind != nodeCall {
			return
		}
		switch {
		case s.kind == kind:
			found = k
		case (s.kind == symDefinition || s.kind == symFunction) && !slices.Contains(path, s.name):
			found = c.reads(s.line.expr, kind, append(path[:len(path):len(path)], s.name))
		}
	})
	return found
}
