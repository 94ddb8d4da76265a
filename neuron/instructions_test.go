package neuron

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// wide matches what only processors with AVX-512 know: registers 16 to 31, registers of 512 bits, registers of masks.
var wide = regexp.MustCompile(`\b(K[0-7]|[XY](1[6-9]|2[0-9]|3[01])|Z[0-9]+)\b`)

// TestKernelsUseWhatTheirNamesSay reads all assembly of the module: a kernel whose name does not end with AVX512 must not contain
// an operand that needs it. (The allocator of registers takes the seventeenth register silently, and a processor with AVX-512
// runs such a kernel without complaint: every other processor stops with an illegal instruction.)
func TestKernelsUseWhatTheirNamesSay(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".s") {
			return err
		}
		files++
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		kernel := ""
		for i, line := range strings.Split(string(source), "\n") {
			if strings.HasPrefix(line, "TEXT ") {
				kernel, _, _ = strings.Cut(strings.TrimPrefix(line, "TEXT ·"), "(")
			}
			code, _, _ := strings.Cut(line, "//")
			if kernel != "" && !strings.HasSuffix(kernel, "AVX512") && wide.MatchString(code) {
				t.Errorf("%s:%d: %s needs AVX-512: %s", path, i+1, kernel, strings.TrimSpace(line))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 6 {
		t.Fatalf("found %d files of assembly, expected those of neuron, neuron/rng, neuron/ensemble and synapse", files)
	}
}
