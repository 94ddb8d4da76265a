package recordings_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// faulty is a disk whose operation number failAt goes wrong, in one of several ways, and which notes every operation
// after that.
type faulty struct {
	kind   string
	failAt int
	count  int
	after  int // writes and syncs to the file after the failure
}

var errDisk = errors.New("injected")

func (f *faulty) op() error {
	f.count++
	if f.count == f.failAt {
		return errDisk
	}
	return nil
}

func (f *faulty) Create(path string, replace bool) (File, error) {
	if err := f.op(); err != nil {
		return nil, err
	}
	file, err := os.Create(path)
	return &faultyFile{f, file}, err
}

func (f *faulty) SyncDir(string) error { return f.op() }

type faultyFile struct {
	fs   *faulty
	file *os.File
}

func (f *faultyFile) Write(p []byte) (int, error) {
	if f.fs.failAt > 0 && f.fs.count >= f.fs.failAt {
		f.fs.after++
	}
	if err := f.fs.op(); err != nil {
		switch f.fs.kind {
		case "short":
			n, _ := f.file.Write(p[:len(p)/2])
			return n, nil
		case "full":
			n, _ := f.file.Write(p[:len(p)/3])
			return n, syscall.ENOSPC
		}
		return 0, err
	}
	return f.file.Write(p)
}

func (f *faultyFile) Sync() error {
	if f.fs.failAt > 0 && f.fs.count >= f.fs.failAt {
		f.fs.after++
	}
	return f.fs.op()
}

func (f *faultyFile) Close() error {
	f.file.Close()
	return f.fs.op()
}

// Whatever operation of the disk fails, and however: the failure is returned once, with path and time, nothing is
// written any more, and what was durable is read back.
func TestEveryFailure(t *testing.T) {
	h := network(0, 50)
	evs := poisson(h, 40, .2, spike.Second, 5)
	// record returns the errors in the order in which they came, and the last durable time.
	record := func(fs FS, path string) (errs []error, durable spike.Tick) {
		durable = spike.Never
		note := func(err error) {
			if err != nil {
				errs = append(errs, err)
			}
		}
		w, err := Create(path, h, OnFS(fs), SyncEvery(time.Hour))
		if err != nil {
			return []error{err}, durable
		}
		rest := evs
		for at := spike.Tick(0); at < spike.Second; at += 100 * spike.Millisecond {
			to := at + 100*spike.Millisecond
			n, _ := slices.BinarySearchFunc(rest, to, func(e spike.Event, at spike.Tick) int { return int(e.At - at) })
			note(w.WriteSpikes(spike.Window{From: at, To: to}, rest[:n]))
			rest = rest[n:]
			note(w.WriteTable("probe", at, []Column{{"v", "mV", []float64{1, 2}}}))
			note(w.WriteRows("course", at, []Column{{"v", "mV", []float64{1, 2}}}))
			d, err := w.Flush()
			durable = d
			note(err)
		}
		note(w.Close())
		if len(errs) == 0 {
			durable = w.Durable()
		}
		note(w.Close())
		return errs, durable
	}
	clean := &faulty{}
	path := filepath.Join(t.TempDir(), "clean")
	if errs, _ := record(clean, path); len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, kind := range []string{"error", "short", "full"} {
		for at := 1; at <= clean.count; at++ {
			path := filepath.Join(t.TempDir(), "run.bspk")
			fs := &faulty{kind: kind, failAt: at}
			errs, durable := record(fs, path)
			if len(errs) == 0 || fs.after > 0 {
				t.Fatalf("%s at operation %d: errors %v, %d operations on the failed file", kind, at, errs, fs.after)
			}
			if !strings.Contains(errs[0].Error(), path) || at > 5 && !strings.Contains(errs[0].Error(), "model time") {
				t.Errorf("%s at %d: %v names no path or no time", kind, at, errs[0])
			}
			for _, err := range errs[1:] {
				if !errors.Is(err, ErrFailed) {
					t.Errorf("%s at %d: reported again: %v", kind, at, err)
				}
			}
			if durable == spike.Never {
				continue
			}
			r, err := Open(path)
			if err != nil {
				t.Fatalf("%s at %d: %v", kind, at, err)
			}
			if r.Window().To < durable {
				t.Errorf("%s at %d: durable up to %v, read up to %v", kind, at, durable, r.Window().To)
			}
			checkPrefix(t, r, evs, durable)
			r.Close()
		}
	}
}

// checkPrefix makes sure that everything up to the durable time is there.
func checkPrefix(t *testing.T, r *Reader, evs []spike.Event, durable spike.Tick) {
	t.Helper()
	n := 0
	for ; n < len(evs) && evs[n].At < durable; n++ {
	}
	got := read(t, r, Query{Window: spike.Window{From: spike.Never, To: durable}})
	if !slices.Equal(got, floored(evs[:n], r.Header().Resolution)) {
		t.Fatalf("durable up to %v: %d spikes, want %d, or others", durable, len(got), n)
	}
}

// child is the process that is killed: it records in a hurry and prints what is durable.
func TestMain(m *testing.M) {
	if path := os.Getenv("BURSTPLEX_KILLED_CHILD"); path != "" {
		h := network(0, 200)
		evs := poisson(h, 50, .3, 20*spike.Second, 8)
		w, err := Create(path, h, SyncEvery(10*time.Millisecond))
		last := spike.Never
		for at := spike.Tick(0); err == nil && at < 20*spike.Second; at += spike.Millisecond {
			to := at + spike.Millisecond
			n, _ := slices.BinarySearchFunc(evs, to, func(e spike.Event, at spike.Tick) int { return int(e.At - at) })
			err = w.WriteSpikes(spike.Window{From: at, To: to}, evs[:n])
			evs = evs[n:]
			if d := w.Durable(); d != last {
				fmt.Println(int64(d))
				last = d
			}
			time.Sleep(20 * time.Microsecond)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A recording that is killed at any moment opens, and has everything that was reported durable.
func TestKilled(t *testing.T) {
	kills := 10
	if os.Getenv("BURSTPLEX_LONG") != "" {
		kills = 200
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	evs := poisson(network(0, 200), 50, .3, 20*spike.Second, 8)
	r := rand.New(rand.NewPCG(11, 0))
	survived := 0
	for i := range kills {
		path := filepath.Join(t.TempDir(), "run.bspk")
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), "BURSTPLEX_KILLED_CHILD="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Count the delay from the first sign of life.
		lines := bufio.NewReader(out)
		first, _ := lines.ReadString('\n')
		timer := time.AfterFunc(time.Duration(r.IntN(int(200*time.Millisecond))), func() { cmd.Process.Kill() })
		rest, _ := io.ReadAll(lines)
		cmd.Wait()
		timer.Stop()
		durable := spike.Never
		for _, line := range strings.Fields(first + string(rest)) {
			if n, err := strconv.ParseInt(line, 10, 64); err == nil {
				durable = max(durable, spike.Tick(n))
			}
		}
		reader, err := Open(path)
		if err != nil {
			t.Fatalf("kill %d, durable up to %v: %v", i, durable, err)
		}
		if durable != spike.Never {
			survived++
			checkPrefix(t, reader, evs, durable)
		}
		reader.Close()
		if _, err := Repair(path+".repaired", path); err != nil {
			t.Fatal(err)
		}
		v, err := Verify(path + ".repaired")
		if err != nil || !v.Finished || v.Window.To < durable {
			t.Fatalf("kill %d: repaired file: %+v %v", i, v, err)
		}
	}
	if survived == 0 {
		t.Error("no child lived long enough to report anything durable")
	}
}
