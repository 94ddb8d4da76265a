package images

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Numbers that begin an IDX file (big-endian): two zero bytes, the type of a number (8: unsigned byte), the number
// of dimensions.
const (
	idxLabels = 0x0801 // 2049
	idxImages = 0x0803 // 2051
)

// Limits of an MNIST-like set.
const (
	mnistSide    = 28
	mnistClasses = 10
	mnistMost    = 2_000_000 // images: more than any published set of this format has
)

// MNIST reads the training and the test set of MNIST, or of a set that is distributed in the same form (28 x 28
// pixels, 10 classes), from the four IDX files in a directory:
//
//	train-images-idx3-ubyte  train-labels-idx1-ubyte  t10k-images-idx3-ubyte  t10k-labels-idx1-ubyte
//
// each plain or gzipped (told by the contents), with or without .gz, also named with a dot
// (train-images.idx3-ubyte). If several are there the plain one with the first name is read. Errors are a
// *DataError, except for errors of the machine.
func MNIST(dir string) (train, test *Set, err error) {
	if err := checkDir(dir); err != nil {
		return nil, nil, err
	}
	if train, err = mnistSet(dir, "train", "training"); err != nil {
		return nil, nil, err
	}
	if test, err = mnistSet(dir, "t10k", "test"); err != nil {
		return nil, nil, err
	}
	if err := mnistDistinct(train, test); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// mnistDistinct returns an error if the two sets are each other's, or one and the same.
func mnistDistinct(train, test *Set) error {
	if train.Len() == 10_000 && test.Len() == 60_000 {
		return whole(train.Files[0], "60000 training images and 10000 test images",
			"holds 10000 images and %s 60000: the training and the test files are swapped", test.Files[0])
	}
	if bytes.Equal(train.Pixels, test.Pixels) {
		return whole(test.Files[0], "", "holds the same images as %s: a test set must not be the training set",
			train.Files[0])
	}
	return nil
}

// mnistSet reads one pair of files.
func mnistSet(dir, prefix, what string) (*Set, error) {
	s := &Set{Name: "mnist " + what, Channels: 1, Height: mnistSide, Width: mnistSide,
		Classes: strings.Split("0123456789", "")}
	for _, part := range []struct {
		name, dims string
		read       func(*contents) error
	}{
		{"images", "3", func(c *contents) (err error) { s.Pixels, err = idxPixels(c); return }},
		{"labels", "1", func(c *contents) (err error) { s.Labels, err = idxClasses(c); return }},
	} {
		dash := fmt.Sprintf("%s-%s-idx%s-ubyte", prefix, part.name, part.dims)
		names := []string{dash, strings.Replace(dash, "-idx", ".idx", 1)}
		file := find(dir, names...)
		if file == "" {
			return nil, missing(dir, what+" "+part.name, names...)
		}
		if err := open(file, part.read); err != nil {
			return nil, err
		}
		s.Files = append(s.Files, file)
	}
	if n := len(s.Pixels) / s.Size(); n != s.Len() {
		return nil, at(s.Files[1], 4, fmt.Sprintf("%d, one for each image", n),
			"%d labels, but %s holds %d images: one of the files is cut, or from another set", s.Len(), s.Files[0], n)
	}
	return s, nil
}

// idxHeader reads the magic number and the dimensions of an IDX file.
func idxHeader(c *contents, want uint32, dims int) ([]int64, error) {
	kind := map[uint32]string{idxImages: "images", idxLabels: "labels"}
	allowed := fmt.Sprintf("%d for %s", want, kind[want])
	b, err := c.bytes(4, "the magic number")
	if err != nil {
		return nil, err
	}
	magic := binary.BigEndian.Uint32(b)
	switch {
	case magic == want:
	case kind[magic] != "":
		return nil, at(c.file, 0, allowed, "magic number %d: the file holds %s, not %s; are files swapped?", magic,
			kind[magic], kind[want])
	case binary.LittleEndian.Uint32(b) == want:
		return nil, at(c.file, 0, allowed, "magic number %d with its bytes in reverse order", want)
	default:
		return nil, at(c.file, 0, allowed, "magic number %d: not an IDX file of %s", magic, kind[want])
	}
	if b, err = c.bytes(4*int64(dims), "the header"); err != nil {
		return nil, err
	}
	sizes := make([]int64, dims)
	for i := range sizes {
		sizes[i] = int64(binary.BigEndian.Uint32(b[4*i:]))
	}
	if sizes[0] < 1 || sizes[0] > mnistMost {
		return nil, at(c.file, 4, fmt.Sprintf("1 to %d", mnistMost), "the header announces %d %s", sizes[0], kind[want])
	}
	return sizes, nil
}

// idxPixels reads an IDX file of images, 28 x 28 bytes each.
func idxPixels(c *contents) ([]uint8, error) {
	size, err := idxHeader(c, idxImages, 3)
	if err != nil {
		return nil, err
	}
	if size[1] != mnistSide || size[2] != mnistSide {
		return nil, at(c.file, 8, "28 x 28", "images of %d x %d pixels", size[1], size[2])
	}
	what := fmt.Sprintf("%d images", size[0])
	pixels, err := c.bytes(size[0]*mnistSide*mnistSide, what)
	if err != nil {
		return nil, err
	}
	return pixels, c.end(what)
}

// idxClasses reads an IDX file of labels, a byte each.
func idxClasses(c *contents) ([]uint8, error) {
	size, err := idxHeader(c, idxLabels, 1)
	if err != nil {
		return nil, err
	}
	what, first := fmt.Sprintf("%d labels", size[0]), c.at
	labels, err := c.bytes(size[0], what)
	if err != nil {
		return nil, err
	}
	for i, l := range labels {
		if l >= mnistClasses {
			return nil, at(c.file, first+int64(i), "0 to 9", "label %d of image %d", l, i)
		}
	}
	return labels, c.end(what)
}
