package cli

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// goFiles reads the Go files of the repository, by path from its root.
func goFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// identifiers returns the names in Go code, without those in comments, and the comments of packages by file.
func identifiers(files map[string][]byte) (names map[string]bool, packages map[string]string) {
	names, packages = map[string]bool{}, map[string]string{}
	for file, text := range files {
		set := token.NewFileSet()
		var s scanner.Scanner
		s.Init(set.AddFile(file, set.Base(), len(text)), text, nil, scanner.ScanComments)
		comment, inPackage := "", false
		for {
			_, tok, lit := s.Scan()
			if tok == token.EOF {
				break
			}
			switch {
			case tok == token.COMMENT && !inPackage:
				comment += lit + "\n"
			case tok == token.PACKAGE:
				inPackage, packages[file] = true, comment
			case tok == token.IDENT:
				names[lit] = true
			}
		}
	}
	return names, packages
}

// Documents, and the comments of packages, name functions, types, fields and files that exist.
func TestDocumentsNameWhatExists(t *testing.T) {
	root := filepath.Join("..", "..")
	files := goFiles(t)
	names, packages := identifiers(files)
	quoted := regexp.MustCompile("`([^`\n]+)`")
	word := regexp.MustCompile(`^[A-Za-z_][\w.]*$`)
	for _, doc := range []string{"CONTRIBUTING.md", "docs/architecture.md", "docs/one-spike.md"} {
		text, err := os.ReadFile(filepath.Join(root, doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			switch said := m[1]; {
			case strings.Contains(said, " "): // a command, or code
			case strings.Contains(said, "/") && !strings.ContainsAny(said, "*"):
				if _, err := os.Stat(filepath.Join(root, said)); err != nil {
					t.Errorf("%s names %s, which does not exist", doc, said)
				}
			case word.MatchString(said) && regexp.MustCompile(`[A-Z]`).MatchString(said):
				for _, part := range strings.Split(said, ".") {
					if !names[part] && !regexp.MustCompile(`^[a-z]+$|^NAME$|^RECEPTOR$`).MatchString(part) {
						t.Errorf("%s names %s, and no Go file has %s", doc, said, part)
					}
				}
			}
		}
	}
	// CamelCase, and names after a package or a value.
	named := regexp.MustCompile(`\b(?:[A-Z][a-z]+[A-Z]\w*|[a-z]+[A-Z][a-z]\w*)\b|\b[a-z]\w+\.([A-Z]\w+)`)
	for file, comment := range packages {
		for _, m := range named.FindAllStringSubmatch(comment, -1) {
			said := m[0]
			if m[1] != "" {
				said = m[1]
			}
			if !names[said] && said != "NAME" { // keys of files are written with it
				t.Errorf("the package comment in %s names %s, which no Go file has", file, m[0])
			}
		}
	}
}

// Comments cite no document that is not here.
func TestCitedDocumentsExist(t *testing.T) {
	root := filepath.Join("..", "..")
	cited := regexp.MustCompile(`[\w./-]*\w\.md\b`)
	for file, text := range goFiles(t) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, name := range cited.FindAllString(string(text), -1) {
			found := false
			for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
				if _, err := os.Stat(filepath.Join(root, dir, name)); err == nil {
					found = true
				}
				if dir == "." {
					break
				}
			}
			if !found {
				t.Errorf("%s cites %s, which does not exist", file, name)
			}
		}
	}
}

// Lines of Go code have at most 120 columns. In the rooms below long lines of an earlier time are left: their number,
// struct tags not counted, may only fall.
func TestLinesAreShort(t *testing.T) {
	left := map[string]int{"neuron": 95, "sim": 12, "internal": 22, "recordings": 30, "cmd": 8, "plasticity": 3}
	long := map[string]int{}
	for file, text := range goFiles(t) {
		room, _, _ := strings.Cut(file, "/")
		for line := range strings.Lines(string(text)) {
			if utf8.RuneCountInString(line) > 121 && !strings.Contains(line, "`") {
				long[room]++
			}
		}
	}
	for room, n := range long {
		if n > left[room] {
			t.Errorf("%d lines of %s have more than 120 columns, %d were left", n, room, left[room])
		}
	}
}
