package replace

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "table.csv")
	holds := func(want string) {
		t.Helper()
		text, _ := os.ReadFile(path)
		if files, _ := os.ReadDir(dir); string(text) != want || len(files) != 1 {
			t.Errorf("%q among %d files, expected %q alone", text, len(files), want)
		}
	}
	put := func(text string, fault error) error {
		return File(path, func(f *os.File) error {
			f.WriteString(text)
			return fault
		})
	}
	if err := put("first, which is longer", nil); err != nil {
		t.Fatal(err)
	}
	holds("first, which is longer")
	fault := errors.New("torn")
	if err := put("sec", fault); !errors.Is(err, fault) {
		t.Errorf("error %v", err)
	}
	holds("first, which is longer")
	if err := put("third", nil); err != nil {
		t.Fatal(err)
	}
	holds("third")
	if err := File(filepath.Join(dir, "nowhere", "x"), func(*os.File) error { return nil }); err == nil {
		t.Error("a directory that is not there is no error")
	}
}
