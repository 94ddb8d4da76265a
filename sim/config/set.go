package config

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// overridePrefix begins the File of values that were set on the command line.
const overridePrefix = "--set "

// Set overrides or adds one value of the tree; call it on the root. The key is dotted (see Node.Path). The value is
// a TOML value, or text if it is not one: "0.2", "true", "16 ms", "lif", `[1, 2]`, `{ U = 0.9 }`. Tables missing on
// the way are made, because a file may leave out what has defaults; whether the key exists and the value fits is
// seen by Decode, as for a value of the file. A * in a key stands for any text, a ? for a character:
// projections.in*_hid?.weight is the weight of all projections of such names, of which there must be one. The error
// is an *Error.
func (n *Node) Set(key, value string) error {
	pos := Position{File: overridePrefix + key}
	fail := func(reason, allowed string) error {
		return &Error{File: pos.File, Key: key, Value: clip(value), Reason: reason, Allowed: allowed}
	}
	steps, err := splitPath(key)
	if err != nil {
		return fail(err.Error(), "a path such as projections.fb.weight")
	}
	all, err := n.expand(steps)
	if err != nil {
		return fail(err.Error(), "")
	}
	for _, steps := range all {
		v, err := parseValue(value)
		if err != nil {
			return fail(err.Error(), "")
		}
		if len(steps)+v.height() > maxDepth {
			return fail("nested too deeply", "")
		}
		v.place(pos)
		if v.kind == KindTable {
			v.origin = byHeader // written under a header, so that Format need not move its neighbours
		}
		if reason, allowed := n.set(steps, v); reason != "" {
			return fail(reason, allowed)
		}
	}
	return nil
}

// set puts a value at a path below n, or says why it cannot.
func (n *Node) set(steps []step, v *Node) (reason, allowed string) {
	at := n
	for i, s := range steps {
		old := at.find(s)
		if old == nil && at.kind != KindTable {
			return missingStep(at, s)
		}
		if i == len(steps)-1 {
			v.key = s.name
			at.put(old, v)
			return "", ""
		}
		if old == nil {
			old = &Node{kind: KindTable, key: s.name, pos: v.pos, implied: true}
			at.put(nil, old)
		}
		at = old
	}
	return "", ""
}

// expand returns the paths that a path with patterns stands for.
func (n *Node) expand(steps []step) ([][]step, error) {
	for i, s := range steps {
		if !s.pattern {
			if n != nil {
				n = n.find(s)
			}
			continue
		}
		var all [][]step
		if n != nil && n.kind == KindTable {
			for _, kid := range n.kids {
				if ok, _ := path.Match(s.name, kid.key); !ok {
					continue
				}
				rest, err := kid.expand(steps[i+1:])
				if err != nil {
					return nil, err
				}
				for _, r := range rest {
					all = append(all, slices.Concat(steps[:i], []step{{name: kid.key}}, r))
				}
			}
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("nothing matches %s", s.name)
		}
		return all, nil
	}
	return [][]step{steps}, nil
}

// missingStep says why a path does not lead on from a node that is not a table, and how it could.
func missingStep(at *Node, s step) (reason, allowed string) {
	if at.kind != KindArray {
		return at.Path() + " is " + at.kind.String() + ", not a table", ""
	}
	names := make([]string, len(at.kids))
	for i, kid := range at.kids {
		names[i] = strings.Trim(kid.element(), "[]")
	}
	reason = at.Path() + " has no element " + s.name
	if _, err := strconv.Atoi(s.name); err != nil {
		reason += didYouMean(s.name, names)
	}
	return reason, choices(names)
}

// put replaces a child by another, or adds it where TOML can write it: values before sub-tables.
func (n *Node) put(old, kid *Node) {
	if old == nil {
		n.add(kid)
		last := len(n.kids) - 1
		for kid.section() == nil && last > 0 && n.kids[last-1].section() != nil {
			n.kids[last-1], n.kids[last] = n.kids[last], n.kids[last-1]
			last--
		}
		return
	}
	kid.parent, kid.key = n, old.key
	for i := range n.kids {
		if n.kids[i] == old {
			n.kids[i] = kid
		}
	}
	if n.kind == KindTable {
		n.byKey[kid.key] = kid
	}
}

// Remove takes a key, with all below it, out of a table; it need not be there.
func (n *Node) Remove(key string) {
	n.kids = slices.DeleteFunc(n.kids, func(kid *Node) bool { return kid.key == key })
	delete(n.byKey, key)
}

// height is the number of levels below the node.
func (n *Node) height() int {
	h := 0
	for _, kid := range n.kids {
		h = max(h, 1+kid.height())
	}
	return h
}

// place gives a value and all below it one position.
func (n *Node) place(pos Position) {
	n.pos = pos
	for _, kid := range n.kids {
		kid.place(pos)
	}
}

// parseValue reads an override's value.
func parseValue(value string) (*Node, error) {
	text := strings.TrimSpace(value)
	switch {
	case text == "":
		return nil, errors.New("needs a value; empty text is written ''")
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return nil, errors.New("has control characters")
	}
	root, err := Parse("", []byte("v = "+text))
	if err == nil {
		return root.Get("v"), nil
	}
	if strings.ContainsRune(`"'[{`, rune(text[0])) {
		return nil, errors.New("is not a TOML value: " + err.(*Error).Reason)
	}
	return &Node{kind: KindString, text: text}, nil
}
