package trains_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	. "github.com/burstplex/burstplex/recordings/trains"
)

// Two small files of h5py, of 700 spikes each: newest.h5 has the newest structures (a name that is not ASCII, many
// attributes, times in s, LZF, an extensible and a fixed array of chunks, big-endian float IDs), oldest.h5 the
// oldest with soft links, and times in whole us.
func TestSONATAFiles(t *testing.T) {
	for name, population := range map[string]string{"newest.h5": "Körner", "oldest.h5": "v1"} {
		f, err := Read(nil, filepath.Join("testdata", name), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := sevens(f, 700); err != nil || !slices.Equal(f.Recordings(), []string{population}) {
			t.Errorf("%s: %v, recordings %q", name, err, f.Recordings())
		}
	}
}

// No HDF5 file makes the reader panic, hang or take memory without bound.
func FuzzSONATA(f *testing.F) {
	for _, name := range []string{"newest.h5", "oldest.h5"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.h5")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		Read(nil, path, Options{})
	})
}

// Damaged files give an error, and no panic.
func TestDamagedSONATA(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "x.h5")
	for i := range 600 {
		b, err := os.ReadFile(filepath.Join("testdata", []string{"newest.h5", "oldest.h5"}[i%2]))
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + r.IntN(4) {
			k := r.IntN(len(b))
			b[k] = []byte{0, 255, byte(r.IntN(256)), b[k] ^ 1<<r.IntN(8)}[r.IntN(4)]
		}
		if err := os.WriteFile(path, b[:len(b)-r.IntN(2)*r.IntN(len(b))], 0o600); err != nil {
			t.Fatal(err)
		}
		Read(nil, path, Options{})
	}
}

// A flipped bit in the metadata of a newer file is refused or changes nothing.
func TestFlippedMetadata(t *testing.T) {
	b, err := os.ReadFile("testdata/newest.h5")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.h5")
	read := func(b []byte) (string, error) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(nil, path, Options{})
		if err != nil {
			return "", err
		}
		return spikes(f), nil
	}
	want, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := 1; i < 6200; i += 29 { // the spikes stand behind
		b[i] ^= 1 << (i % 8)
		switch got, err := read(b); {
		case err != nil:
			refused++
		case got != want:
			t.Errorf("a flipped bit of byte %d changes the spikes", i)
		}
		b[i] ^= 1 << (i % 8)
	}
	if refused < 30 {
		t.Errorf("%d flips are refused", refused)
	}
}
