package recordings

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Column is one column of a table: a name, a unit ("mV", "" for a pure number) and the data, which is a []float32,
// []float64, []int64 or []uint32.
type Column struct {
	Name string
	Unit string
	Data any
}

// Len returns the number of rows, -1 if Data has another type.
func (c *Column) Len() int {
	switch d := c.Data.(type) {
	case []float32:
		return len(d)
	case []float64:
		return len(d)
	case []int64:
		return len(d)
	case []uint32:
		return len(d)
	}
	return -1
}

// slice returns rows lo to hi.
func (c *Column) slice(lo, hi int) Column {
	out := Column{Name: c.Name, Unit: c.Unit}
	switch d := c.Data.(type) {
	case []float32:
		out.Data = d[lo:hi]
	case []float64:
		out.Data = d[lo:hi]
	case []int64:
		out.Data = d[lo:hi]
	case []uint32:
		out.Data = d[lo:hi]
	}
	return out
}

// Table is a set of columns of equal length that belongs to a model time: a stretch of a state probe, a snapshot of
// weights, a training curve. The time of a stretch is that of its first row.
type Table struct {
	Name    string
	At      spike.Tick
	Columns []Column
}

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// table is a part of a table on its way to the file.
type table struct {
	at   spike.Tick
	text []byte // its tableJSON
	raw  []byte // its columns, to be compressed

	packed []byte // instead of both: a payload that is copied from another file
	size   uint32 // bytes of its columns
}

// Limits of tables. A part is what is compressed at a time; rows of a part are whole.
const (
	partBytes    = 4 << 20
	queuedTables = 16 << 20 // bytes of tables that may wait before WriteTable waits
	maxColumns   = 1 << 12
	maxNameBytes = 1 << 10
)

// tableJSON introduces the payload of a table block, so that tables are listed without decompressing them. The
// columns follow, one after the other, little-endian, compressed together.
type tableJSON struct {
	Name    string       `json:"name"`
	Rows    int64        `json:"rows"`  // of the whole table
	First   int64        `json:"first"` // row of this part
	Count   int64        `json:"count"` // rows of this part
	Columns []columnJSON `json:"columns"`
}

type columnJSON struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	Type string `json:"type"` // "f4", "f8", "i8", "u4", as numpy calls them
}

func typeOf(c *Column) (name string, width int) {
	switch c.Data.(type) {
	case []float32:
		return "f4", 4
	case []float64:
		return "f8", 8
	case []int64:
		return "i8", 8
	}
	return "u4", 4
}

// describe checks a table and describes it.
func (w *Writer) describe(name string, at spike.Tick, columns []Column) (j tableJSON, width int, err error) {
	j = tableJSON{Name: name, Rows: -1}
	for i := range columns {
		c := &columns[i]
		n := int64(c.Len())
		switch {
		case n < 0:
			return j, 0, fmt.Errorf("recording %s: table %q: column %q holds %T, want []float32, []float64, []int64 or []uint32",
				w.path, name, c.Name, c.Data)
		case i > 0 && n != j.Rows:
			return j, 0, fmt.Errorf("recording %s: table %q: column %q has %d rows, the one before it %d", w.path, name,
				c.Name, n, j.Rows)
		case len(c.Name) > maxNameBytes || len(c.Unit) > maxNameBytes:
			return j, 0, fmt.Errorf("recording %s: table %q: a name or unit is longer than %d bytes", w.path, name, maxNameBytes)
		}
		kind, bytes := typeOf(c)
		j.Rows = n
		j.Columns = append(j.Columns, columnJSON{c.Name, c.Unit, kind})
		width += bytes
	}
	if len(columns) == 0 || len(columns) > maxColumns || name == "" || len(name) > maxNameBytes {
		return j, 0, fmt.Errorf("recording %s: table %q: %d columns, want 1 to %d, and a name of 1 to %d bytes", w.path,
			name, len(columns), maxColumns, maxNameBytes)
	}
	if at < spike.Never || at > spike.Forever {
		return j, 0, fmt.Errorf("recording %s: table %q: impossible time %d ns", w.path, name, int64(at))
	}
	return j, width, nil
}

// WriteTable takes a table of the given name and time: weights, say, or anything that is complete. What grows with the
// run, a few rows at a time, is for WriteRows. It copies the data, and waits while many tables are queued.
func (w *Writer) WriteTable(name string, at spike.Tick, columns []Column) error {
	j, width, err := w.describe(name, at, columns)
	if err != nil {
		return err
	}
	for j.Count = int64(partBytes / width); ; j.First += j.Count {
		j.Count = min(j.Count, j.Rows-j.First)
		text, err := json.Marshal(&j)
		if err != nil {
			return fmt.Errorf("recording %s: table %q: %w", w.path, name, err)
		}
		if err := w.queue(table{at: at, text: text, raw: appendRows(make([]byte, 0, int(j.Count)*width), columns, j.First,
			j.First+j.Count)}); err != nil {
			return err
		}
		if j.First+j.Count >= j.Rows {
			return nil
		}
	}
}

// queue hands a part over to the goroutine of the writer.
func (w *Writer) queue(t table) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.waitForTables(); err != nil {
		return err
	}
	w.front.tables = append(w.front.tables, t)
	w.front.bytes += len(t.raw) + len(t.packed)
	w.signal()
	return nil
}

// waitForTables waits while many bytes of tables are queued. The caller holds mu.
func (w *Writer) waitForTables() error {
	for w.front.bytes > queuedTables && !w.failed && !w.closing {
		w.changed.Wait()
	}
	return w.refuse()
}

// appendRows serialises rows lo to hi of every column.
func appendRows(dst []byte, columns []Column, lo, hi int64) []byte {
	le := binary.LittleEndian
	for i := range columns {
		switch d := columns[i].Data.(type) {
		case []float32:
			for _, x := range d[lo:hi] {
				dst = le.AppendUint32(dst, math.Float32bits(x))
			}
		case []float64:
			for _, x := range d[lo:hi] {
				dst = le.AppendUint64(dst, math.Float64bits(x))
			}
		case []int64:
			for _, x := range d[lo:hi] {
				dst = le.AppendUint64(dst, uint64(x))
			}
		case []uint32:
			for _, x := range d[lo:hi] {
				dst = le.AppendUint32(dst, x)
			}
		}
	}
	return dst
}
