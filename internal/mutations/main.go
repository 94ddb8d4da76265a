// Command mutations puts bugs into a copy of the source, one at a time, and runs the tests that must notice:
//
//	go run ./internal/mutations [-only TEXT] [-workers 2] [-results mutations.jsonl]
//
// It prints a table of what was caught and what survived. Results are kept as they come, one JSON object a line, so
// that a run that is interrupted goes on where it was; a result counts as long as its bug and the commit are the
// same. The bugs stand in bugs.go. A bug is caught when a test fails; a copy that does not compile, or in which
// nothing was run, is an error.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// result is what became of a bug.
type result struct {
	Bug, Commit string
	Caught      bool
	By          string // the first tests that failed
	Seconds     float64
}

func main() {
	only := flag.String("only", "", "take bugs whose name or file contains this text")
	workers := flag.Int("workers", 2, "copies of the source that are tested at the same time")
	kept := flag.String("results", filepath.Join(os.TempDir(), "burstplex-mutations.jsonl"), "file of results")
	flag.Parse()
	if err := run(*only, *workers, *kept); err != nil {
		fmt.Fprintln(os.Stderr, "mutations:", err)
		os.Exit(1)
	}
}

func run(only string, workers int, kept string) error {
	root, err := output("git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	commit, err := output("git", "-C", root, "rev-parse", "HEAD")
	if err != nil {
		return err
	}
	done, err := read(kept, commit)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(kept, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	work, results := make(chan bug), make(chan result)
	failed := make([]error, workers)
	var group sync.WaitGroup
	for k := range workers {
		group.Go(func() {
			if failed[k] = worker(root, commit, work, results); failed[k] != nil {
				for range work { // nobody waits for it
				}
			}
		})
	}
	go func() {
		for _, b := range bugs {
			if _, ok := done[b.Name]; !ok && chosen(b, only) {
				work <- b
			}
		}
		close(work)
		group.Wait()
		close(results)
	}()
	for r := range results {
		done[r.Bug] = r
		line, _ := json.Marshal(r)
		if _, err := file.Write(append(line, '\n')); err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, row(r))
	}
	table(done, only)
	return errors.Join(failed...)
}

func chosen(b bug, only string) bool {
	return strings.Contains(b.Name, only) || strings.Contains(b.File, only)
}

// read returns the results of a commit that a file keeps.
func read(name, commit string) (map[string]result, error) {
	done := map[string]result{}
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return done, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var r result
		if json.Unmarshal(lines.Bytes(), &r) == nil && r.Commit == commit {
			done[r.Bug] = r
		}
	}
	return done, nil
}

// worker tests bugs in a copy of its own: what is committed, without the history.
func worker(root, commit string, work <-chan bug, results chan<- result) error {
	dir, err := os.MkdirTemp("", "burstplex-mutation-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	copied := exec.Command("sh", "-c", fmt.Sprintf("git -C '%s' archive %s | tar -x -C '%s'", root, commit, dir))
	if text, err := copied.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, text)
	}
	for b := range work {
		r, err := test(dir, b)
		if err != nil {
			return fmt.Errorf("%s: %w", b.Name, err)
		}
		r.Commit = commit
		results <- r
	}
	return nil
}

// apply returns a source text with a bug in it.
func (b bug) apply(source string) (string, error) {
	if n := strings.Count(source, b.Find); n != 1 {
		return "", fmt.Errorf("%s: %q occurs %d times in %s and not once", b.Name, b.Find, n, b.File)
	}
	return strings.Replace(source, b.Find, b.Replace, 1), nil
}

// test puts a bug into a copy, runs the tests that must fail and takes it out again.
func test(dir string, b bug) (result, error) {
	name := filepath.Join(dir, b.File)
	source, err := os.ReadFile(name)
	if err != nil {
		return result{}, err
	}
	text, err := b.apply(string(source))
	if err != nil {
		return result{}, err
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return result{}, err
	}
	defer os.WriteFile(name, source, 0o644)
	start := time.Now()
	args := append([]string{"test", "-vet=off", "-timeout", "10m", "-failfast"}, strings.Fields(b.Fails)...)
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "BURSTPLEX_SHRINK=0")
	out, err := cmd.CombinedOutput()
	r := result{Bug: b.Name, Seconds: time.Since(start).Seconds()}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return r, nil
	case !errors.As(err, &exit):
		return r, err
	case strings.Contains(string(out), "[build failed]"), strings.Contains(string(out), "[setup failed]"):
		return r, fmt.Errorf("the copy does not compile: %s", out)
	}
	r.Caught, r.By = true, strings.Join(failures(string(out)), " ")
	return r, nil
}

var failure = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// failures lists the tests that failed, "panic" or "timeout" where none says so.
func failures(out string) (names []string) {
	for _, m := range failure.FindAllStringSubmatch(out, -1) {
		names = append(names, m[1])
	}
	if strings.Contains(out, "panic: test timed out") {
		names = append(names, "timeout")
	} else if strings.Contains(out, "panic: ") {
		names = append(names, "panic")
	}
	return names
}

// table prints all results and how many bugs were caught.
func table(done map[string]result, only string) {
	caught, tested := 0, 0
	for _, b := range bugs {
		r, ok := done[b.Name]
		if !ok || !chosen(b, only) {
			continue
		}
		tested++
		if r.Caught {
			caught++
		}
		fmt.Println(row(r))
	}
	fmt.Printf("%d of %d caught\n", caught, tested)
}

func row(r result) string {
	what := "SURVIVED"
	if r.Caught {
		what = "caught"
	}
	return fmt.Sprintf("%-8s  %-90s %6.1f s  %s", what, r.Bug, r.Seconds, r.By)
}

func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	return strings.TrimSpace(string(out)), err
}
