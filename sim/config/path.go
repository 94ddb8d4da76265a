package config

import (
	"fmt"
	"strconv"
	"strings"
)

// A path names a value: keys joined by dots, quoted where TOML would quote them. An element of an array is named
// by its "name" key if it has one that is unique in the array, otherwise by its number: stimuli.step.amplitude,
// stimuli[0].amplitude. Where a path is read, stimuli.0.amplitude is understood as well.

// Path returns the node's path from the root, "" for the root.
func (n *Node) Path() string {
	if n.parent == nil {
		return ""
	}
	parent := n.parent.Path()
	element := n.element()
	if parent == "" || strings.HasPrefix(element, "[") {
		return parent + element
	}
	return parent + "." + element
}

// element is the node's own part of its path.
func (n *Node) element() string {
	if n.parent.kind != KindArray {
		return quoteKey(n.key)
	}
	if n.kind == KindAbsent { // named by the path that asked for it
		return n.key
	}
	if name := n.name(); name != "" && n.parent.named(name) == n {
		return quoteKey(name)
	}
	for i, kid := range n.parent.kids {
		if kid == n {
			return "[" + strconv.Itoa(i) + "]"
		}
	}
	return "[]" // not yet in its array
}

// name is the text of a table's "name" key.
func (n *Node) name() string {
	if v := n.Get("name"); v != nil && v.kind == KindString {
		return v.text
	}
	return ""
}

// named returns the only element of an array with this name, or nil.
func (n *Node) named(name string) *Node {
	var found *Node
	for _, kid := range n.kids {
		if kid.name() == name {
			if found != nil {
				return nil
			}
			found = kid
		}
	}
	return found
}

// step is one element of a path.
type step struct {
	name    string // of a key or a named element, or digits
	index   bool   // written as [3]: a number only
	pattern bool   // holds a * for any text or a ? for a character
}

// find returns the child that a step leads to, or nil.
func (n *Node) find(s step) *Node {
	switch n.kind {
	case KindTable:
		if !s.index {
			return n.byKey[s.name]
		}
	case KindArray:
		if !s.index {
			if kid := n.named(s.name); kid != nil {
				return kid
			}
		}
		if i, err := strconv.Atoi(s.name); err == nil && i >= 0 && i < len(n.kids) {
			return n.kids[i]
		}
	}
	return nil
}

// At returns the node at a path below n. It never returns nil: for a key that the file does not have, the result
// has KindAbsent, the path that was asked for, and the place of the nearest table that exists, so that
// At("projections.fb.target").Errorf("...") is right either way. It panics if the path is malformed.
func (n *Node) At(path string) *Node {
	steps, err := splitPath(path)
	if err != nil {
		panic("config: At: " + err.Error())
	}
	for _, s := range steps {
		next := n.find(s)
		if next == nil {
			next = &Node{key: s.name, parent: n, pos: n.pos}
			if n.kind == KindArray {
				next.key = "[" + s.name + "]"
			}
		}
		n = next
	}
	return n
}

// wildcards makes a key of a pattern.
var wildcards = strings.NewReplacer("*", "x", "?", "x")

// splitPath takes a path apart.
func splitPath(path string) ([]step, error) {
	var steps []step
	for rest := path; ; {
		switch {
		case strings.HasPrefix(rest, "[") && len(steps) > 0:
			digits, after, ok := strings.Cut(rest[1:], "]")
			if _, err := strconv.ParseUint(digits, 10, 31); !ok || err != nil {
				return nil, fmt.Errorf("not a path: [ must be followed by a number and ]")
			}
			steps, rest = append(steps, step{name: digits, index: true}), after
		case strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, `'`):
			end := closingQuote(rest)
			if end < 0 {
				return nil, fmt.Errorf("not a path: a quote is not closed")
			}
			name, err := unquote(rest[:end])
			if err != nil {
				return nil, fmt.Errorf("not a path: %s", err)
			}
			steps, rest = append(steps, step{name: name}), rest[end:]
		default:
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			if !isBare(wildcards.Replace(rest[:end])) {
				return nil, fmt.Errorf("not a path: %q is not a key; keys have letters, digits, _ and -, or quotes", rest[:end])
			}
			steps, rest = append(steps, step{name: rest[:end], pattern: strings.ContainsAny(rest[:end], "*?")}), rest[end:]
		}
		switch {
		case rest == "":
			return steps, nil
		case rest[0] == '.':
			rest = rest[1:]
		case rest[0] != '[':
			return nil, fmt.Errorf("not a path: %q after a key", rest)
		}
	}
}

// closingQuote returns the length of the quoted key at the start of s, or -1.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return i + 1
		case s[i] == '\\' && s[0] == '"':
			i++
		}
	}
	return -1
}

// unquote reads a TOML string.
func unquote(s string) (string, error) {
	root, err := Parse("", []byte("v = "+s))
	if err != nil {
		return "", fmt.Errorf("a malformed quoted key")
	}
	return root.Get("v").Text(), nil
}

// quoteKey prints a key as TOML does: bare if possible.
func quoteKey(key string) string {
	if isBare(key) {
		return key
	}
	return quoteText(key)
}

// isBare reports whether a key needs no quotes.
func isBare(key string) bool {
	for _, c := range []byte(key) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return key != ""
}

// quoteText prints a TOML basic string.
func quoteText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
