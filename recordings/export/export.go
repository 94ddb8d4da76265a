// Package export translates recordings into the formats that other tools read. Package trains reads them.
//
//	err := export.Named("csv").File("spikes.csv", reader, recordings.Query{})
//
// Formats: csv and parquet (a row per spike; pandas, R), npz (numpy), sonata (HDF5; Blue Brain and Allen tools), nwb
// (HDF5; units of Neurodata Without Borders), nest (the ASCII files of NEST's spike recorder), ras (the "time neuron"
// text raster of Auryn and of many scripts).
//
// Nothing is lost that a format can hold: times are written with all digits of the recording's resolution, csv, npz,
// nwb and parquet keep the labels, and these and sonata become a recording with the same digest when they are imported.
// Loses says what a format cannot hold. Exports stream: memory does not grow with the recording.
package export

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/internal/replace"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// Format is a format that recordings can be exported to.
type Format struct {
	Name    string   // as the command line names it
	Doc     string   // one line
	Endings []string // of names of files, with the point; the first is the usual one
	Loses   string   // what it cannot hold of a recording, in words; "" if nothing that matters
	// Write writes the spikes of a query to an empty file.
	Write func(f *os.File, r *recordings.Reader, q recordings.Query) error
}

// All returns the formats that this package has, by name.
func All() []*Format {
	return []*Format{
		{Name: "csv", Doc: "a row per spike: seconds, population, neuron, label", Endings: []string{".csv"},
			Loses: "sizes of populations (neurons beyond the last that spikes), the time without spikes at the end",
			Write: toText(csvText)},
		{Name: "nest", Doc: "the ASCII files of NEST's spike recorder", Endings: []string{".dat", ".gdf"},
			Loses: "populations (node IDs are numbers in the network plus 1), labels of spikes, the time without spikes " +
				"at the end",
			Write: toText(nestText)},
		{Name: "npz", Doc: "arrays for numpy", Endings: []string{".npz"}, Write: toNPZ},
		{Name: "nwb", Doc: "units of an NWB file (HDF5)", Endings: []string{".nwb"}, Write: toNWB},
		{Name: "parquet", Doc: "a row per spike, for pandas and R", Endings: []string{".parquet"}, Write: toParquet},
		{Name: "ras", Doc: "time and neuron, a line per spike, as Auryn writes them", Endings: []string{".ras"},
			Loses: "populations (neurons are numbered through the network), labels of spikes, the time without spikes at " +
				"the end",
			Write: toText(rasText)},
		{Name: "sonata", Doc: "HDF5 of the Blue Brain and Allen tools", Endings: []string{".h5", ".hdf5"},
			Loses: "labels of spikes (computed again from intervals on import)", Write: toSONATA},
	}
}

// Named returns a format of All, nil if there is none of this name.
func Named(name string) *Format {
	for _, f := range All() {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Ends reports whether a name ends as those of the format do.
func (f *Format) Ends(path string) bool {
	return slices.Contains(f.Endings, strings.ToLower(filepath.Ext(path)))
}

// File writes the spikes of a query to a new file. It refuses to overwrite, and a failed export leaves no file.
// Damage in the recording is an error.
func (f *Format) File(path string, r *recordings.Reader, q recordings.Query) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("export %s: %w", path, fs.ErrExist)
	}
	q.ByNeuron = false
	return create(path, func(to *os.File) error { return f.Write(to, r, q) })
}

// Stream writes the spikes of a query to w.
func (f *Format) Stream(w io.Writer, r *recordings.Reader, q recordings.Query) error {
	q.ByNeuron = false
	file, err := os.CreateTemp("", "burstplex-export-*") // some formats are not written from beginning to end
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := f.Write(file, r, q); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	_, err = io.Copy(w, file)
	return err
}

// create writes a file under another name and renames it when it is complete.
func create(path string, write func(*os.File) error) error {
	if err := replace.File(path, write); err != nil {
		return fmt.Errorf("export %s: %w", path, err)
	}
	return nil
}

// roster finds populations by ID.
type roster []recordings.Population

// of returns the number of the population of a neuron.
func (r roster) of(id spike.ID) int {
	for i := range r {
		if r[i].Contains(id) {
			return i
		}
	}
	panic("export: a recording holds a neuron of no population")
}

// text is a format of lines.
type text struct {
	head string
	line func(dst []byte, pops roster, e spike.Event, digits int) []byte
}

var (
	// The columns that issue trackers, pandas and spreadsheets understand without explanation.
	csvText = text{"time_s,population,neuron,kind,population_number\n", func(dst []byte, pops roster, e spike.Event,
		digits int) []byte {
		number := pops.of(e.Src)
		p := &pops[number]
		dst = append(appendDecimal(dst, e.At, 9, digits), ',')
		dst = append(appendQuoted(dst, p.Name), ',')
		dst = append(appendInt(dst, int64(e.Src-p.First)), ',')
		dst = append(append(dst, e.Kind.String()...), ',')
		return append(appendInt(dst, int64(number)), '\n')
	}}
	// Auryn and most raster scripts: seconds and the neuron's number in the network.
	rasText = text{"", func(dst []byte, _ roster, e spike.Event, digits int) []byte {
		dst = append(appendDecimal(dst, e.At, 9, digits), ' ')
		return append(appendInt(dst, int64(e.Src)), '\n')
	}}
	// NEST 3, recording backend "ascii": milliseconds; node IDs begin with 1.
	nestText = text{"# Burstplex, in the format of NEST's RecordingBackendASCII version: 2\nsender\ttime_ms\n",
		func(dst []byte, _ roster, e spike.Event, digits int) []byte {
			dst = append(appendInt(dst, int64(e.Src)+1), '\t')
			return append(appendDecimal(dst, e.At, 6, max(0, digits-3)), '\n')
		}}
)

// toText makes a writer of a text format.
func toText(t text) func(*os.File, *recordings.Reader, recordings.Query) error {
	return func(f *os.File, r *recordings.Reader, q recordings.Query) error { return t.write(f, r, q) }
}

// WriteCSV, WriteRaster and WriteNEST write the text formats to any writer.
func WriteCSV(w io.Writer, r *recordings.Reader, q recordings.Query) error {
	return csvText.write(w, r, q)
}

// WriteRaster writes "seconds neuron" lines.
func WriteRaster(w io.Writer, r *recordings.Reader, q recordings.Query) error {
	return rasText.write(w, r, q)
}

// WriteNEST writes "sender time_ms" lines.
func WriteNEST(w io.Writer, r *recordings.Reader, q recordings.Query) error {
	return nestText.write(w, r, q)
}

func (t text) write(w io.Writer, r *recordings.Reader, q recordings.Query) error {
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString(t.head) // errors stay in out until Flush
	pops, digits := roster(r.Header().Populations), digitsOf(r.Header().Resolution)
	var line []byte
	for batch, err := range r.Batches(q) {
		if err != nil {
			return err
		}
		for _, e := range batch {
			line = t.line(line[:0], pops, e, digits)
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// digitsOf returns how many decimals of a second write every multiple of the resolution exactly.
func digitsOf(res spike.Tick) int {
	n := 9
	for ; n > 0 && res%10 == 0; n-- {
		res /= 10
	}
	return n
}

// appendDecimal writes a count of ns with the point moved left by scale, and the given number of decimals.
func appendDecimal(dst []byte, t spike.Tick, scale, decimals int) []byte {
	if t < 0 {
		dst = append(dst, '-')
		t = -t
	}
	unit := spike.Tick(1)
	for range scale {
		unit *= 10
	}
	dst = appendInt(dst, int64(t/unit))
	if decimals == 0 {
		return dst
	}
	dst = append(dst, '.')
	for t %= unit; decimals > 0; decimals-- {
		t *= 10
		dst = append(dst, '0'+byte(t/unit))
		t %= unit
	}
	return dst
}

func appendInt(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }

// appendQuoted writes a CSV field.
func appendQuoted(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") {
		return append(dst, s...)
	}
	return append(append(append(dst, '"'), strings.ReplaceAll(s, `"`, `""`)...), '"')
}
