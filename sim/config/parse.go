package config

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

const (
	maxDepth = 32      // nesting of tables and arrays
	maxBytes = 4 << 20 // size of a file; long lists belong in CSV files
)

// origin is how a table or array came into being, which decides how TOML allows it to be extended.
type origin uint8

const (
	byParent origin = iota // a table that only a header of one of its sub-tables mentions
	byHeader               // [table] or [[array]]
	byDots                 // a.b = value
	byValue                // { inline table } or [ array ]
)

// Parse reads a TOML file into a tree. The name is what errors call the file. Beyond the rules of TOML, files are
// limited to 4 MiB, nesting to 32 levels, and dates are refused. The error is an *Error with the place.
func Parse(name string, data []byte) (*Node, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors put a byte order mark there
	if len(data) > maxBytes {
		return nil, &Error{File: name, Line: 1, Column: 1, Reason: fmt.Sprintf("the file has %d bytes", len(data)),
			Allowed: "4 MiB; long lists belong in CSV files"}
	}
	b := newBuilder(name, data)
	b.parser.Reset(data)
	for b.parser.NextExpression() {
		if err := b.expression(b.parser.Expression()); err != nil {
			return nil, err
		}
	}
	if err := b.parser.Error(); err != nil {
		return nil, b.syntaxError(err)
	}
	// The tree is built; go-toml's own decoder has the last word on the rules of TOML that only it checks.
	if err := toml.Unmarshal(data, new(map[string]any)); err != nil {
		e := &Error{File: name, Line: 1, Column: 1, Reason: strings.TrimPrefix(err.Error(), "toml: ")}
		if de := (*toml.DecodeError)(nil); errors.As(err, &de) {
			e.Line, e.Column = de.Position()
			e.Key = strings.Join(de.Key(), ".")
		}
		return nil, e
	}
	return b.root, nil
}

// builder turns the expressions of go-toml's parser, one after the other, into a tree.
type builder struct {
	parser  unstable.Parser
	data    []byte
	lines   []int // offset of the start of each line
	root    *Node
	current *Node // the table of the last header
}

func newBuilder(name string, data []byte) *builder {
	b := &builder{data: data, lines: []int{0}}
	for i, c := range data {
		if c == '\n' {
			b.lines = append(b.lines, i+1)
		}
	}
	b.root = &Node{kind: KindTable, pos: Position{name, 1, 1}, origin: byHeader}
	b.current = b.root
	return b
}

// place converts an offset.
func (b *builder) place(offset int) Position {
	line := sort.SearchInts(b.lines, offset+1)
	return Position{b.root.pos.File, line, offset - b.lines[line-1] + 1}
}

// expression adds a line "key = value", a [header] or an [[array header]] to the tree.
func (b *builder) expression(e *unstable.Node) (err error) {
	if e.Kind == unstable.KeyValue {
		return b.keyValue(b.current, b.keys(e), e.Value())
	}
	b.current, err = b.header(b.keys(e), e.Kind == unstable.ArrayTable)
	return err
}

// name is one part of a dotted key.
type name struct {
	text string
	pos  Position
}

func (b *builder) keys(e *unstable.Node) []name {
	var keys []name
	for it := e.Key(); it.Next(); {
		k := it.Node()
		keys = append(keys, name{string(k.Data), b.place(int(k.Raw.Offset))})
	}
	return keys
}

// attach adds a node to the tree.
func (b *builder) attach(parent, n *Node) (*Node, error) {
	parent.add(n)
	if n.depth() > maxDepth {
		return nil, &Error{File: n.pos.File, Line: n.pos.Line, Column: n.pos.Column,
			Reason: "nested too deeply", Allowed: fmt.Sprintf("%d levels", maxDepth)}
	}
	return n, nil
}

// header enters the table that a header names, and makes what is missing on the way.
func (b *builder) header(keys []name, array bool) (at *Node, err error) {
	at = b.root
	for _, k := range keys[:len(keys)-1] {
		next := at.byKey[k.text]
		switch {
		case next == nil:
			next, err = b.attach(at, &Node{kind: KindTable, key: k.text, pos: k.pos, origin: byParent})
			if err != nil {
				return nil, err
			}
		case next.kind == KindArray && next.origin == byHeader:
			next = next.kids[len(next.kids)-1]
		case next.kind != KindTable || next.origin == byValue:
			return nil, again(k, next)
		}
		at = next
	}
	last := keys[len(keys)-1]
	old := at.byKey[last.text]
	if !array {
		switch {
		case old == nil:
			return b.attach(at, &Node{kind: KindTable, key: last.text, pos: last.pos, origin: byHeader})
		case old.kind == KindTable && old.origin == byParent:
			old.pos, old.origin = last.pos, byHeader
			return old, nil
		}
		return nil, again(last, old)
	}
	if old == nil {
		old = &Node{kind: KindArray, key: last.text, pos: last.pos, origin: byHeader}
		at.add(old)
	} else if old.kind != KindArray || old.origin != byHeader {
		return nil, again(last, old)
	}
	return b.attach(old, &Node{kind: KindTable, pos: last.pos, origin: byHeader})
}

// keyValue adds "a.b.c = value" to a table.
func (b *builder) keyValue(at *Node, keys []name, value *unstable.Node) (err error) {
	for _, k := range keys[:len(keys)-1] {
		next := at.byKey[k.text]
		switch {
		case next == nil:
			next, err = b.attach(at, &Node{kind: KindTable, key: k.text, pos: k.pos, origin: byDots})
			if err != nil {
				return err
			}
		case next.kind != KindTable || next.origin != byDots:
			return again(k, next)
		}
		at = next
	}
	last := keys[len(keys)-1]
	if old := at.byKey[last.text]; old != nil {
		return again(last, old)
	}
	return b.value(at, last.text, value, last.pos)
}

// quotes returns the length of what opens a string: its quotes, and the end of line that follows three of them.
func quotes(raw []byte) int {
	for _, three := range []string{`"""`, "'''"} {
		if rest, ok := bytes.CutPrefix(raw, []byte(three)); ok {
			switch {
			case bytes.HasPrefix(rest, []byte("\n")):
				return 4
			case bytes.HasPrefix(rest, []byte("\r\n")):
				return 5
			}
			return 3
		}
	}
	return 1
}

// value converts a value and adds it to its table or array. The place given serves arrays, which have none of
// their own in go-toml's tree.
func (b *builder) value(parent *Node, key string, v *unstable.Node, pos Position) error {
	if v.Raw.Length > 0 {
		pos = b.place(int(v.Raw.Offset))
	}
	n, err := b.attach(parent, &Node{key: key, pos: pos, text: string(v.Data), origin: byValue})
	if err != nil {
		return err
	}
	switch v.Kind {
	case unstable.String:
		n.kind = KindString
		n.inner = pos
		if v.Raw.Length > 0 {
			n.inner = b.place(int(v.Raw.Offset) + quotes(b.data[v.Raw.Offset:]))
		}
	case unstable.Bool:
		n.kind = KindBool
	case unstable.Integer:
		n.kind = KindInt
		if _, err := n.int(); err != nil {
			return n.Errorf("does not fit in 64 bits")
		}
	case unstable.Float:
		n.kind = KindFloat
		if _, err := n.float(); err != nil {
			return n.Errorf("is too large a number")
		}
	case unstable.Array:
		n.kind, n.text = KindArray, ""
		for it := v.Children(); it.Next(); {
			if err := b.value(n, "", it.Node(), pos); err != nil {
				return err
			}
		}
		if parent.kind == KindArray && len(n.kids) > 0 {
			n.pos = n.kids[0].pos
		}
	case unstable.InlineTable:
		n.kind, n.text = KindTable, ""
		for it := v.Children(); it.Next(); {
			if err := b.keyValue(n, b.keys(it.Node()), it.Node().Value()); err != nil {
				return err
			}
		}
	default:
		n.kind = KindString
		return n.Errorf("is a date or a time of day, which no key takes; a duration is written \"16 ms\"")
	}
	return nil
}

// again is the error of a key or table that exists already.
func again(k name, old *Node) *Error {
	return &Error{File: k.pos.File, Line: k.pos.Line, Column: k.pos.Column, Key: old.Path(),
		Reason: fmt.Sprintf("given twice, first on line %d", old.pos.Line)}
}

// depth is the number of levels above the node.
func (n *Node) depth() int {
	d := 0
	for ; n.parent != nil; n = n.parent {
		d++
	}
	return d
}

// int reads the literal of a KindInt.
func (n *Node) int() (int64, error) { return strconv.ParseInt(n.text, 0, 64) }

// float reads the literal of a KindInt or KindFloat.
func (n *Node) float() (float64, error) {
	if n.kind == KindInt {
		i, err := n.int()
		return float64(i), err
	}
	return strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
}
