package recordings_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// small returns the bytes of a file with several blocks of every kind, and its spikes.
func small(t testing.TB) ([]byte, []spike.Event) {
	t.Helper()
	h := network(0, 12, 5)
	evs := poisson(h, 20, .3, spike.Second, 6)
	path := filepath.Join(t.TempDir(), "small")
	w, err := Create(path, h)
	if err != nil {
		t.Fatal(err)
	}
	rest := evs
	for at := spike.Tick(0); at < spike.Second; at += 250 * spike.Millisecond {
		n := 0
		for n < len(rest) && rest[n].At < at+250*spike.Millisecond {
			n++
		}
		if err := w.WriteSpikes(spike.Window{From: at, To: at + 250*spike.Millisecond}, rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
		if err := w.WriteTable("p", at, []Column{{"v", "mV", []float64{1, 2, 3}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b, evs
}

func store(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every single flipped bit is found, and costs no more than one block of spikes.
func TestEveryFlippedBit(t *testing.T) {
	whole, evs := small(t)
	path := filepath.Join(t.TempDir(), "flipped")
	store(t, path, whole)
	if v, err := Verify(path); err != nil || !v.OK() || v.Tables != 4 {
		t.Fatalf("%+v %v", v, err)
	}
	worst := 0
	step := 37 // every bit in the long run
	if os.Getenv("BURSTPLEX_LONG") != "" {
		step = 1
	}
	for bit := 0; bit < 8*len(whole); bit += step {
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		store(t, path, b)
		v, err := Verify(path)
		if err != nil {
			t.Fatalf("bit %d: the file does not open: %v", bit, err)
		}
		if v.OK() {
			t.Fatalf("bit %d of byte %d: not detected", bit%8, bit/8)
		}
		for _, d := range v.Problems {
			if d.Error() == "" || d.Offset > int64(len(b)) {
				t.Fatalf("bit %d: %v", bit, d)
			}
		}
		worst = max(worst, len(evs)-int(v.Spikes))
	}
	if worst == 0 || worst > len(evs)/4 {
		t.Errorf("a flipped bit cost %d of %d spikes", worst, len(evs))
	}
}

// A file that ends anywhere is read up to there.
func TestEveryTruncation(t *testing.T) {
	whole, evs := small(t)
	path := filepath.Join(t.TempDir(), "cut")
	last, step := 0, 11
	if os.Getenv("BURSTPLEX_LONG") != "" {
		step = 1
	}
	for n := len(whole) % step; n < len(whole); n += step {
		store(t, path, whole[:n])
		r, err := Open(path)
		if err != nil {
			if last > 0 || !strings.Contains(err.Error(), path) {
				t.Fatalf("%d bytes: %v", n, err)
			}
			continue
		}
		count := 0
		for e, err := range r.Spikes(Query{}) {
			if err != nil {
				t.Fatalf("%d bytes: %v", n, err)
			}
			if e.At >= spike.Second {
				t.Fatal(e)
			}
			count++
		}
		if count < last || r.Finished() {
			t.Fatalf("%d bytes: %d spikes after %d, finished %v", n, count, last, r.Finished())
		}
		last = count
		r.Close()
	}
	if last != len(evs) {
		t.Errorf("%d spikes of %d without the last bytes", last, len(evs))
	}
}

// A repaired file is in order and has everything that was intact.
func TestRepair(t *testing.T) {
	whole, _ := small(t)
	dir := t.TempDir()
	for _, at := range []int{3, 20, 700, 1000, 1500, 2000, 2500, len(whole) - 5, len(whole) - 300} {
		b := bytes.Clone(whole)
		b[at] ^= 0xff
		src, dst := filepath.Join(dir, "src"), filepath.Join(dir, "dst")
		store(t, src, b)
		os.Remove(dst)
		before, _ := Verify(src)
		damage, err := Repair(dst, src)
		if err != nil || len(damage) == 0 {
			t.Fatalf("byte %d: %v, damage %v", at, err, damage)
		}
		after, err := Verify(dst)
		if err != nil || !after.OK() || after.Spikes != before.Spikes || after.Window != before.Window ||
			after.Tables != before.Tables {
			t.Fatalf("byte %d: %+v, before %+v, %v", at, after, before, err)
		}
		if now, _ := os.ReadFile(src); !bytes.Equal(now, b) {
			t.Fatal("the source was changed")
		}
		if !strings.Contains(open(t, dst).Header().Metadata["repaired"], "offset") {
			t.Error("the repaired file does not say what was lost")
		}
	}
}

func TestNewerVersionIsRefused(t *testing.T) {
	b, _ := small(t)
	binary.LittleEndian.PutUint32(b[8:], Version+6)
	binary.LittleEndian.PutUint32(b[12:], crc32.Checksum(b[:12], crc32.MakeTable(crc32.Castagnoli)))
	path := filepath.Join(t.TempDir(), "new")
	store(t, path, b)
	_, err := Open(path)
	var newer *VersionError
	if !errors.As(err, &newer) || newer.Have != Version+6 || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
}

func TestWhatIsNoRecording(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]byte{"empty": {}, "text": []byte(strings.Repeat("hello ", 100)), "zeros": make([]byte, 1<<20),
		"magic": []byte("\x89BSPK\r\n\x1a")}
	for name, b := range files {
		store(t, filepath.Join(dir, name), b)
	}
	for _, path := range []string{"empty", "text", "zeros", "magic", "absent", "."} {
		if _, err := Open(filepath.Join(dir, path)); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// consume does everything that a reader can do with a file.
func consume(path string) {
	r, err := Open(path)
	if err != nil {
		return
	}
	defer r.Close()
	for _, q := range []Query{{}, {ByNeuron: true, Neurons: []spike.ID{1, 2}}} {
		for range r.Batches(q) {
		}
	}
	Summarize(r)
	Verify(path)
}

// No file makes a reader panic, hang or take memory without bound: here, files with a few bytes changed whose
// checksums are right again.
func FuzzReader(f *testing.F) {
	b, _ := small(f)
	f.Add(b, uint32(0), byte(0))
	for i := 0; i < len(b); i += 37 {
		f.Add(b, uint32(i), byte(i))
	}
	f.Fuzz(func(t *testing.T, b []byte, at uint32, v byte) {
		if len(b) == 0 {
			return
		}
		b = bytes.Clone(b)
		b[int(at)%len(b)] = v
		reseal(b)
		path := filepath.Join(t.TempDir(), "f")
		store(t, path, b)
		consume(path)
	})
}

// reseal makes all checksums right that a hostile writer could make right.
func reseal(b []byte) {
	table := crc32.MakeTable(crc32.Castagnoli)
	put := func(at, from, to int) {
		if to <= len(b) && at+4 <= len(b) && from <= to {
			binary.LittleEndian.PutUint32(b[at:], crc32.Checksum(b[from:to], table))
		}
	}
	put(12, 0, 12)
	if len(b) > 16 {
		put(len(b)-8, len(b)-16, len(b)-8)
	}
	for i := 16; i+52 <= len(b); {
		if !bytes.Equal(b[i:i+4], []byte{0xF5, 'B', 'L', 'K'}) {
			i++
			continue
		}
		n := int(binary.LittleEndian.Uint32(b[i+12:]))
		put(i+44, i+52, i+52+n)
		put(i+48, i, i+48)
		if n < 0 || i+52+n > len(b) {
			i++
			continue
		}
		i += 52 + n
	}
}

func TestMemoryIsBounded(t *testing.T) {
	b, _ := small(t)
	dir := t.TempDir()
	var before, after runtime.MemStats
	// Every 32-bit field of every block header, set to the largest value.
	for i := 16; i+52 <= len(b); i++ {
		if !bytes.Equal(b[i:i+4], []byte{0xF5, 'B', 'L', 'K'}) {
			continue
		}
		for field := 4; field < 44; field += 4 {
			c := bytes.Clone(b[:len(b)-16]) // without the trailer: scanned
			binary.LittleEndian.PutUint32(c[i+field:], 0x7fffffff)
			reseal(c)
			path := filepath.Join(dir, "big")
			store(t, path, c)
			runtime.ReadMemStats(&before)
			consume(path)
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
				t.Fatalf("field %d of the block at %d: %d MB allocated", field, i, n>>20)
			}
		}
	}
}
