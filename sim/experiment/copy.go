package experiment

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
)

// Copy writes a built-in experiment to path ("" means NAME.toml), and beside it the embedded files that it replays. It
// overwrites nothing. It returns the files that it has written.
func Copy(kinds *Registries, name, path string) (written []string, err error) {
	text, err := Text(name)
	if err != nil {
		return nil, err
	}
	x, err := Load(kinds, name)
	if err != nil {
		return nil, err
	}
	if path == "" {
		path = name + ".toml"
	}
	if err := create(path, text); err != nil {
		return nil, err
	}
	written = append(written, path)
	for _, in := range x.Inputs() {
		text, err := fs.ReadFile(in.FS, in.Path)
		if err != nil {
			return written, err
		}
		beside := filepath.Join(filepath.Dir(path), in.Name)
		if err := create(beside, text); err != nil {
			return written, err
		}
		written = append(written, beside)
	}
	return written, nil
}

// CopyWritten writes the experiment of a built-in model that is written as equations to path ("" means MODEL.toml).
// It overwrites nothing.
func CopyWritten(model, path string) (string, error) {
	text, err := WrittenText(model)
	if err != nil {
		return "", err
	}
	if path == "" {
		path = model + ".toml"
	}
	return path, create(path, text)
}

//go:embed template
var templates embed.FS

// Templates lists the experiments to start one's own from, in alphabetical order.
func Templates() (names []string) {
	files, _ := fs.Glob(templates, "template/*.toml")
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".toml"))
	}
	return names
}

// TemplateText returns an experiment to start from.
func TemplateText(name string) ([]byte, error) {
	text, err := templates.ReadFile("template/" + name + ".toml")
	if err != nil {
		e := &config.Error{File: "--template", Value: name, Reason: "there is no template of this name",
			Allowed: strings.Join(Templates(), ", ")}
		if near := config.Nearest(name, Templates()); near != "" {
			e.Reason += "; did you mean \"" + near + "\"?"
		}
		return nil, e
	}
	return text, nil
}

// CopyTemplate writes a template to path ("" means NAME.toml). It overwrites nothing.
func CopyTemplate(name, path string) (string, error) {
	text, err := TemplateText(name)
	if err != nil {
		return "", err
	}
	if path == "" {
		path = name + ".toml"
	}
	return path, create(path, text)
}

// create writes a new file.
func create(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return &config.Error{File: path, Reason: "the file exists already; choose another with -o"}
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
