package hdf5

import "fmt"

// Object is a group or a dataset.
type Object struct {
	f        *File
	Path     string
	at       uint64
	messages []headerMessage
}

type headerMessage struct {
	kind   int
	shared bool // data says where the message is
	data   []byte
}

// object reads an object header: version 1, or the newer one that begins with OHDR.
func (f *File) object(path string, at uint64) (*Object, error) {
	b, err := f.read(at, 16)
	if err != nil {
		return nil, err
	}
	o := &Object{f: f, Path: path, at: at}
	switch {
	case string(b[:4]) == "OHDR":
		err = o.newHeader()
	case b[0] == 1:
		err = o.oldHeader(int(le.Uint32(b[8:])))
	default:
		err = fmt.Errorf("offset %d: no object header", at)
	}
	return o, err
}

// stretch is a part of an object header.
type stretch struct {
	at uint64
	n  int
}

// stretches reads the messages of a header part by part; parse returns those of a part.
func (o *Object) stretches(first stretch, parse func(b []byte, first bool) ([]headerMessage, error)) error {
	todo := []stretch{first}
	total := 0
	for i := 0; i < len(todo); i++ {
		s := todo[i]
		if total += s.n; s.n < 0 || total > maxMessages || len(todo) > 1<<12 {
			return fmt.Errorf("offset %d: object header is too large", o.at)
		}
		b, err := o.f.read(s.at, s.n)
		if err != nil {
			return err
		}
		found, err := parse(b, i == 0)
		if err != nil {
			return err
		}
		for _, m := range found {
			if m.kind == msgContinuation && len(m.data) >= 16 {
				todo = append(todo, stretch{le.Uint64(m.data), int(min(le.Uint64(m.data[8:]), maxMessages+1))})
				total++
			}
		}
		o.messages = append(o.messages, found...)
	}
	return nil
}

func (o *Object) oldHeader(size int) error {
	return o.stretches(stretch{o.at + 16, size}, func(b []byte, _ bool) (out []headerMessage, err error) {
		for len(b) >= 8 {
			kind, n, flags := int(le.Uint16(b)), int(le.Uint16(b[2:])), b[4]
			if b = b[8:]; n > len(b) {
				return nil, fmt.Errorf("offset %d: header message is cut off", o.at)
			}
			out = append(out, headerMessage{kind, flags&2 != 0, b[:n]})
			b = b[n:]
		}
		return out, nil
	})
}

func (o *Object) newHeader() error {
	b, err := o.f.read(o.at, 6)
	if err != nil {
		return err
	}
	if b[4] != 2 {
		return fmt.Errorf("offset %d: object header of version %d is not supported", o.at, b[4])
	}
	flags := b[5]
	skip := uint64(6)
	if flags&0x20 != 0 { // times
		skip += 16
	}
	if flags&0x10 != 0 { // when attributes move
		skip += 4
	}
	width := 1 << (flags & 3)
	if b, err = o.f.read(o.at+skip, width); err != nil {
		return err
	}
	size := min(uintOf(b), maxMessages+1)
	if size <= maxMessages {
		if err := o.f.sealed(o.at, int(skip)+width+int(size)); err != nil {
			return err
		}
	}
	return o.stretches(stretch{o.at + skip + uint64(width), int(size)}, func(b []byte, first bool) (out []headerMessage,
		err error) {
		if !first { // between signature and checksum
			if len(b) < 8 || string(b[:4]) != "OCHK" {
				return nil, fmt.Errorf("offset %d: the object header does not go on", o.at)
			}
			if err := sealedBytes(o.at, b); err != nil {
				return nil, err
			}
			b = b[4 : len(b)-4]
		}
		head := 4
		if flags&4 != 0 { // order of creation
			head = 6
		}
		for len(b) >= head {
			kind, n, flags := int(b[0]), int(le.Uint16(b[1:])), b[3]
			if b = b[head:]; n > len(b) {
				return nil, fmt.Errorf("offset %d: header message is cut off", o.at)
			}
			out = append(out, headerMessage{kind, flags&2 != 0, b[:n]})
			b = b[n:]
		}
		return out, nil
	})
}

// message returns the first message of a kind with at least n bytes, nil if there is none.
func (o *Object) message(kind, n int) []byte {
	for _, m := range o.messages {
		if m.kind == kind && len(m.data) >= n && !m.shared {
			return m.data
		}
	}
	return nil
}

// datatype returns the message of the type, which may stand with another object (a named type).
func (o *Object) datatype() ([]byte, error) {
	for _, m := range o.messages {
		if m.kind == msgDatatype {
			return o.f.sharedType(m)
		}
	}
	return nil, nil
}

func (f *File) sharedType(m headerMessage) ([]byte, error) {
	if !m.shared {
		return m.data, nil
	}
	at := undefined
	switch d := m.data; {
	case len(d) >= 16 && d[0] == 1:
		at = le.Uint64(d[8:])
	case len(d) >= 10 && (d[0] == 2 || d[0] == 3 && d[1] == 2):
		at = le.Uint64(d[2:])
	default:
		return nil, fmt.Errorf("a type in a table of shared messages is not supported")
	}
	named, err := f.object("", at)
	if err != nil {
		return nil, err
	}
	return named.message(msgDatatype, 8), nil
}

func (o *Object) name() string { return o.Path + "/" }
