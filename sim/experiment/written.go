package experiment

import (
	"embed"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
)

//go:embed written
var written embed.FS

// Written lists the built-in models that are also written as equations, in alphabetical order.
func Written() (names []string) {
	files, _ := fs.Glob(written, "written/*.toml")
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".toml"))
	}
	return names
}

// WrittenText returns an experiment in which a built-in model stands beside the same one written as equations.
func WrittenText(model string) ([]byte, error) {
	text, err := written.ReadFile("written/" + model + ".toml")
	if err != nil {
		e := &config.Error{Key: "model", Value: model, Reason: "is not written as equations",
			Allowed: strings.Join(Written(), ", ")}
		if near := config.Nearest(model, Written()); near != "" {
			e.Reason += "; did you mean \"" + near + "\"?"
		}
		return nil, e
	}
	return text, nil
}

// Passive returns what was written for the models of an experiment that have compartments.
func (x *Experiment) Passive() (string, error) {
	var out []string
	for name, m := range x.Models.All() {
		model, err := compileModel(m, name, x.tree.At("models").Get(name))
		if err != nil {
			return "", err
		}
		if s := model.Whole(); s != "" {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return "", x.At("models", "no model has compartments, from which equations are written")
	}
	return strings.Join(out, "\n"), nil
}

// Equations returns the tables of a built-in model that is written as equations, as they stand in an experiment file.
func Equations(model string) (string, error) {
	text, err := WrittenText(model)
	if err != nil {
		return "", err
	}
	_, tables, _ := strings.Cut(string(text), "[models.")
	tables, _, _ = strings.Cut(tables, "\n[populations.")
	return "[models." + tables, nil
}
