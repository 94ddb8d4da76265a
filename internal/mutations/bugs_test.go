package main

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Every bug still applies, once, and what it makes compiles.
func TestBugsCompile(t *testing.T) {
	root := filepath.Join("..", "..")
	var folders []string
	names := map[string]bool{}
	for _, b := range bugs {
		if names[b.Name] {
			t.Errorf("two bugs are called %q", b.Name)
		}
		names[b.Name] = true
		folders = append(folders, "./"+path.Dir(b.File))
	}
	// Files of the packages and export data of what they import, from the build cache.
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}} {{join .GoFiles \" \"}}"},
		folders...)
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	export, files := map[string]string{}, map[string][]string{}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); len(words) > 1 {
			export[words[0]], files[words[0]] = words[1], words[2:]
		}
	}
	const module = "github.com/burstplex/burstplex/"
	set := token.NewFileSet()
	imports := importer.ForCompiler(set, "gc", func(name string) (io.ReadCloser, error) { return os.Open(export[name]) })
	for _, b := range bugs {
		source, err := os.ReadFile(filepath.Join(root, b.File))
		if err != nil {
			t.Errorf("%s: %v", b.Name, err)
			continue
		}
		text, err := b.apply(string(source))
		if err != nil {
			t.Error(err)
			continue
		}
		name := module + path.Dir(b.File)
		var parsed []*ast.File
		for _, f := range files[name] {
			var content any
			if f == path.Base(b.File) {
				content = text
			}
			file, err := parser.ParseFile(set, filepath.Join(root, path.Dir(b.File), f), content, parser.SkipObjectResolution)
			if err != nil {
				t.Errorf("%s: %v", b.Name, err)
			}
			parsed = append(parsed, file)
		}
		config := types.Config{Importer: imports, GoVersion: "go1.26"}
		if _, err := config.Check(name, set, parsed, nil); err != nil {
			t.Errorf("%s: %v", b.Name, err)
		}
	}
}
