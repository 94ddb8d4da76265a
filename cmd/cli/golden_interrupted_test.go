package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"github.com/burstplex/burstplex/sim/session"
)

// afterCalls is a context that ends when it has been asked so often whether it has ended: an interruption at the same
// place on every machine.
type afterCalls struct {
	context.Context
	left atomic.Int64
}

// Err implements context.Context.
func (c *afterCalls) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// interruptedLike runs a built-in experiment until it is interrupted, resumes it, draws its figures again, and compares
// what the directory then holds with that of a run that nothing interrupted.
func interruptedLike(t *testing.T, builtin string, args []string, whole string) {
	t.Helper()
	var sets []string
	for _, a := range args {
		if a != "--set" {
			sets = append(sets, a)
		}
	}
	kinds := report.NewRegistries()
	for calls := int64(60); ; calls /= 4 { // some have little that can be interrupted
		if calls == 0 {
			t.Errorf("%s never looks whether it is interrupted", builtin)
			return
		}
		x, err := experiment.Load(kinds, builtin, sets...)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "broken")
		ctx := &afterCalls{Context: context.Background()}
		ctx.left.Store(calls)
		if _, err = session.Run(ctx, x, session.Options{Dir: dir}); err == nil {
			continue
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if _, _, _, err := session.Resume(context.Background(), kinds, dir, session.Options{Workers: 1}); err != nil {
			t.Fatal(err)
		}
		if x.Task == nil {
			if err := report.Draw(kinds, dir); err != nil {
				t.Fatal(err)
			}
		}
		var want, got strings.Builder
		describe(t, &want, whole)
		describe(t, &got, dir)
		a, b := strings.Split(want.String(), "\n"), strings.Split(got.String(), "\n")
		for i := range max(len(a), len(b)) {
			if i >= len(a) || i >= len(b) || a[i] != b[i] {
				t.Errorf("%s, interrupted and resumed: line %d of what it wrote\nis  %q\nand %q of a run in one piece", builtin,
					i+1,
					strings.Join(b[min(i, len(b)):min(i+1, len(b))], ""), strings.Join(a[min(i, len(a)):min(i+1, len(a))], ""))
				return
			}
		}
		return
	}
}
