package cli

import (
	"io"
	"os"
	"strings"
	"testing"
)

// A directory that is no result is refused, and nothing is left in it.
func TestPlotOfNoResult(t *testing.T) {
	dir := t.TempDir()
	var says strings.Builder
	if code := run([]string{"plot", dir}, io.Discard, &says); code != 2 || strings.Count(says.String(), "\n") != 1 {
		t.Errorf("exit code %d: %s", code, says.String())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the directory: %v %v", left, err)
	}
}
