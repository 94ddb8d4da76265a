package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A mistake in a model is printed with its line and a caret below the place, and the exit code says bad input; what
// is only suspicious is a warning.
func TestMistakeInModel(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lif.toml")
	var out, errs bytes.Buffer
	if code := run([]string{"init", "--model", "lif", "-o", file}, &out, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	check := func(old, new string, args ...string) (code int, printed string) {
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		out.Reset()
		errs.Reset()
		code = run(append([]string{"check", file}, args...), &out, &errs)
		return code, errs.String()
	}
	code, printed := check("I_soma/c_m", "I_soma")
	lines := strings.Split(strings.TrimRight(printed, "\n"), "\n")
	if code != 2 || len(lines) != 3 || strings.Index(lines[2], "^") != strings.Index(lines[1], "+ I_soma") {
		t.Errorf("exit code %d:\n%s", code, printed)
	}
	code, printed = check("x", "x", "--set", "models.lif-written.threshold=v > 50 mA")
	if code != 2 || !strings.Contains(printed, "--set models.lif-written.threshold") ||
		!strings.Contains(printed, "found mV and pA") {
		t.Errorf("override: exit code %d:\n%s", code, printed)
	}
	code, printed = check("[models.lif-written.parameters]", "[models.lif-written.parameters]\nspare = \"1 mV\"")
	if code != 0 || !strings.Contains(printed, "warning: parameter spare is not used") {
		t.Errorf("unused parameter: exit code %d:\n%s", code, printed)
	}
}
