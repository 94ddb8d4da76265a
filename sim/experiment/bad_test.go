package experiment

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
)

// Every malformed file is refused before anything runs, in lines that name the file and what its first line wants.
func TestMalformedFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d malformed files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		want := strings.TrimPrefix(first, "# want: ")
		x, err := Load(file)
		if err == nil {
			err = x.Check()
		}
		switch {
		case err == nil:
			t.Errorf("%s: accepted", file)
			continue
		case !errors.As(err, new(*config.Error)):
			t.Errorf("%s: %T is not an error of the input: %v", file, err, err)
		case !strings.Contains(err.Error(), want):
			t.Errorf("%s: %q does not mention %q", file, err, want)
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			if !strings.HasPrefix(line, file+":") {
				t.Errorf("%s: the line %q does not begin with the place", file, line)
			}
		}
	}
}
