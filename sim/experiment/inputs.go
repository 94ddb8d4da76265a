package experiment

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/burstplex/burstplex/neuron"
)

// Input is a file that an experiment reads.
type Input struct {
	Key  string // that names it, for example populations.input.file
	Name string // as the experiment says it
	Path string // where it is: as said if absolute, else beside the experiment; a path within FS
	FS   fs.FS  // of the built-in experiments; nil: the file system
}

// Open opens the file.
func (in Input) Open() (io.ReadCloser, error) {
	if in.FS != nil {
		return in.FS.Open(in.Path)
	}
	return os.Open(in.Path)
}

// inputs are the files that an experiment has read so far, by key. Networks of several seeds are built side by side.
type inputs struct {
	mu    sync.Mutex
	byKey map[string]Input
}

// input says where a file is that the experiment names under a key. All files go this way: a relative name means a
// file beside the experiment, whatever the working directory is; that of a built-in experiment, an embedded file if
// there is one.
func (x *Experiment) input(key, name string) Input {
	in := Input{Key: key, Name: name, Path: name}
	switch {
	case filepath.IsAbs(name):
	case x.builtin:
		if sub, err := fs.Sub(builtin, "builtin"); err == nil {
			if _, err := fs.Stat(sub, name); err == nil {
				in.FS = sub
			}
		}
	default:
		in.Path = filepath.Join(x.dir, name)
	}
	x.read.mu.Lock()
	defer x.read.mu.Unlock()
	if x.read.byKey == nil {
		x.read.byKey = map[string]Input{}
	}
	x.read.byKey[key] = in
	return in
}

// Inputs lists the files that the experiment reads, by key. Those that only building the network reads are known
// after Check.
func (x *Experiment) Inputs() []Input {
	x.read.mu.Lock()
	defer x.read.mu.Unlock()
	var all []Input
	for _, in := range x.read.byKey {
		all = append(all, in)
	}
	slices.SortFunc(all, func(a, b Input) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// readInput reads a file that the experiment names.
func (x *Experiment) readInput(key, name string) ([]byte, error) {
	f, err := x.input(key, name).Open()
	if err != nil {
		return nil, x.At(key, "cannot be read: %s", reason(err))
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, x.At(key, "cannot be read: %s", reason(err))
	}
	return text, nil
}

// locate tells populations that read files where these are, and reads spike trains.
func (x *Experiment) locate() error {
	for name, p := range x.Populations.All() {
		key := "populations." + name
		if r, ok := p.Spec.(neuron.Reader); ok {
			if file, fsys := r.Reads(); *file != "" {
				in := x.input(key+".file", *file)
				*file, *fsys = in.Path, in.FS
			}
		}
		if r, ok := p.Spec.(neuron.Replayer); ok && r.Replays().File != "" {
			if err := x.readTrains(key, p.Size, r.Replays()); err != nil {
				return err
			}
		}
	}
	return nil
}
