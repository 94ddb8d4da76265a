package experiment

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/recordings/trains"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
)

//go:embed builtin
var builtin embed.FS

// Builtin lists the names of the built-in experiments in alphabetical order.
func Builtin() []string {
	files, _ := fs.Glob(builtin, "builtin/*.toml")
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".toml"))
	}
	return names
}

// Text returns the file of a built-in experiment.
func Text(name string) ([]byte, error) {
	text, err := builtin.ReadFile("builtin/" + name + ".toml")
	if err != nil {
		hint := ""
		if near := config.Nearest(name, Builtin()); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return nil, &config.Error{File: name, Reason: "there is no such file and no built-in experiment of this name" + hint,
			Allowed: strings.Join(Builtin(), ", ")}
	}
	return text, nil
}

// Experiment is a loaded, checked experiment.
type Experiment struct {
	File
	tree    *config.Node
	kinds   *Registries
	dir     string // of the file: other files are relative to it
	builtin bool   // other files are embedded
	read    inputs // files that were read so far

	text        []byte   // as read
	overrides   []string // from the command line
	VariantName string   // "" for the experiment itself
}

// Load reads an experiment: a file if there is one of this name, else a built-in one. Each override is "key=value". The
// kinds that the file can name are those of the registries; NewRegistries has all of Burstplex.
func Load(kinds *Registries, name string, overrides ...string) (*Experiment, error) {
	x := &Experiment{kinds: kinds, dir: filepath.Dir(name)}
	text, err := os.ReadFile(name)
	switch {
	case (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EISDIR)) && !strings.ContainsAny(name, `/\.`): // also beside a directory of results with the experiment's name
		x.builtin = true
		if text, err = Text(name); err != nil {
			return nil, err
		}
		name += ".toml"
	case err != nil:
		return nil, &config.Error{File: name, Reason: reason(err)}
	}
	return x, x.parse(name, text, overrides)
}

// LoadText reads an experiment that is no file of its own.
func LoadText(kinds *Registries, name string, text []byte, overrides ...string) (*Experiment, error) {
	x := &Experiment{kinds: kinds, dir: "."}
	return x, x.parse(name, text, overrides)
}

func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func (x *Experiment) parse(name string, text []byte, overrides []string) error {
	tree, err := config.Parse(name, text)
	if err != nil {
		return err
	}
	x.tree, x.text, x.overrides = tree, text, overrides
	for _, o := range overrides {
		key, value, ok := strings.Cut(o, "=")
		if !ok {
			return &config.Error{File: "--set " + o, Reason: "must be key=value"}
		}
		if err := tree.Set(strings.TrimSpace(key), strings.TrimSpace(value)); err != nil {
			return err
		}
	}
	x.File = *defaults()
	if err := config.DecodeWith(tree, &x.File, x.kinds); err != nil {
		return err
	}
	if err := x.defineBursts(); err != nil {
		return err
	}
	if err := x.locate(); err != nil {
		return err
	}
	if err := x.readColumns(); err != nil {
		return err
	}
	if err := x.driveParameters(); err != nil {
		return err
	}
	if err := x.compileRules(); err != nil {
		return err
	}
	return x.check()
}

// readTrains reads the file of a replayed population.
func (x *Experiment) readTrains(key string, size int, r *neuron.Replay) error {
	f, err := trains.Read(r.FS, r.File, trains.Options{TimeUnit: r.TimeUnit, TimeColumn: r.TimeColumn,
		UnitColumn:       r.UnitColumn,
		PopulationColumn: r.PopulationColumn, Delimiter: r.Delimiter})
	if err == nil {
		r.Trains, err = f.Select(trains.Selection{Recording: r.Recording, Units: r.Units, Size: size,
			Numbering: trains.Numbering{FirstID: r.FirstID, IDs: r.IDs}})
	}
	var selection *trains.SelectionError
	switch {
	case errors.As(err, &selection):
		return x.At(key+"."+selection.Key, "%s", selection.Reason).Allow(selection.Allowed)
	case err != nil:
		return x.At(key+".file", "%s", strings.TrimPrefix(err.Error(), r.File+": "))
	}
	if r.Validate() != nil { // is reported with all else
		return nil
	}
	_, err = r.Load()
	return x.parameter(key, err)
}

// Source returns the path that the experiment was read from, "" if it is built in.
func (x *Experiment) Source() string {
	if x.builtin {
		return ""
	}
	return x.tree.Pos().File
}

// Kinds returns what the file can name.
func (x *Experiment) Kinds() *Registries { return x.kinds }

// Resolved returns the experiment as a file, overrides included.
func (x *Experiment) Resolved() []byte { return config.Format(x.tree) }

// At returns an error at a key.
func (x *Experiment) At(key, format string, args ...any) *config.Error {
	return x.tree.At(key).Errorf(format, args...)
}

// Has reports whether the file or an override says something at a key.
func (x *Experiment) Has(key string) bool { return x.tree.At(key).Kind() != config.KindAbsent }

// NotFound returns an error at a key whose value names something, a kind of thing, that is not among the names.
func (x *Experiment) NotFound(key, kind string, names []string) error {
	return x.tree.At(key).NotFound(kind, names)
}

// Place gives an error of package sim its place in the file.
func (x *Experiment) Place(err error) error {
	var se *sim.Error
	if errors.As(err, &se) {
		key := strings.Replace(se.Key, ".background.", ".backgrounds.", 1)
		if projection, ok := strings.CutSuffix(key, ".weight"); ok {
			for _, bound := range []string{".rule.w_max", ".rule.w_min"} { // the weight may be right, and its bounds wrong
				if x.sooner(projection+bound, key) {
					return x.At(projection+bound, "leaves out the weight: %s", se.Reason)
				}
			}
		}
		return x.At(key, "%s", se.Reason)
	}
	return err
}
