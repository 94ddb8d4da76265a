// Package trains reads spike trains from the files of other programs and from recordings: the one reader behind
// `spikes import` and the neuron model "replay".
//
//	f, err := trains.Read(nil, "data.csv.gz", trains.Options{})
//	all, err := f.Select(trains.Selection{Recording: "v1", Size: 100}) // a train for each of 100 neurons
//
// A file is known by its first bytes: a recording (.bspk), HDF5 (SONATA, units of NWB, or a dataset for each
// column, MATLAB 7.3 included), arrays of numpy (.npy, .npz), Parquet, or else text (CSV, rasters, NEST), plain or
// gzipped. What this program exports as CSV, npz, Parquet or SONATA gives the same spikes.
//
// What a file leaves open (which column is the time, in which unit) is never guessed: it is an error of type
// *Unsettled that names the option which settles it. What is understood without options:
//
//   - columns with names that say the unit: time_s, time_ms, t_us, "time (ms)"..., in a first line or in a comment above
//     the first row ("# time_ms id");
//   - the conventions of programs where the name of the other column tells them: times, time or t in ms beside sender(s)
//     or gid(s) (NEST), timestamps in ms beside node_id(s) (SONATA), t in s beside i (Brian);
//   - by the ending of the file, without any names: .ras (s, neuron: Auryn), .gdf (neuron, ms: NEST 2).
//
// # Which unit becomes which neuron
//
// One rule for all formats: units that are whole numbers keep their places, unit n is neuron n - FirstID, and
// neurons between them that never spike are silent neurons. Units that have names are numbered as they appear. See
// Numbering.
package trains

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// Train is the spike train of one unit, in order of time. Two spikes may share a time where times were rounded.
type Train struct {
	Recording string // population of a SONATA file or a recording, column "recording" or "population" of a table
	Unit      string // as written; whole numbers without decoration: 3 for "3.0" and "3.000e+00"
	Times     []spike.Tick
	Kinds     []spike.Kind // labels, where the file has them; otherwise nil
}

// Options settle what a file leaves open. The zero value takes everything from the file.
type Options struct {
	TimeUnit         string // unit of the times, where the file does not say: s, ms, us, ns, or a step such as "0.1 ms"
	TimeColumn       string // column that holds the times, by name or number from 1
	UnitColumn       string // column that holds the units (neurons), by name or number from 1
	PopulationColumn string // column that holds the recording or population, by name or number from 1
	Delimiter        string // what separates columns: comma, semicolon, tab, space, or one character
}

// File is what a file holds.
type File struct {
	Name   string
	Trains []Train // recordings one after the other
	How    string  // how it was read, in words: columns, units, what was left aside

	// What files of Burstplex know besides; zero in others.
	Network    []recordings.Population // every population by number; a Size of 0 is not known
	FirstID    int                     // number of neuron 0 in the file
	Window     spike.Window            // time that was recorded
	Resolution spike.Tick

	names []string // of recordings that the file names, with or without spikes
}

// Unsettled says that a file may be read in more than one way. It is one line.
type Unsettled struct {
	File   string
	Reason string
	Option string // key of the option that settles it, such as "time_unit"
	Choice string // what may be said, such as `"ms", "s"`
}

func (e *Unsettled) Error() string {
	return fmt.Sprintf("%s: %s; say %s (%s)", e.File, e.Reason, e.Option, e.Choice)
}

// Read reads spike trains from a file by what it is. Spikes need not be sorted in the file. A nil fsys is the file
// system; recordings and HDF5 files are read from there only.
func Read(fsys fs.FS, name string, o Options) (*File, error) {
	f, err := read(fsys, name, o)
	var open *Unsettled
	switch {
	case errors.As(err, &open):
		open.File = name
		return nil, open
	case err != nil:
		var pe *fs.PathError
		if errors.As(err, &pe) && pe.Path == name {
			return nil, fmt.Errorf("%s: %w", name, pe.Err)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f.Name = name
	return f, nil
}

func read(fsys fs.FS, name string, o Options) (*File, error) {
	var file fs.File
	var err error
	if fsys != nil {
		file, err = fsys.Open(name)
	} else {
		file, err = os.Open(name)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("is a directory")
	}
	in := bufio.NewReaderSize(file, peeked)
	start, _ := in.Peek(peeked)
	kind, binary := kindOf(start)
	if !binary {
		return readText(in, name, o)
	}
	if kind == "gzip" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("is not gzip text: %w", err)
		}
		in = bufio.NewReaderSize(z, peeked)
		start, _ = in.Peek(peeked)
		if kind, binary := kindOf(start); binary {
			return nil, fmt.Errorf("holds a gzipped %s file: unpack it first", kind)
		}
		return readText(in, strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".GZ"), o)
	}
	if read, ok := formats()[kind]; ok && fsys == nil {
		if o.Delimiter != "" {
			return nil, fmt.Errorf("delimiter = %q means nothing to a %s file", o.Delimiter, kind)
		}
		return read(name, o)
	}
	return nil, fmt.Errorf("is a %s file: spike trains are read from .bspk, HDF5 (SONATA, NWB, columns), npz, npy, "+
		"Parquet, CSV and text rasters", kind)
}

// formats are the readers of binary formats by what kindOf calls them.
func formats() map[string]func(path string, o Options) (*File, error) {
	return map[string]func(string, Options) (*File, error){
		"bspk": readRecording, "HDF5": readHDF5, "zip or npz": readNPZ, "npy": readNPY, "Parquet": readParquet,
	}
}

// peeked is how much of a file is looked at before it is read.
const peeked = 1 << 16

const hdf5Magic = "\x89HDF\r\n\x1a\n"

// kindOf tells a binary file by its first bytes.
func kindOf(start []byte) (kind string, binary bool) {
	for magic, kind := range map[string]string{
		hdf5Magic: "HDF5", recordings.Magic: "bspk", "\x1f\x8b": "gzip", "PK\x03\x04": "zip or npz", "PAR1": "Parquet",
		"MATLAB 7.3 MAT-file": "HDF5", "MATLAB 5.0 MAT-file": "MATLAB (version 5 to 7.2)", "\x93NUMPY": "npy",
		"SQLite format 3": "SQLite",
		"%PDF":            "PDF", "BZh": "bzip2", "\xfd7zXZ": "xz", "\x28\xb5\x2f\xfd": "zstd",
		"NEURALEV": "Blackrock NEV", "PLEX": "Plexon",
		"\xff\xfe": "UTF-16 text", "\xfe\xff": "UTF-16 text", "\x80\x04": "Python pickle", "\x80\x05": "Python pickle",
	} {
		if strings.HasPrefix(string(start), magic) {
			return kind, true
		}
	}
	for at := 512; at+8 <= len(start); at *= 2 { // behind a block of the user's
		if string(start[at:at+8]) == hdf5Magic {
			return "HDF5", true
		}
	}
	for len(start) > 0 {
		c, n := utf8.DecodeRune(start)
		if c == utf8.RuneError && n <= 1 && len(start) >= utf8.UTFMax && c != 0 || c < ' ' &&
			!strings.ContainsRune("\t\n\r\f", c) {
			return "binary", true
		}
		start = start[n:]
	}
	return "", false
}
