package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/task"
)

const (
	// File names of a saved experiment within its directory.
	savedFile   = "experiment.toml"
	inputsDir   = "inputs"
	inputsTable = "inputs.json"
	// largeInput is the size in bytes from which an input stays where it is: its digest is kept in place of a copy.
	largeInput = 64 << 20
)

// keptInput is what inputs.json says of a file that the experiment reads.
type keptInput struct {
	Name   string `json:"name"`        // in experiment.toml: a copy in the directory, or an absolute path
	From   string `json:"copied_from"` // as the user named it
	SHA256 string `json:"sha256"`
}

// Save writes the experiment into a directory, with overrides applied and with everything that it reads: small files
// are copied into inputs/, large ones are named by absolute path and digest. The directory can be moved, and what is in
// it, run again, is the same experiment with the same digest. Variants, if any are given, are those of x that will be
// run from the saved file. x must have been checked. The saved experiment is returned, as Load reads it.
func (x *Experiment) Save(dir string, variants ...*Experiment) (*Experiment, error) {
	tree, err := config.Parse(x.tree.Pos().File, x.Resolved())
	if err != nil {
		return nil, err
	}
	s := &inputSaver{dir: dir, names: map[string]string{}}
	if x.Data.Dir != "" {
		absolute, err := filepath.Abs(x.DataDir())
		if err != nil {
			return nil, err
		}
		if err := tree.Set("data.dir", fmt.Sprintf("%q", absolute)); err != nil {
			return nil, err
		}
	}
	for _, in := range x.Inputs() {
		name, err := s.save(in)
		if err != nil {
			return nil, err
		}
		if err := tree.Set(in.Key, fmt.Sprintf("%q", name)); err != nil {
			return nil, err
		}
	}
	tree.Remove("sweep") // a run is one point of it
	if r, ok := taskOf(x).(task.FileReader); ok {
		for _, file := range r.Files() {
			if err := s.note(file); err != nil {
				return nil, err
			}
		}
	}
	if x.VariantName != "" {
		tree.Remove("variants") // they have been applied
	}
	for name, v := range x.Variants.All() {
		if x.VariantName != "" {
			break
		}
		set := slices.Clone(v.Set)
		for _, o := range x.overrides { // they win over what variants set, as they did on the command line
			if !strings.HasPrefix(strings.TrimSpace(o), "variants.") {
				set = append(set, o)
			}
		}
		for _, run := range variants {
			if run.VariantName != name {
				continue
			}
			for _, in := range run.Inputs() {
				kept, err := s.save(in)
				if err != nil {
					return nil, err
				}
				set = append(set, fmt.Sprintf("%s=%q", in.Key, kept))
			}
		}
		if len(set) == len(v.Set) {
			continue
		}
		quoted := make([]string, len(set))
		for i, o := range set {
			quoted[i] = fmt.Sprintf("%q", o)
		}
		if err := tree.Set("variants."+name+".set", "["+strings.Join(quoted, ", ")+"]"); err != nil {
			return nil, err
		}
	}
	if err := s.table(); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, savedFile)
	if err := task.Replace(path, config.Format(tree)); err != nil {
		return nil, err
	}
	saved, err := Load(x.kinds, path)
	if err != nil {
		return nil, err
	}
	saved.VariantName = x.VariantName
	return saved, nil
}

// inputSaver copies inputs into a directory, each once.
type inputSaver struct {
	dir   string
	names map[string]string // by path, what the saved experiment calls it
	kept  []keptInput
}

// save copies an input, or notes a large one, and returns what the saved experiment calls it.
func (s *inputSaver) save(in Input) (name string, err error) {
	id := fmt.Sprint(in.FS != nil, in.Path)
	if name, ok := s.names[id]; ok {
		return name, nil
	}
	from, err := in.Open()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	size := int64(0)
	if f, ok := from.(fs.File); ok {
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
	}
	sum := sha256.New()
	if size >= largeInput && in.FS == nil {
		if name, err = filepath.Abs(in.Path); err != nil {
			return "", err
		}
		if _, err := io.Copy(sum, from); err != nil {
			return "", err
		}
	} else {
		if name, err = s.copy(in, io.TeeReader(from, sum)); err != nil {
			return "", err
		}
	}
	s.names[id] = name
	s.kept = append(s.kept, keptInput{Name: name, From: in.Name, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return name, nil
}

// note keeps the digest of a file that stays where it is.
func (s *inputSaver) note(file string) error {
	path, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	sum, err := sumOf(path)
	if err == nil {
		s.kept = append(s.kept, keptInput{Name: path, From: file, SHA256: sum})
	}
	return err
}

// sumOf returns the SHA-256 of a file.
func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, f.Close())
}

// copy writes a copy under a name that no other input has.
func (s *inputSaver) copy(in Input, from io.Reader) (name string, err error) {
	if err := os.MkdirAll(filepath.Join(s.dir, inputsDir), 0o777); err != nil {
		return "", err
	}
	base := filepath.Base(in.Path)
	name = inputsDir + "/" + base
	for k := 2; slices.ContainsFunc(s.kept, func(other keptInput) bool { return other.Name == name }); k++ {
		name = fmt.Sprintf("%s/%d-%s", inputsDir, k, base)
	}
	to, err := os.Create(filepath.Join(s.dir, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	return name, errors.Join(err, to.Close())
}

// table writes inputs.json, if there are inputs.
func (s *inputSaver) table() error {
	if len(s.kept) == 0 {
		return nil
	}
	return task.ReplaceJSON(filepath.Join(s.dir, inputsTable), s.kept)
}

// VerifyInputs compares the files that a saved experiment reads with their digests.
func VerifyInputs(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, inputsTable))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var all []keptInput
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, inputsTable), err)
	}
	for _, in := range all {
		path := filepath.FromSlash(in.Name)
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		sum, err := sumOf(path)
		if err != nil {
			return &config.Error{File: path, Reason: "this input of the run cannot be read: " + reason(err)}
		}
		if sum != in.SHA256 {
			return &config.Error{File: path,
				Reason: fmt.Sprintf("this input is not what the run began with (%s): its digest differs from that in %s", in.From,
					filepath.Join(dir, inputsTable))}
		}
	}
	return nil
}
