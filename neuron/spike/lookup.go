package spike

// Lookup finds populations by their neurons: it holds their first IDs, which ascend. Neurons of populations side by
// side come in random order, so that it does without jumps that nobody can predict.
type Lookup []ID

// NewLookup returns the lookup of populations whose IDs ascend.
func NewLookup(pops []Population) Lookup {
	l := make(Lookup, len(pops))
	for i, p := range pops {
		l[i] = p.First
	}
	return l
}

// Find returns the number of the last population that does not begin after id: the one that id belongs to, if there
// is one.
func (l Lookup) Find(id ID) int {
	p := 0
	for n := len(l); n > 1; {
		half := n / 2
		q := p
		if l[p+half] <= id {
			q = p + half
		}
		p, n = q, n-half
	}
	return p
}
