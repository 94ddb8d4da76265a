package neuron

import (
	"bufio"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// wide matches what only processors with AVX-512 know: registers 16 to 31, registers of 512 bits, registers of masks.
var wide = regexp.MustCompile(`\b(K[0-7]|[XY](1[6-9]|2[0-9]|3[01])|Z[0-9]+)\b`)

// TestKernelsUseWhatTheirNamesSay reads all assembly of the module. A kernel whose name does not end with AVX512 must
// not contain an operand that needs it. (The allocator of registers takes the seventeenth register silently, and a
// processor with AVX-512 runs such a kernel without complaint: every other processor stops with an illegal
// instruction.)
func TestKernelsUseWhatTheirNamesSay(t *testing.T) {
	for _, l := range assembly(t) {
		if !strings.HasSuffix(l.kernel, "AVX512") && wide.MatchString(l.code) {
			t.Errorf("%s: %s needs AVX-512: %s", l.place, l.kernel, l.code)
		}
	}
}

var update = flag.Bool("update", false, "write the instructions of kernels, as they are, to testdata/instructions.txt")

// TestKernelsDoNotGrow compares the number of instructions in each kernel with the recorded one: time grows with
// instructions on every processor, also where it cannot be measured. A kernel that grows by more than 3 % fails;
// whoever means it records the new number in the same commit (go test ./neuron -run TestKernelsDoNotGrow -update).
// Shrunk kernels are recorded too, so that they do not grow back unseen.
func TestKernelsDoNotGrow(t *testing.T) {
	const file = "testdata/instructions.txt"
	counts := map[string]int{}
	for _, l := range assembly(t) {
		if !strings.HasSuffix(l.code, ":") { // a label
			counts[l.kernel]++
		}
	}
	if *update {
		var text strings.Builder
		for _, kernel := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&text, "%s %d\n", kernel, counts[kernel])
		}
		if err := os.WriteFile(file, []byte(text.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	recorded := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		kernel, n := "", 0
		if _, err := fmt.Sscan(lines.Text(), &kernel, &n); err != nil {
			t.Fatalf("%s: %q: %v", file, lines.Text(), err)
		}
		recorded[kernel] = n
	}
	for kernel, n := range counts {
		switch was, known := recorded[kernel]; {
		case !known:
			t.Errorf("%s with %d instructions is not recorded in %s", kernel, n, file)
		case float64(n) > 1.03*float64(was) || float64(n) < 0.9*float64(was):
			t.Errorf("%s has %d instructions, %d are recorded in %s", kernel, n, was, file)
		}
		delete(recorded, kernel)
	}
	for kernel := range recorded {
		t.Errorf("%s is recorded in %s, but there is no such kernel", kernel, file)
	}
}

// line is a line of assembly in a kernel.
type line struct{ place, kernel, code string }

// assembly returns the lines of code of all kernels of the module.
func assembly(t *testing.T) (lines []line) {
	t.Helper()
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
		for i, text := range strings.Split(string(source), "\n") {
			code, _, _ := strings.Cut(text, "//")
			code = strings.TrimSpace(code)
			switch {
			case strings.HasPrefix(text, "TEXT "):
				kernel, _, _ = strings.Cut(strings.TrimPrefix(text, "TEXT ·"), "(")
			case strings.HasPrefix(text, "DATA ") || strings.HasPrefix(text, "GLOBL "):
				kernel = ""
			case kernel != "" && code != "" && !strings.HasPrefix(code, "#"):
				lines = append(lines, line{fmt.Sprintf("%s:%d", path, i+1), kernel, code})
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
	return lines
}
