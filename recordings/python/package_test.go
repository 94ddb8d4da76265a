package python_test

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestPackage builds the program and runs package_test.py with it.
func TestPackage(t *testing.T) {
	py := python(t, "numpy, pandas")
	program := filepath.Join(t.TempDir(), "burstplex")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/burstplex").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := exec.Command(py, "package_test.py")
	c.Env = append(os.Environ(), "BURSTPLEX_PROGRAM="+program)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestWheel builds a wheel without network, installs it into a folder, and runs the program that is inside.
func TestWheel(t *testing.T) {
	if os.Getenv("BURSTPLEX_LONG") == "" && os.Getenv("CI") == "" {
		t.Skip("builds the program once more: set BURSTPLEX_LONG=1")
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the name of the wheel is that of linux on amd64")
	}
	py := python(t, "numpy, build, wheel, setuptools, pip")
	source, wheels, site := filepath.Join(t.TempDir(), "python"), t.TempDir(), t.TempDir()
	// setuptools leaves build folders beside the sources, so a copy is built, in a place from which the module is found.
	if out, err := exec.Command("git", "clone", "-q", "--depth=1", "file://"+module(t),
		source).CombinedOutput(); err != nil {
		t.Skipf("needs git and a checkout: %v\n%s", err, out)
	}
	run := func(name string, args ...string) string {
		t.Helper()
		c := exec.Command(name, args...)
		c.Dir = t.TempDir()
		c.Env = append(os.Environ(), "PYTHONPATH="+site)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	run(py, "-m", "build", "--no-isolation", "--wheel", "-o", wheels, filepath.Join(source, "recordings", "python"))
	made, _ := filepath.Glob(filepath.Join(wheels, "burstplex-*-py3-none-manylinux_2_17_x86_64.whl"))
	if len(made) != 1 {
		t.Fatalf("expected one wheel for manylinux_2_17_x86_64, found %v", made)
	}
	archive, err := zip.OpenReader(made[0])
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	found := false
	for _, f := range archive.File {
		if f.Name == "burstplex/bin/burstplex" {
			found = f.Mode()&0o111 != 0
		}
	}
	if !found {
		t.Fatal("the wheel holds no executable program")
	}
	run(py, "-m", "pip", "install", "--no-deps", "--no-index", "--target", site, made[0])
	if got := run(py, "-c", "import burstplex, os; p = burstplex.program(); assert "+
		"p.startswith(os.path.dirname(burstplex.__file__)), p; print(burstplex.version())"); !strings.HasPrefix(got,
		"burstplex") {
		t.Fatalf("the installed program calls itself %q", got)
	}
}

// module is the root of the checkout.
func module(t *testing.T) string {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}
