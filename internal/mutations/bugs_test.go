package main

import (
	"errors"
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
	others := map[string]*ast.File{} // without bodies
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
			path := filepath.Join(root, path.Dir(b.File), f)
			file := others[path]
			if f == filepath.Base(b.File) {
				if file, err = parser.ParseFile(set, path, text, parser.SkipObjectResolution); err != nil {
					t.Errorf("%s: %v", b.Name, err)
				}
			} else if file == nil { // only what it declares matters
				if file, err = parser.ParseFile(set, path, nil, parser.SkipObjectResolution); err != nil {
					t.Error(err)
				}
				for _, d := range file.Decls {
					if f, ok := d.(*ast.FuncDecl); ok {
						f.Body = nil
					}
				}
				others[path] = file
			}
			parsed = append(parsed, file)
		}
		config := types.Config{Importer: imports, GoVersion: "go1.26", Error: func(err error) {
			var e types.Error
			if !errors.As(err, &e) || filepath.Base(set.Position(e.Pos).Filename) == filepath.Base(b.File) {
				t.Errorf("%s: %v", b.Name, err)
			}
		}}
		config.Check(name, set, parsed, nil)
	}
}
