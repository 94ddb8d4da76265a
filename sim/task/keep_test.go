package task

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// A result is computed once: again only after Forget, or after an error. Flipped bits of a kept file are noticed.
func TestOnce(t *testing.T) {
	r := &Run{Dir: t.TempDir()}
	type value struct{ X []float64 }
	calls := 0
	get := func(fail error) (value, error) {
		return Once(r, "a, K = 3", func() (value, error) {
			calls++
			return value{[]float64{1, math.NaN()}}, fail
		})
	}
	broken := errors.New("broken")
	if _, err := get(broken); err != broken {
		t.Error(err)
	}
	for range 2 {
		if v, err := get(nil); err != nil || len(v.X) != 2 || v.X[0] != 1 || !math.IsNaN(v.X[1]) {
			t.Error(v, err)
		}
	}
	if calls != 2 {
		t.Errorf("computed %d times", calls)
	}
	path := filepath.Join(r.Dir, parts, "a, K = 3.bin")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(good)*8; i += 11 {
		bad := append([]byte(nil), good...)
		bad[i/8] ^= 1 << (i % 8)
		if err := os.WriteFile(path, bad, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Kept(path); !errors.Is(err, ErrDamaged) {
			t.Fatalf("bit %d: %v", i, err)
		}
	}
	if err := Forget(r.Dir); err != nil {
		t.Fatal(err)
	}
	if _, err := get(nil); err != nil || calls != 3 {
		t.Error(err, calls)
	}
}
