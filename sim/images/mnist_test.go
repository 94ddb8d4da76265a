package images

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

const (
	trainImages = "train-images-idx3-ubyte"
	trainLabels = "train-labels-idx1-ubyte"
	testImages  = "t10k-images-idx3-ubyte"
	testLabels  = "t10k-labels-idx1-ubyte"
)

// smallMNIST returns well-formed files of 12 training and 5 test images.
func smallMNIST() map[string][]byte {
	return map[string][]byte{
		trainImages: idx(2051, noise(12*784, 256, "a"), 12, 28, 28), trainLabels: idx(2049, noise(12, 10, "b"), 12),
		testImages: idx(2051, noise(5*784, 256, "c"), 5, 28, 28), testLabels: idx(2049, noise(5, 10, "d"), 5),
	}
}

func TestMNISTReadsWhatWasWritten(t *testing.T) {
	plain := smallMNIST()
	variants := map[string]map[string][]byte{"plain": plain, "gzipped": {}, "zipped without .gz": {},
		"plain with .gz": {}, "dots": {}}
	for name, data := range plain {
		variants["gzipped"][name+".gz"] = zipped(data)
		variants["zipped without .gz"][name] = zipped(data)
		variants["plain with .gz"][name+".gz"] = data
		variants["dots"][string(bytes.Replace([]byte(name), []byte("-idx"), []byte(".idx"), 1))] = data
	}
	for what, files := range variants {
		train, test, err := MNIST(folder(t, files))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if !bytes.Equal(train.Pixels, plain[trainImages][16:]) || !bytes.Equal(train.Labels, plain[trainLabels][8:]) ||
			!bytes.Equal(test.Pixels, plain[testImages][16:]) || !bytes.Equal(test.Labels, plain[testLabels][8:]) {
			t.Errorf("%s: other bytes", what)
		}
		if train.Len() != 12 || test.Len() != 5 || train.Size() != 784 || !bytes.Equal(train.Image(3),
			train.Pixels[3*784:4*784]) {
			t.Errorf("%s: %d and %d images of %d bytes", what, train.Len(), test.Len(), train.Size())
		}
	}
}

func TestMNISTRefuses(t *testing.T) {
	good := smallMNIST()
	label := slices.Clone(good[testLabels])
	label[8+3] = 10
	crc, deflate := zipped(good[trainImages]), zipped(good[trainImages])
	crc[len(crc)-6] ^= 1
	copy(deflate[100:], bytes.Repeat([]byte{0xff}, 3000))
	header := zipped(good[trainImages])
	header[2] = 9
	with := func(magic, n, rows, cols uint32) []byte { return idx(magic, good[trainImages][16:], n, rows, cols) }
	for _, c := range []struct {
		what   string
		change map[string][]byte // nil removes a file
		file   string            // "" for the directory
		offset int64
		words  []string
	}{
		{"missing", map[string][]byte{testLabels: nil}, "", -1, []string{"no file with the test labels", testLabels +
			".gz", "t10k-labels.idx1-ubyte"}},
		{"below", map[string][]byte{trainImages: nil, "raw/" + trainImages: good[trainImages]}, "", -1,
			[]string{"there is one in", "raw"}},
		{"empty", map[string][]byte{trainImages: {}}, trainImages, 0,
			[]string{"ends after 0 of 4 bytes of the magic number"}},
		{"header cut", map[string][]byte{trainImages: good[trainImages][:9]}, trainImages, 9,
			[]string{"ends after 5 of 12 bytes of the header"}},
		{"cut", map[string][]byte{trainImages: good[trainImages][:1000]}, trainImages, 1000,
			[]string{"ends after 984 of 9408 bytes of 12 images"}},
		{"cut labels", map[string][]byte{trainLabels: good[trainLabels][:19]}, trainLabels, 19,
			[]string{"ends after 11 of 12 bytes"}},
		{"longer", map[string][]byte{trainImages: append(slices.Clone(good[trainImages]), 1, 2)}, trainImages, 9424,
			[]string{"2 bytes follow"}},
		{"labels for images", map[string][]byte{trainImages: good[trainLabels]}, trainImages, 0,
			[]string{"holds labels, not images", "2051 for images"}},
		{"images for labels", map[string][]byte{testLabels: good[testImages]}, testLabels, 0, []string{"magic number 2051",
			"holds images, not labels"}},
		{"other magic", map[string][]byte{trainImages: with(2052, 12, 28, 28)}, trainImages, 0,
			[]string{"magic number 2052: not an IDX file"}},
		{"reversed", map[string][]byte{trainImages: with(0x03080000, 12, 28, 28)}, trainImages, 0, []string{"reverse order"}},
		{"rows", map[string][]byte{trainImages: with(2051, 12, 14, 56)}, trainImages, 8,
			[]string{"14 x 56", "allowed: 28 x 28"}},
		{"none", map[string][]byte{trainImages: with(2051, 0, 28, 28)}, trainImages, 4, []string{"announces 0 images"}},
		{"too many", map[string][]byte{trainImages: with(2051, 1<<32-1, 28, 28)}, trainImages, 4,
			[]string{"announces 4294967295 images", "1 to 2000000"}},
		{"many", map[string][]byte{trainImages: with(2051, 2_000_000, 28, 28)}, trainImages, 9424,
			[]string{"ends after 9408 of 1568000000 bytes"}},
		{"label 10", map[string][]byte{testLabels: label}, testLabels, 11, []string{"label 10 of image 3", "0 to 9"}},
		{"counts differ", map[string][]byte{trainLabels: idx(2049, noise(11, 10, "b"), 11)}, trainLabels, 4,
			[]string{"11 labels", "holds 12 images"}},
		{"test images as training images", map[string][]byte{trainImages: good[testImages]}, trainLabels, 4,
			[]string{"12 labels", "holds 5 images"}},
		{"training as test", map[string][]byte{testImages: good[trainImages], testLabels: good[trainLabels]}, testImages,
			-1, []string{"the same images"}},
		{"checksum", map[string][]byte{trainImages: crc}, trainImages, 9424, []string{"gzip stream is damaged"}},
		{"gzip cut", map[string][]byte{trainImages: zipped(good[trainImages])[:4000]}, trainImages, 0,
			[]string{"gzip stream is cut off"}},
		{"gzip header", map[string][]byte{trainImages: header}, trainImages, 0, []string{"gzip stream is damaged"}},
		{"deflate", map[string][]byte{trainImages: deflate}, trainImages, 0, []string{"gzip stream is"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			files := smallMNIST()
			for name, data := range c.change {
				files[name] = data
				if data == nil {
					delete(files, name)
				}
			}
			_, _, err := MNIST(folder(t, files))
			if e, ok := err.(*DataError); ok && c.offset == 0 && e.Offset > 0 && bytes.Contains([]byte(e.Reason),
				[]byte("gzip")) {
				c.offset = e.Offset // how far a damaged stream decompresses is the library's
			}
			wantError(t, err, c.file, c.offset, c.words...)
		})
	}
}

func TestMNISTSwappedSets(t *testing.T) {
	err := mnistDistinct(&Set{Labels: make([]uint8, 10_000), Files: []string{trainImages}},
		&Set{Labels: make([]uint8, 60_000), Files: []string{testImages}})
	wantError(t, err, trainImages, -1, "swapped")
}

func TestDirectory(t *testing.T) {
	dir := folder(t, map[string][]byte{"file": nil})
	for name, read := range map[string]func(string) (*Set, *Set, error){"MNIST": MNIST, "CIFAR10": CIFAR10} {
		t.Run(name, func(t *testing.T) {
			_, _, err := read(filepath.Join(dir, "none"))
			wantError(t, err, "none", -1, "no such directory")
			_, _, err = read(filepath.Join(dir, "file"))
			wantError(t, err, "file", -1, "is a file, not a directory")
			_, _, err = read(dir)
			wantError(t, err, "", -1, "no file with the training images")
		})
	}
}

// A header that announces gigabytes costs no memory.
func TestHeaderAllocatesNothing(t *testing.T) {
	data := idx(2051, nil, mnistMost, 28, 28)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := decompress("x", bytes.NewReader(data), func(c *contents) error {
		_,
			err := idxPixels(c)
		return err
	}); err == nil {
		t.Error("no error")
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes allocated for a file of %d", got, len(data))
	}
}

func TestRealMNIST(t *testing.T) {
	train, test, err := MNIST(realData(t, "mnist"))
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 60_000 || test.Len() != 10_000 {
		t.Fatalf("%d and %d images", train.Len(), test.Len())
	}
	if c := train.Counts(); !slices.Equal(c, []int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}) {
		t.Errorf("images of each digit: %v", c)
	}
	// the figures in general use: 0.1307, 0.3081
	if n := Fit(train); n.Mean[0] < 0.1306 || n.Mean[0] > 0.1308 || n.SD[0] < 0.3080 || n.SD[0] > 0.3082 {
		t.Errorf("mean and standard deviation %v", n)
	}
}

// Whatever the bytes, the readers return an error or as much as the file holds.
func FuzzIDX(f *testing.F) {
	for _, data := range smallMNIST() {
		f.Add(data)
		f.Add(zipped(data))
		f.Add(data[:len(data)/2])
	}
	f.Add(idx(2051, nil, 1<<31, 28, 28))
	f.Fuzz(func(t *testing.T, data []byte) {
		plain := data
		if z, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
			var b bytes.Buffer
			b.ReadFrom(z)
			plain = b.Bytes()
		}
		for magic, read := range map[uint32]func(*contents) ([]uint8, error){2051: idxPixels, 2049: idxClasses} {
			var got []uint8
			err := decompress("fuzz", bytes.NewReader(data), func(c *contents) (err error) { got, err = read(c); return })
			if err != nil {
				if e, ok := err.(*DataError); !ok || e.File != "fuzz" || e.Offset < 0 || e.Offset > int64(len(plain)) {
					t.Fatalf("error %#v", err)
				}
				continue
			}
			sizes := []uint32{uint32(len(got))}
			if magic == 2051 {
				sizes = []uint32{uint32(len(got) / 784), 28, 28}
			}
			if !bytes.Equal(idx(magic, got, sizes...), plain) {
				t.Fatalf("accepted a file that is not the encoding of what was read")
			}
		}
	})
}

// What the operating system refuses is no fault of the data.
func TestUnreadable(t *testing.T) {
	dir := folder(t, smallMNIST())
	if err := os.Chmod(filepath.Join(dir, testImages), 0); err != nil || os.Getuid() == 0 {
		t.Skip("permissions are not enforced here")
	}
	_, _, err := MNIST(dir)
	if _, ours := err.(*DataError); ours || err == nil {
		t.Errorf("error %v", err)
	}
}
