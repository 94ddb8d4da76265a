package hdf5

import (
	"errors"
	"fmt"
	"io"
)

// Limits of the reader: no file makes it allocate more than its size justifies, or follow a circle.
const (
	maxMessages = 1 << 20 // bytes of header messages of an object
	maxMembers  = 1 << 16
	maxDepth    = 8
	maxChunk    = 64 << 20
	maxLinks    = 16 // soft links that lead to soft links
)

// File reads HDF5.
type File struct {
	r     io.ReaderAt
	size  int64
	root  uint64
	nodes int64 // of trees visited; no tree has more than the file has room for
}

// Open finds the superblock, which may stand behind a block of the user's (MATLAB puts one there).
func Open(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, size: size}
	for at := int64(0); ; at = max(512, 2*at) {
		b, err := f.read(uint64(at), 8)
		if err != nil {
			return nil, errors.New("not an HDF5 file")
		}
		if string(b) != signature {
			continue
		}
		if at > 0 {
			f.r, f.size = io.NewSectionReader(r, at, size-at), size-at
		}
		return f, f.superblock(uint64(at))
	}
}

func (f *File) superblock(offset uint64) error {
	b, err := f.read(0, 16)
	if err != nil {
		return err
	}
	var base uint64
	switch version := b[8]; version {
	case 0, 1:
		if b[13] != 8 || b[14] != 8 {
			return fmt.Errorf("HDF5 addresses of %d bytes and lengths of %d are not supported", b[13], b[14])
		}
		at := uint64(24 + 4*version)
		if b, err = f.read(at, 72); err != nil {
			return err
		}
		base, f.root = le.Uint64(b), le.Uint64(b[40:])
	case 2, 3:
		if b[9] != 8 || b[10] != 8 {
			return fmt.Errorf("HDF5 addresses of %d bytes and lengths of %d are not supported", b[9], b[10])
		}
		if b, err = f.read(12, 32); err != nil {
			return err
		}
		if err := f.sealed(0, 44); err != nil {
			return err
		}
		base, f.root = le.Uint64(b), le.Uint64(b[24:])
	default:
		return fmt.Errorf("HDF5 superblock of version %d is not supported; h5repack --high=3 rewrites the file", version)
	}
	if base != offset {
		return fmt.Errorf("HDF5 base address %d is not supported where the superblock is at %d", base, offset)
	}
	return nil
}

// read returns n bytes from an address.
func (f *File) read(at uint64, n int) ([]byte, error) {
	if n < 0 || at > uint64(f.size) || uint64(n) > uint64(f.size)-at {
		return nil, fmt.Errorf("offset %d: %d bytes are beyond the end of the file", at, n)
	}
	b := make([]byte, n)
	_, err := f.r.ReadAt(b, int64(at))
	if err == io.EOF {
		err = nil
	}
	return b, err
}

// structure reads n bytes that begin with a signature.
func (f *File) structure(at uint64, sign string, n int) ([]byte, error) {
	b, err := f.read(at, n)
	if err == nil && string(b[:4]) != sign {
		err = fmt.Errorf("offset %d: no %s", at, sign)
	}
	return b, err
}

// visit counts the nodes of trees.
func (f *File) visit(at uint64) error {
	if f.nodes++; f.nodes > f.size/8 {
		return fmt.Errorf("offset %d: the tree is larger than the file", at)
	}
	return nil
}

// Root returns the root group.
func (f *File) Root() (*Object, error) { return f.object("", f.root) }

// uintOf reads a little-endian number of up to 8 bytes.
func uintOf(b []byte) (v uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}
