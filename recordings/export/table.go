package export

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/klauspost/compress/flate"

	"github.com/burstplex/burstplex/recordings"
)

// TableFile writes a table to a new file: as npz, an array for each column, if its name ends so, otherwise as CSV.
func TableFile(path string, t *recordings.Table) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("export %s: %w", path, fs.ErrExist)
	}
	write := WriteTableCSV
	if filepath.Ext(path) == ".npz" {
		write = WriteTableNPZ
	}
	return create(path, func(f *os.File) error { return write(f, t) })
}

// WriteTableCSV writes a table as CSV. A column is headed by its name and, behind an underscore, its unit. Numbers
// have as many digits as they need to be read back unchanged.
func WriteTableCSV(w io.Writer, t *recordings.Table) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var line []byte
	rows := 0
	for i := range t.Columns {
		c := &t.Columns[i]
		rows = c.Len()
		line = appendQuoted(append(line, ','), heading(c))
	}
	out.Write(line[min(1, len(line)):]) // errors stay in out until Flush
	out.WriteByte('\n')
	for row := range rows {
		line = line[:0]
		for i := range t.Columns {
			line = appendCell(append(line, ','), &t.Columns[i], row)
		}
		out.Write(append(line[1:], '\n'))
	}
	return out.Flush()
}

func heading(c *recordings.Column) string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + "_" + c.Unit
}

func appendCell(dst []byte, c *recordings.Column, row int) []byte {
	switch d := c.Data.(type) {
	case []float32:
		return strconv.AppendFloat(dst, float64(d[row]), 'g', -1, 32)
	case []float64:
		return strconv.AppendFloat(dst, d[row], 'g', -1, 64)
	case []int64:
		return appendInt(dst, d[row])
	case []uint32:
		return appendInt(dst, int64(d[row]))
	}
	panic(fmt.Sprintf("export: column %s holds %T", c.Name, c.Data))
}

// WriteTableNPZ writes a table as numpy.load reads it.
func WriteTableNPZ(w io.Writer, t *recordings.Table) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w,
			flate.DefaultCompression)
	})
	le := binary.LittleEndian
	for i := range t.Columns {
		c := &t.Columns[i]
		kind, put := "", func([]byte, int) []byte { return nil }
		switch d := c.Data.(type) {
		case []float32:
			kind, put = "<f4", func(b []byte, i int) []byte { return le.AppendUint32(b, math.Float32bits(d[i])) }
		case []float64:
			kind, put = "<f8", func(b []byte, i int) []byte { return le.AppendUint64(b, math.Float64bits(d[i])) }
		case []int64:
			kind, put = "<i8", func(b []byte, i int) []byte { return le.AppendUint64(b, uint64(d[i])) }
		case []uint32:
			kind, put = "<u4", func(b []byte, i int) []byte { return le.AppendUint32(b, d[i]) }
		}
		err := member(z, heading(c), kind, c.Len(), func(out *bufio.Writer) error {
			var buf []byte
			for i := range c.Len() {
				buf = put(buf[:0], i)
				out.Write(buf) // errors stay in out until Flush
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return z.Close()
}
