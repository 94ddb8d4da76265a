package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Text returns the value of an attribute that is a string, or the only one of a list; ok tells whether the object
// has it.
func (o *Object) Text(name string) (text string, ok bool, err error) {
	err = o.attributes(func(b []byte) (bool, error) {
		a, err := o.f.parseAttribute(b)
		if err != nil || a.name != name {
			return true, err
		}
		ok = true
		text, err = o.f.text(a)
		return false, err
	})
	if err != nil {
		err = fmt.Errorf("%s: attribute %s: %w", o.Path, name, err)
	}
	return text, ok, err
}

// attributes visits the messages of all attributes, wherever they are, until visit returns false.
func (o *Object) attributes(visit func([]byte) (bool, error)) error {
	for _, m := range o.messages {
		if m.kind != msgAttribute {
			continue
		}
		if m.shared {
			return errors.New("attributes in a table of shared messages are not supported")
		}
		if more, err := visit(m.data); err != nil || !more {
			return err
		}
	}
	m := o.message(msgAttributeInfo, 18)
	if m == nil {
		return nil
	}
	rest := m[2:]
	if m[1]&1 != 0 {
		rest = rest[2:]
	}
	if len(rest) < 16 || le.Uint64(rest) == undefined {
		return nil
	}
	heap, err := o.f.openHeap(le.Uint64(rest))
	if err != nil {
		return err
	}
	stop := errors.New("found")
	err = o.f.records(le.Uint64(rest[8:]), 8, func(r []byte) error {
		if len(r) < heap.idSize {
			return errors.New("index of attributes is damaged")
		}
		b, err := heap.object(r[:heap.idSize])
		if err != nil {
			return err
		}
		more, err := visit(b)
		if err == nil && !more {
			err = stop
		}
		return err
	})
	if errors.Is(err, stop) {
		return nil
	}
	return err
}

type attribute struct {
	name              string
	kind, space, data []byte
}

func (f *File) parseAttribute(b []byte) (a attribute, err error) {
	cut := errors.New("is cut off")
	if len(b) < 9 {
		return a, cut
	}
	version, flags := b[0], b[1]
	sizes := [3]int{int(le.Uint16(b[2:])), int(le.Uint16(b[4:])), int(le.Uint16(b[6:]))}
	b = b[8:]
	switch version {
	case 1, 2:
	case 3:
		b = b[1:]
	default:
		return a, fmt.Errorf("version %d is not supported", version)
	}
	var parts [3][]byte
	for i, n := range sizes {
		skip := n
		if version == 1 {
			skip = pad8(n)
		}
		if n > len(b) {
			return a, cut
		}
		parts[i], b = b[:n], b[min(skip, len(b)):]
	}
	name, _, _ := bytes.Cut(parts[0], []byte{0})
	a = attribute{string(name), parts[1], parts[2], b}
	if version > 1 && flags&1 != 0 {
		a.kind, err = f.sharedType(headerMessage{msgDatatype, true, parts[1]})
	}
	return a, err
}

// text decodes a string of fixed or variable length.
func (f *File) text(a attribute) (string, error) {
	dims, err := parseSpace(a.space)
	if err != nil {
		return "", err
	}
	for _, n := range dims {
		if n != 1 {
			return "", fmt.Errorf("has %d values, want one", n)
		}
	}
	if len(a.kind) < 8 {
		return "", errors.New("no type")
	}
	class, size := a.kind[0]&15, int(le.Uint32(a.kind[4:]))
	switch {
	case class == 3 && size <= len(a.data):
		text, _, _ := bytes.Cut(a.data[:size], []byte{0})
		return strings.TrimRight(string(text), " "), nil
	case class == 9 && a.kind[1]&15 == 1 && len(a.data) >= 16: // length, address of the heap, number in it
		b, err := f.global(le.Uint64(a.data[4:]), le.Uint32(a.data[12:]))
		if err != nil {
			return "", err
		}
		if n := le.Uint32(a.data); uint64(n) < uint64(len(b)) {
			b = b[:n]
		}
		text, _, _ := bytes.Cut(b, []byte{0})
		return string(text), nil
	}
	return "", fmt.Errorf("type %s is not a string", className(class))
}

// global returns an object of a global heap, where strings of variable length are.
func (f *File) global(at uint64, index uint32) ([]byte, error) {
	if at == 0 || at == undefined { // an empty string
		return nil, nil
	}
	b, err := f.structure(at, "GCOL", 16)
	if err != nil {
		return nil, err
	}
	size := le.Uint64(b[8:])
	if size < 16 || size > uint64(f.size) {
		return nil, errors.New("a heap is larger than the file")
	}
	if b, err = f.read(at, int(size)); err != nil {
		return nil, err
	}
	for b = b[16:]; len(b) >= 16; {
		n := le.Uint64(b[8:])
		number := uint32(le.Uint16(b))
		if n > uint64(len(b)-16) || number == 0 {
			break
		}
		if number == index {
			return b[16 : 16+n], nil
		}
		b = b[min(len(b), 16+pad8(int(n))):]
	}
	return nil, errors.New("a string is not in its heap")
}
