package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is the TOML type of a Node.
type Kind uint8

const (
	KindAbsent Kind = iota // a key that the file does not have (see Node.At)
	KindTable              // keys and values
	KindArray
	KindString
	KindInt
	KindFloat
	KindBool
)

// String names the kind as an error message would.
func (k Kind) String() string {
	return [...]string{"nothing", "a table", "a list", "text", "a whole number", "a number", "true or false"}[k]
}

// Node is a value of an experiment file with its place. A table's entries keep the order of the file.
type Node struct {
	kind   Kind
	key    string // name in the parent table
	parent *Node
	pos    Position
	text   string   // content of a string, literal of a number or bool
	inner  Position // of the first character of a string
	kids   []*Node
	byKey  map[string]*Node // of a table

	origin  origin // how TOML brought a table or array into being
	implied bool   // a table that exists only because an override names a key in it
}

// Kind returns the node's TOML type.
func (n *Node) Kind() Kind { return n.kind }

// Key returns the node's name in its table, "" for the root and for elements of arrays.
func (n *Node) Key() string { return n.key }

// Pos returns where the value is written.
func (n *Node) Pos() Position { return n.pos }

// TextPos returns where the content of a string begins, behind its quotes: text in a language of its own is
// reported with places that are counted from there. Of an override, Line is 0.
func (n *Node) TextPos() Position {
	if n.pos.Line == 0 {
		return n.pos
	}
	return n.inner
}

// Only returns a table that holds this node alone, for Decoder.Fields. Errors keep the node's path.
func (n *Node) Only() *Node {
	return &Node{kind: KindTable, key: n.parent.key, parent: n.parent.parent, pos: n.pos, kids: []*Node{n},
		byKey: map[string]*Node{n.key: n}}
}

// Root returns the tree that the node is part of.
func (n *Node) Root() *Node {
	for n.parent != nil {
		n = n.parent
	}
	return n
}

// Text returns the content of a string, or a number or bool as written; "" for others.
func (n *Node) Text() string { return n.text }

// Kids returns the entries of a table or the elements of an array, in file order. The slice must not be changed.
func (n *Node) Kids() []*Node { return n.kids }

// Keys returns the names in a table, in file order.
func (n *Node) Keys() []string {
	if n.kind != KindTable {
		return nil
	}
	keys := make([]string, len(n.kids))
	for i, k := range n.kids {
		keys[i] = k.key
	}
	return keys
}

// Get returns the table's value of a key, or nil.
func (n *Node) Get(key string) *Node { return n.byKey[key] }

// add appends a child; a scalar enters a table before the sub-tables, as TOML writes it.
func (n *Node) add(kid *Node) {
	kid.parent = n
	n.kids = append(n.kids, kid)
	if n.kind == KindTable {
		if n.byKey == nil {
			n.byKey = make(map[string]*Node)
		}
		n.byKey[kid.key] = kid
	}
}

// value prints a node's value for an error message: text in quotes, and never much of it.
func (n *Node) value() string {
	switch n.kind {
	case KindString:
		return clip(strconv.Quote(n.text))
	case KindInt, KindFloat, KindBool:
		return clip(n.text)
	case KindArray:
		var b strings.Builder
		writeInline(&b, n)
		return clip(b.String())
	}
	return ""
}

// clip shortens a value that is too long for a line.
func clip(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most-3]) + "..."
	}
	return s
}

// Errorf returns an error at the node: its place, key and value, and the reason given. Chain Allow to say what
// would be right.
func (n *Node) Errorf(format string, args ...any) *Error {
	return &Error{File: n.pos.File, Line: n.pos.Line, Column: n.pos.Column, Key: n.Path(), Value: n.value(),
		Reason: fmt.Sprintf(format, args...)}
}

// NotFound is the error of a reference: the node's text names a thing ("population") that is not among the valid
// names.
func (n *Node) NotFound(thing string, valid []string) *Error {
	return n.Errorf("no %s of this name%s", thing, didYouMean(n.text, valid)).Allow(choices(valid))
}
