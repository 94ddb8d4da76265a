package images

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// batch returns a well-formed file of n records.
func batch(n int, purpose string) []byte {
	b := noise(n*cifarRecord, 256, purpose)
	for i := 0; i < len(b); i += cifarRecord {
		b[i] %= 10
	}
	return b
}

func TestCIFAR10(t *testing.T) {
	const n = 20 // records of a batch here
	one, two, test := batch(n, "1"), batch(n, "2"), batch(n, "t")
	dir := folder(t, map[string][]byte{"data_batch_2.bin": one, "data_batch_5.bin": two, "test_batch.bin": test})
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) {
		t.Helper()
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	refuse := func(file string, offset int64, words ...string) {
		t.Helper()
		_, _, err := cifar10(dir, n)
		wantError(t, err, file, offset, words...)
	}

	train, held, err := cifar10(dir, n)
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 2*n || held.Len() != n || train.Size() != 3072 || train.Name != "cifar10 training batches 2 5" {
		t.Errorf("%d and %d images of %d bytes, %q", train.Len(), held.Len(), train.Size(), train.Name)
	}
	i := 0
	for _, file := range [][]byte{one, two} {
		for record := range slices.Chunk(file, cifarRecord) {
			if train.Labels[i] != record[0] || !bytes.Equal(train.Image(i), record[1:]) {
				t.Fatalf("image %d is not the record", i)
			}
			i++
		}
	}

	write("batches.meta.txt", []byte("a\nb\nc\n"))
	refuse("batches.meta.txt", -1, "3 names of classes", "10")
	write("batches.meta.txt", []byte("a\nb\nc\nd\ne\nf\ng\nh\ni\nj k\r\n\n"))
	if train, _, err = cifar10(dir, n); err != nil || train.Classes[9] != "j k" {
		t.Errorf("names %v, error %v", train, err)
	}
	write("data_batch_5.bin", one)
	refuse("data_batch_5.bin", -1, "the same images as", "data_batch_2.bin")
	write("data_batch_5.bin", two[:len(two)-3])
	refuse("data_batch_5.bin", int64(len(two))-3, "ends after 61457 of 61460 bytes")
	write("data_batch_5.bin", two[:n/2*cifarRecord]) // whole records, but not all
	refuse("data_batch_5.bin", n/2*cifarRecord, "20 records")
	write("data_batch_5.bin", append(slices.Clone(two), 7))
	refuse("data_batch_5.bin", int64(len(two)), "1 bytes follow")
	write("data_batch_5.bin", two[1:])
	refuse("data_batch_5.bin", int64(wrongLabel(two[1:])), "label", "0 to 9")
	write("data_batch_5.bin", test)
	refuse("test_batch.bin", -1, "the same images as")
	remove("test_batch.bin")
	refuse("", -1, "no file with the test images", "test_batch.bin.gz")
	write("test_batch", nil)
	refuse("", -1, "Python version")
	remove("data_batch_2.bin")
	remove("data_batch_5.bin")
	refuse("", -1, "no file with the training images", "data_batch_1.bin", "data_batch_5.bin")
}

// wrongLabel returns the place of the first label above 9.
func wrongLabel(b []byte) int {
	for i := 0; i < len(b); i += cifarRecord {
		if b[i] > 9 {
			return i
		}
	}
	return -1
}

func TestRealCIFAR10(t *testing.T) {
	train, test, err := CIFAR10(realData(t, "cifar-10-batches-bin"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %v", train.Name, train.Counts())
	for _, s := range []*Set{train, test} {
		if s.Len()%cifarBatch != 0 ||
			strings.Join(s.Classes, " ") != "airplane automobile bird cat deer dog frog horse ship truck" {
			t.Errorf("%s: %d images of %v", s.Name, s.Len(), s.Classes)
		}
	}
	for class, n := range test.Counts() {
		if n != 1000 {
			t.Errorf("%d test images of class %d", n, class)
		}
	}
}

func FuzzCIFAR(f *testing.F) {
	f.Add(batch(2, "a"))
	f.Add(zipped(batch(2, "a")))
	f.Add(batch(1, "b"))
	f.Add(batch(3, "b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var pixels, labels, plain []byte
		err := decompress("fuzz", bytes.NewReader(data), func(c *contents) (err error) {
			pixels, labels,
				err = cifarRecords(c, 2)
			return
		})
		if err != nil {
			if e, ok := err.(*DataError); !ok || e.File != "fuzz" || e.Offset < 0 || len(pixels)+len(labels) > 0 {
				t.Fatalf("error %#v", err)
			}
			return
		}
		for i, l := range labels {
			plain = append(append(plain, l), pixels[i*cifarPixels:(i+1)*cifarPixels]...)
		}
		var whole []byte
		decompress("fuzz", bytes.NewReader(data), func(c *contents) (err error) { whole, err = io.ReadAll(c.r); return })
		if !bytes.Equal(plain, whole) {
			t.Fatal("accepted a file that is not the encoding of what was read")
		}
	})
}
