package equations

import (
	"maps"
	"math"
)

// The step of compartments, whose couplings are integrated together. With A the matrix of their slopes (a_i of its own
// potential on the diagonal, couplings beside it) and r the derivatives, as every other variable has them,
//
//	(1 - γ h A) k1 = r    (1 - γ h A) k2 = r + (1-γ) h A k1    v' = v + h ((1-γ) k1 + γ k2)    γ = 1 - 1/sqrt(2)
//
// a diagonally implicit Runge-Kutta step of second order, safe however stiff the couplings are (L-stable). Both systems
// are solved by elimination from the leaves of the tree to its root and back (Hines 1984), in as many operations as
// there are compartments.
type treeStep struct {
	s     *scheme
	order []int            // compartments, parents first
	at    map[int]int      // compartment of a variable
	to    map[[2]int]value // couplings: slope of the first variable's equation in the second
}

// newTreeStep returns nil for models without couplings.
func newTreeStep(s *scheme) *treeStep {
	m := s.b.m
	if len(m.trees) < 2 {
		return nil
	}
	t := &treeStep{s: s, at: map[int]int{}, to: map[[2]int]value{}}
	done := make([]bool, len(m.trees))
	for len(t.order) < len(m.trees) {
		for i, b := range m.trees {
			if !done[i] && (b.parent < 0 || done[b.parent]) {
				t.order, done[i] = append(t.order, i), true
				t.at[b.variable] = i
			}
		}
	}
	return t
}

// neighbours lists the variables that a variable of the tree is coupled to.
func (t *treeStep) neighbours(variable int) (list []int) {
	i := t.at[variable]
	trees := t.s.b.m.trees
	if p := trees[i].parent; p >= 0 {
		list = append(list, trees[p].variable)
	}
	for _, b := range trees {
		if b.parent == i {
			list = append(list, b.variable)
		}
	}
	return list
}

// couple takes the couplings out of the equation of a variable.
func (t *treeStep) couple(variable int, f value, at0 func(value) value) {
	for _, j := range t.neighbours(variable) {
		slope := t.s.g.linearIn(leaf{leafVar, j}).slope(f, map[value]value{})
		t.to[[2]int{variable, j}] = t.s.still(variable, at0(slope), t.s.g.constant(0))
	}
}

// shared returns what the couplings add to the derivative of a variable when all have moved to their predicted ends.
func (t *treeStep) shared(variable int) value {
	g := t.s.g
	sum := g.constant(0)
	for _, j := range t.neighbours(variable) {
		sum = g.add(sum, g.mul(t.to[[2]int{variable, j}], g.sub(t.s.star[j], t.s.x[j])))
	}
	return sum
}

// advance returns how far the potentials move in the step; a and r are by variable.
func (t *treeStep) advance(a, r map[int]value) map[int]value {
	g, h := t.s.g, t.s.h
	gamma := 1 - math.Sqrt(0.5)
	trees := t.s.b.m.trees
	gh := g.mul(g.constant(-gamma), h)
	// up: row of the child, column of its parent; down: the other
	diag, up, down := map[int]value{}, map[int]value{}, map[int]value{}
	for _, i := range t.order {
		v := trees[i].variable
		diag[v] = g.add(g.constant(1), g.mul(gh, a[v]))
	}
	factor := map[int]value{}
	for k := len(t.order) - 1; k > 0; k-- {
		b := trees[t.order[k]]
		v, p := b.variable, trees[b.parent].variable
		up[v], down[v] = g.mul(gh, t.to[[2]int{v, p}]), g.mul(gh, t.to[[2]int{p, v}])
		factor[v] = g.div(down[v], diag[v])
		diag[p] = g.sub(diag[p], g.mul(factor[v], up[v]))
	}
	inverse := map[int]value{}
	for _, i := range t.order {
		inverse[trees[i].variable] = g.div(g.constant(1), diag[trees[i].variable])
	}
	solve := func(r map[int]value) map[int]value {
		rest, z := map[int]value{}, map[int]value{}
		maps.Copy(rest, r)
		for k := len(t.order) - 1; k > 0; k-- {
			b := trees[t.order[k]]
			v, p := b.variable, trees[b.parent].variable
			rest[p] = g.sub(rest[p], g.mul(factor[v], rest[v]))
		}
		for k, i := range t.order {
			v := trees[i].variable
			x := rest[v]
			if k > 0 {
				x = g.sub(x, g.mul(up[v], z[trees[trees[i].parent].variable]))
			}
			z[v] = g.mul(x, inverse[v])
		}
		return z
	}
	k1 := solve(r)
	late := map[int]value{}
	lag := g.mul(g.constant(1-gamma), h)
	for _, i := range t.order {
		v := trees[i].variable
		sum := g.mul(a[v], k1[v])
		for _, j := range t.neighbours(v) {
			sum = g.add(sum, g.mul(t.to[[2]int{v, j}], k1[j]))
		}
		late[v] = g.add(r[v], g.mul(lag, sum))
	}
	k2 := solve(late)
	moved := map[int]value{}
	for _, i := range t.order {
		v := trees[i].variable
		moved[v] = g.mul(h, g.add(g.mul(g.constant(1-gamma), k1[v]), g.mul(g.constant(gamma), k2[v])))
	}
	return moved
}

// alone returns the derivative of a variable where it and what it is coupled to have moved to their predicted ends.
func (t *treeStep) alone(variable int, f value) value {
	s := t.s
	near := t.neighbours(variable)
	return s.g.replace(f, map[value]value{}, func(l leaf) (value, bool) {
		if l.kind == leafVar {
			if l.index == variable {
				return s.star[variable], true
			}
			for _, j := range near {
				if j == l.index {
					return s.star[j], true
				}
			}
		}
		return s.start(l)
	})
}
