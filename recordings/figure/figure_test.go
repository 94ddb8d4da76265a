package figure_test

import (
	"flag"
	"path/filepath"
	"testing"

	. "github.com/burstplex/burstplex/recordings/figure"
)

var pictures = flag.String("pictures", "", "write the pictures of the tests into this directory, to look at them")

func TestSave(t *testing.T) {
	dir := *pictures
	if dir == "" {
		dir = t.TempDir()
	}
	for name, f := range demos() {
		if err := Save(filepath.Join(dir, name), f); err != nil {
			t.Error(err)
		}
	}
}
