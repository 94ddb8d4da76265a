package config

import (
	"iter"
	"strings"
)

// Table holds the entries of a table whose keys are names that the user chooses, such as [populations.pyr1], in
// the order of the file. The zero value is empty. Each entry starts from T's SetDefaults, if it has one.
type Table[T any] struct {
	entries []*Entry[T]
}

// Entry is a named value of a Table.
type Entry[T any] struct {
	Name  string
	Value T
	Node  *Node // where the file has it, nil for an entry made by Add
}

// Len returns the number of entries.
func (t *Table[T]) Len() int { return len(t.entries) }

// Names returns the names in file order.
func (t *Table[T]) Names() []string {
	names := make([]string, len(t.entries))
	for i, e := range t.entries {
		names[i] = e.Name
	}
	return names
}

// Entry returns the entry of a name, or nil.
func (t *Table[T]) Entry(name string) *Entry[T] {
	for _, e := range t.entries {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// Get returns the value of a name, or nil.
func (t *Table[T]) Get(name string) *T {
	if e := t.Entry(name); e != nil {
		return &e.Value
	}
	return nil
}

// Add appends an entry, or replaces the value of the one that has the name.
func (t *Table[T]) Add(name string, value T) {
	if e := t.Entry(name); e != nil {
		e.Value = value
		return
	}
	t.entries = append(t.entries, &Entry[T]{Name: name, Value: value})
}

// All iterates over names and values in file order.
func (t *Table[T]) All() iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		for _, e := range t.entries {
			if !yield(e.Name, &e.Value) {
				return
			}
		}
	}
}

// DecodeConfig reads every key of a table as an entry. Names have letters, digits, _ and -, because they become
// parts of paths and file names. An override may not bring a new name into being by setting one of its keys:
// that is a misspelt name.
func (t *Table[T]) DecodeConfig(n *Node, d *Decoder) error {
	if n.kind != KindTable {
		d.mismatch(n, "must be a table of named entries")
		return nil
	}
	var written []string
	for _, kid := range n.kids {
		if !kid.implied {
			written = append(written, kid.key)
		}
	}
	seen := make(map[string]*Entry[T], len(n.kids))
	for _, e := range t.entries {
		seen[e.Name] = e
	}
	for _, kid := range n.kids {
		e := seen[kid.key]
		switch {
		case !isBare(kid.key):
			d.Errors.Add(kid.Errorf("is not a name").Allow("letters, digits, _ and -"))
			continue
		case e == nil && kid.implied:
			e := kid.Errorf("there is no %q in %s%s", kid.key, n.Path(), didYouMean(kid.key, written))
			e.Key = strings.TrimPrefix(kid.pos.File, overridePrefix)
			d.Errors.Add(e.Allow(choices(written)))
			continue
		case e == nil:
			e = &Entry[T]{Name: kid.key}
			if p, ok := any(&e.Value).(Defaulter); ok {
				p.SetDefaults()
			}
			t.entries = append(t.entries, e)
		}
		e.Node = kid
		d.Value(kid, &e.Value)
	}
	return nil
}
