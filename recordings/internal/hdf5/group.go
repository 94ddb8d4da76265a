package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Member is a named object of a group, or a link to one.
type Member struct {
	Name    string
	Address uint64
	Soft    string // path that a soft link names
	Other   string // what kind of link it is that is not supported, in words
}

// Group reports whether the object is a group.
func (o *Object) Group() bool {
	return slices.ContainsFunc(o.messages, func(m headerMessage) bool {
		return m.kind == msgSymbolTable || m.kind == msgLinkInfo || m.kind == msgLink
	})
}

// Members lists a group, by name or as they were made. A dataset has none.
func (o *Object) Members() ([]Member, error) {
	out, err := o.members()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.name(), err)
	}
	return out, nil
}

func (o *Object) members() (out []Member, err error) {
	if m := o.message(msgSymbolTable, 16); m != nil {
		return o.symbols(le.Uint64(m), le.Uint64(m[8:]))
	}
	for _, m := range o.messages {
		if m.kind == msgLink {
			link, err := parseLink(m.data)
			if err != nil {
				return nil, err
			}
			out = append(out, link)
		}
	}
	m := o.message(msgLinkInfo, 18)
	if m == nil {
		return out, nil
	}
	rest := m[2:]
	if m[1]&1 != 0 { // largest number of creation
		rest = rest[8:]
	}
	if len(rest) < 16 {
		return nil, errors.New("message about links is cut off")
	}
	if le.Uint64(rest) == undefined {
		return out, nil
	}
	heap, err := o.f.openHeap(le.Uint64(rest))
	if err != nil {
		return nil, err
	}
	err = o.f.records(le.Uint64(rest[8:]), 5, func(record []byte) error { // by hash of the name
		if len(record) < 4+heap.idSize || len(out) > maxMembers {
			return errors.New("index of links is damaged")
		}
		b, err := heap.object(record[4 : 4+heap.idSize])
		if err != nil {
			return err
		}
		link, err := parseLink(b)
		out = append(out, link)
		return err
	})
	slices.SortFunc(out, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// parseLink reads a link of a new-style group.
func parseLink(b []byte) (Member, error) {
	bad := errors.New("link is cut off")
	if len(b) < 3 {
		return Member{}, bad
	}
	flags, kind := b[1], byte(0)
	b = b[2:]
	if flags&8 != 0 {
		kind, b = b[0], b[1:]
	}
	if flags&4 != 0 {
		b = b[min(8, len(b)):]
	}
	if flags&16 != 0 {
		b = b[min(1, len(b)):]
	}
	width := 1 << (flags & 3)
	if len(b) < width {
		return Member{}, bad
	}
	n := uintOf(b[:width])
	if b = b[width:]; n > uint64(len(b)) {
		return Member{}, bad
	}
	m := Member{Name: string(b[:n]), Address: undefined}
	b = b[n:]
	switch {
	case kind == 0 && len(b) >= 8:
		m.Address = le.Uint64(b)
	case len(b) < 2 || int(le.Uint16(b)) > len(b)-2:
		return m, bad
	case kind == 1:
		m.Soft = string(b[2 : 2+le.Uint16(b)])
	case kind == 64:
		file, path, _ := bytes.Cut(b[min(3, len(b)):], []byte{0})
		path, _, _ = bytes.Cut(path, []byte{0})
		m.Other = fmt.Sprintf("an external link to %s in file %s", path, file)
	default:
		m.Other = fmt.Sprintf("a link of user-defined class %d", kind)
	}
	return m, nil
}

// symbols lists an old-style group: a B-tree of symbol nodes, and a heap with the names.
func (o *Object) symbols(tree, heap uint64) (out []Member, err error) {
	head, err := o.f.structure(heap, "HEAP", 32)
	if err != nil {
		return nil, err
	}
	n := le.Uint64(head[8:])
	if n > uint64(o.f.size) {
		return nil, errors.New("the heap of names is larger than the file")
	}
	names, err := o.f.read(le.Uint64(head[24:]), int(n))
	if err != nil {
		return nil, err
	}
	text := func(at uint64) (string, error) {
		if at >= uint64(len(names)) {
			return "", fmt.Errorf("a name is outside the heap")
		}
		s, _, _ := bytes.Cut(names[at:], []byte{0})
		return string(s), nil
	}
	err = o.f.walk(tree, 0, 8, maxDepth, func(_ []byte, child uint64) error {
		b, err := o.f.structure(child, "SNOD", 8)
		if err != nil {
			return err
		}
		n := int(le.Uint16(b[6:]))
		if len(out)+n > maxMembers {
			return errors.New("too many members")
		}
		if b, err = o.f.read(child+8, n*entrySize); err != nil {
			return err
		}
		for ; len(b) > 0; b = b[entrySize:] {
			m := Member{Address: le.Uint64(b[8:])}
			if m.Name, err = text(le.Uint64(b)); err != nil {
				return err
			}
			if le.Uint32(b[16:]) == 2 { // a soft link
				if m.Soft, err = text(uint64(le.Uint32(b[24:]))); err != nil {
					return err
				}
			}
			out = append(out, m)
		}
		return nil
	})
	return out, err
}

// Member opens a member of a group by name, nil if there is none. Soft links are followed.
func (o *Object) Member(name string) (*Object, error) { return o.member(name, maxLinks) }

func (o *Object) member(name string, links int) (*Object, error) {
	members, err := o.Members()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(members, func(m Member) bool { return m.Name == name })
	if i < 0 {
		return nil, nil
	}
	path := o.Path + "/" + name
	switch m := members[i]; {
	case m.Other != "":
		return nil, fmt.Errorf("%s: it is %s, which is not supported", path, m.Other)
	case m.Soft != "":
		return o.follow(path, m.Soft, links-1)
	default:
		return o.f.object(path, m.Address)
	}
}

// follow opens what a soft link names: a path from the root or from the group of the link.
func (o *Object) follow(path, target string, links int) (*Object, error) {
	if links <= 0 {
		return nil, fmt.Errorf("%s: soft links lead in a circle", path)
	}
	at := o
	var err error
	if strings.HasPrefix(target, "/") {
		if at, err = o.f.Root(); err != nil {
			return nil, err
		}
	}
	for part := range strings.SplitSeq(target, "/") {
		if part == "" || part == "." {
			continue
		}
		next, err := at.member(part, links)
		if err != nil {
			return nil, err
		}
		if next == nil {
			return nil, fmt.Errorf("%s: it is a soft link to %s, which does not exist", path, target)
		}
		at = next
	}
	found := *at
	found.Path = path
	return &found, nil
}

// walk visits the leaves of a B-tree of version 1 of the kind in order.
func (f *File) walk(at uint64, kind byte, keySize, depth int, leaf func(key []byte, child uint64) error) error {
	if at == undefined {
		return nil
	}
	if depth == 0 {
		return fmt.Errorf("offset %d: the tree is too deep", at)
	}
	if err := f.visit(at); err != nil {
		return err
	}
	head, err := f.structure(at, "TREE", 24)
	if err != nil {
		return err
	}
	level, n := head[5], int(le.Uint16(head[6:]))
	if head[4] != kind || int(level) >= depth {
		return fmt.Errorf("offset %d: a tree of kind %d with %d levels", at, head[4], level)
	}
	b, err := f.read(at+24, n*(keySize+8)+keySize)
	if err != nil {
		return err
	}
	for range n {
		key, child := b[:keySize], le.Uint64(b[keySize:])
		b = b[keySize+8:]
		if level == 0 {
			err = leaf(key, child)
		} else {
			err = f.walk(child, kind, keySize, int(level), leaf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
