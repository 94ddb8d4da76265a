package images

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// Form of CIFAR-10's binary version: a record is a label and the red, the green and the blue plane, row by row.
const (
	cifarSide    = 32
	cifarPixels  = 3 * cifarSide * cifarSide
	cifarRecord  = 1 + cifarPixels
	cifarBatch   = 10_000 // records of a file
	cifarClasses = 10
)

// CIFAR10 reads CIFAR-10's binary version from a directory: those of data_batch_1.bin ... data_batch_5.bin that are
// there, at least one, as the training set, and test_batch.bin. The set's Files say which were read, and so does
// its name. Class names come from batches.meta.txt if it is there. Each batch has exactly 10000 records of 3073
// bytes. A file may be gzipped (told by its contents). Errors are a *DataError, except for errors of the machine.
func CIFAR10(dir string) (train, test *Set, err error) { return cifar10(dir, cifarBatch) }

// cifar10 reads batches of any one length.
func cifar10(dir string, batch int) (train, test *Set, err error) {
	if err := checkDir(dir); err != nil {
		return nil, nil, err
	}
	classes, err := cifarNames(filepath.Join(dir, "batches.meta.txt"))
	if err != nil {
		return nil, nil, err
	}
	newSet := func(name string) *Set {
		return &Set{Name: name, Channels: 3, Height: cifarSide, Width: cifarSide, Classes: classes}
	}
	train, test = newSet("cifar10 training batches"), newSet("cifar10 test")
	var names []string
	for i := range 5 {
		names = append(names, fmt.Sprintf("data_batch_%d.bin", i+1))
		file := find(dir, names[i])
		if file == "" {
			continue
		}
		if err := train.addBatch(file, batch); err != nil {
			return nil, nil, err
		}
		train.Name += fmt.Sprintf(" %d", i+1)
	}
	if train.Len() == 0 {
		return nil, nil, cifarMissing(dir, "training images", names...)
	}
	file := find(dir, "test_batch.bin")
	if file == "" {
		return nil, nil, cifarMissing(dir, "test images", "test_batch.bin")
	}
	if err := test.addBatch(file, batch); err != nil {
		return nil, nil, err
	}
	if err := cifarRepeats(train, test, batch); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// addBatch appends the records of a file, n of them.
func (s *Set) addBatch(file string, n int) error {
	err := open(file, func(c *contents) error {
		pixels, labels, err := cifarRecords(c, n)
		s.Pixels, s.Labels = append(s.Pixels, pixels...), append(s.Labels, labels...)
		return err
	})
	s.Files = append(s.Files, file)
	return err
}

// cifarRecords reads exactly n records.
func cifarRecords(c *contents, n int) (pixels, labels []uint8, err error) {
	what := fmt.Sprintf("%d records of %d bytes", n, cifarRecord)
	data, err := c.bytes(int64(n)*cifarRecord, what)
	// a wrong label often explains a wrong length: it comes first
	for start := 0; start < len(data); start += cifarRecord {
		if l := data[start]; l >= cifarClasses {
			return nil, nil, at(c.file, int64(start), "0 to 9", "label %d of record %d", l, start/cifarRecord)
		}
	}
	if err == nil {
		err = c.end(what)
	}
	if err != nil {
		return nil, nil, err
	}
	pixels, labels = make([]uint8, 0, n*cifarPixels), make([]uint8, 0, n)
	for record := range slices.Chunk(data, cifarRecord) {
		labels, pixels = append(labels, record[0]), append(pixels, record[1:]...)
	}
	return pixels, labels, nil
}

// cifarRepeats returns an error if two of the batches, n images each, are the same.
func cifarRepeats(train, test *Set, n int) error {
	files := slices.Concat(train.Files, test.Files)
	var batches [][]uint8
	for _, s := range []*Set{train, test} {
		batches = slices.AppendSeq(batches, slices.Chunk(s.Pixels, n*cifarPixels))
	}
	for i, a := range batches {
		for j, b := range batches[:i] {
			if bytes.Equal(a, b) {
				return whole(files[i], "", "holds the same images as %s", files[j])
			}
		}
	}
	return nil
}

// cifarMissing is missing, with a word about the other versions of CIFAR-10.
func cifarMissing(dir, what string, names ...string) error {
	e := missing(dir, what, names...)
	if find(dir, strings.TrimSuffix(names[0], ".bin")) != "" {
		e.Reason += "; this is the Python version, and the binary version is read"
	}
	return e
}

// cifarNames reads the ten names of the classes, a line each. Without the file it returns the published names.
func cifarNames(file string) ([]string, error) {
	info, err := os.Stat(file)
	if os.IsNotExist(err) {
		return strings.Fields("airplane automobile bird cat deer dog frog horse ship truck"), nil
	}
	if err == nil && info.Size() > 1<<16 {
		return nil, whole(file, "10 names, one on each line", "%d bytes are no list of class names", info.Size())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading class names: %w", err)
	}
	names := strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' || r == '\r' })
	if len(names) != cifarClasses {
		return nil, whole(file, "10, one on each line", "%d names of classes", len(names))
	}
	for i, n := range names {
		if n = strings.TrimSpace(n); n == "" || len(n) > 64 || strings.ContainsFunc(n, unicode.IsControl) {
			return nil, whole(file, "text of at most 64 bytes", "line %d is not the name of a class", i+1)
		}
		names[i] = strings.TrimSpace(n)
	}
	return names, nil
}
