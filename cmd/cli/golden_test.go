package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/recordings"
)

var update = flag.Bool("update", false, "write the golden files again: go test -run Golden ./cmd/cli -update")

// goldenCase is an experiment that is run, shortened, from the command line.
type goldenCase struct {
	name    string
	builtin string   // experiment
	text    string   // of the experiment file, in place of builtin
	args    []string // of burstplex run

	interrupt bool // it is run again, interrupted, resumed and drawn
}

// Every built-in experiment, shortened, and twenty random small networks give what testdata/golden says: exit code,
// names of the files, digests of the spikes, rates, tables, weights. A commit that changes a golden file says why.
//
// Built-in experiments are run once more, interrupted, resumed and drawn, and end with the same files.
//
// A difference is no proof of a fault: it says that a change which was meant to change nothing did. The last bits of
// sums of floating-point numbers differ between architectures: the files are those of amd64.
func TestGolden(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the golden files are those of amd64")
	}
	cases := append(builtinCases(t.TempDir()), randomCases()...)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			compareGolden(t, c.name, c.run(t))
		})
	}
	known, err := filepath.Glob("testdata/golden/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range known {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if !slices.ContainsFunc(cases, func(c goldenCase) bool { return c.name == name }) {
			t.Errorf("%s belongs to no case", file)
		}
	}
}

// compareGolden compares a text with its golden file, or writes that.
func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	old, now := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	differences := 0
	for i := range max(len(old), len(now)) {
		var a, b string
		if i < len(old) {
			a = old[i]
		}
		if i < len(now) {
			b = now[i]
		}
		if a != b && differences < 5 {
			t.Errorf("%s:%d\nwas %s\nis  %s", path, i+1, a, b)
			differences++
		}
	}
}

// run runs a case and describes what it wrote.
func (c goldenCase) run(t *testing.T) string {
	if c.name == "xor-variants" && !*update && os.Getenv("BURSTPLEX_LONG") == "" {
		t.Skip("half a minute beside the main variant, xor: set BURSTPLEX_LONG=1")
	}
	dir := t.TempDir()
	name := c.builtin
	var b strings.Builder
	if c.text != "" {
		name = filepath.Join(dir, c.name+".toml")
		if err := os.WriteFile(name, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		b.WriteString(c.text)
	} else {
		fmt.Fprintf(&b, "burstplex run %s\n", name)
	}
	args := append([]string{"run", name, "-o", filepath.Join(dir, "out")}, c.args...)
	for _, a := range c.args {
		if !strings.HasPrefix(a, "data.dir") && a != "--set" {
			fmt.Fprintf(&b, "    %s\n", a)
		}
	}
	var out, errs bytes.Buffer
	code := run(args, &out, &errs)
	fmt.Fprintf(&b, "exit %d\n", code)
	if code != done {
		t.Errorf("%v: %s", args, errs.String())
	}
	describe(t, &b, filepath.Join(dir, "out"))
	if c.interrupt && !*update {
		interruptedLike(t, c.builtin, c.args, filepath.Join(dir, "out"))
	}
	return b.String()
}

// describe writes down what a result directory holds: the names of all files, and the contents of those that hold
// numbers.
func describe(t *testing.T, b *strings.Builder, dir string) {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "-- %s", strings.TrimPrefix(path, dir+"/"))
		switch filepath.Ext(path) {
		case ".csv":
			describeTable(b, string(text))
		case ".bspk":
			err = describeRecording(b, path)
		default:
			fmt.Fprintln(b)
		}
		if err == nil && filepath.Base(path) == "summary.json" {
			err = describeSummary(b, text)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// describeTable writes a small table as it is, of a large one its first two lines and the hash of all. Times of this
// machine are left out: the columns images_per_s and wall_s.
func describeTable(b *strings.Builder, text string) {
	const small = 16
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	for k, name := range strings.Split(strings.TrimSpace(lines[0]), ",") {
		if name != "images_per_s" && name != "wall_s" {
			continue
		}
		for i := range lines[1:] {
			fields := strings.Split(strings.TrimSpace(lines[i+1]), ",")
			fields[k] = "(time)"
			lines[i+1] = strings.Join(fields, ",") + "\n"
		}
		text = strings.Join(lines, "")
	}
	if len(lines) > small {
		fmt.Fprintf(b, " %d lines, sha256 %x", len(lines), shortHash(text))
		lines = lines[:2]
	}
	fmt.Fprintln(b)
	for _, l := range lines {
		if l = strings.TrimSuffix(l, "\n"); len(l) > 200 {
			l = fmt.Sprintf("%s... sha256 %x", l[:200], shortHash(l))
		}
		fmt.Fprintln(b, "  ", l)
	}
}

func shortHash(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:6]
}

// describeRecording writes the digest of a recording's spikes, and of each of its tables.
func describeRecording(b *strings.Builder, path string) error {
	r, err := recordings.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	digest, err := r.Digest()
	if err != nil {
		return err
	}
	fmt.Fprintf(b, " %d spikes, digest %.16s\n", r.Count(), digest)
	courses, err := r.Courses()
	if err != nil {
		return err
	}
	slices.SortFunc(courses, func(a, b recordings.CourseInfo) int { return strings.Compare(a.Name, b.Name) })
	for _, info := range courses {
		table, err := r.Series(info.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "   course %s:", info.Name)
		for _, c := range table.Columns {
			fmt.Fprintf(b, " %s %d rows sha256 %x", c.Name, c.Len(), shortHash(fmt.Sprint(c.Data)))
		}
		fmt.Fprintln(b)
	}
	return nil
}

// describeSummary writes what summary.json says beside times.
func describeSummary(b *strings.Builder, text []byte) error {
	var s struct {
		ModelTime float64 `json:"model_time_s"`
		Runs      []struct {
			Seed     uint64
			Neurons  int
			Synapses int
			Spikes   int64
			Events   int64  `json:"synaptic_events"`
			Digest   string `json:"spike_digest_sha256"`
		}
		Populations []struct {
			Population  string
			Spikes      float64 `json:"spike_rate_hz"`
			Events      float64 `json:"event_rate_hz"`
			Bursts      float64 `json:"burst_rate_hz"`
			Probability float64 `json:"burst_probability"`
		}
		Lines []string
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	for _, r := range s.Runs {
		fmt.Fprintf(b, "   seed %d: %d neurons, %d synapses, %d spikes, %d synaptic events, digest %.16s\n", r.Seed,
			r.Neurons,
			r.Synapses, r.Spikes, r.Events, r.Digest)
	}
	for _, p := range s.Populations {
		fmt.Fprintf(b, "   %s: spikes %.4f Hz, events %.4f Hz, bursts %.4f Hz, burst probability %.5f\n",
			p.Population, p.Spikes,
			p.Events, p.Bursts, p.Probability)
	}
	speed := regexp.MustCompile(`[0-9.e+-]+ images/s, [0-9.]+ s`)
	for _, l := range s.Lines {
		fmt.Fprintf(b, "   %s\n", speed.ReplaceAllString(l, "(time)"))
	}
	return nil
}
