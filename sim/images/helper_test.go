package images

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// idx builds an IDX file: magic number, dimensions, payload.
func idx(magic uint32, payload []byte, sizes ...uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	for _, s := range sizes {
		b = binary.BigEndian.AppendUint32(b, s)
	}
	return append(b, payload...)
}

func zipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// noise returns n random bytes below limit (1 to 256).
func noise(n, limit int, purpose string) []byte {
	var seed [32]byte
	copy(seed[:], purpose)
	b := make([]byte, n)
	rand.NewChaCha8(seed).Read(b)
	for i := range b {
		b[i] = byte(int(b[i]) % limit)
	}
	return b
}

// folder writes files to a new directory.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// wantError checks that err is a *DataError about a file and byte, with words in its one line.
func wantError(t *testing.T, err error, file string, offset int64, words ...string) {
	t.Helper()
	var e *DataError
	if !errors.As(err, &e) {
		t.Fatalf("error %v is no DataError", err)
	}
	if filepath.Base(e.File) != file && file != "" || e.Offset != offset {
		t.Errorf("error names %s, byte %d; want %s, byte %d: %v", e.File, e.Offset, file, offset, e)
	}
	for _, w := range words {
		if !strings.Contains(e.Error(), w) {
			t.Errorf("error %q lacks %q", e, w)
		}
	}
	if strings.ContainsAny(e.Error(), "\n\r") {
		t.Errorf("error %q is not one line", e)
	}
}

// realData returns a folder of real data, or skips.
func realData(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real data at %s", dir)
	}
	return dir
}
