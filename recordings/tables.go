package recordings

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/burstplex/burstplex/neuron/spike"
)

// TableInfo describes a table without reading it.
type TableInfo struct {
	Name    string
	At      spike.Tick
	Rows    int64
	Columns []ColumnInfo
}

// ColumnInfo describes a column. Type is f4, f8, i8 or u4, as numpy calls them.
type ColumnInfo struct{ Name, Unit, Type string }

// storedTable is where the parts of a table are.
type storedTable struct {
	TableInfo
	parts []part
}

type part struct {
	entry *entry
	tableJSON
}

// tableList is made when it is first asked for.
type tableList struct {
	once   sync.Once
	tables []storedTable
	damage []*Damage

	starting sync.Once
	zstd     *zstd.Decoder // safe for concurrent use
	err      error
}

// decoder starts the decoder when it is first needed.
func (l *tableList) decoder() (*zstd.Decoder, error) {
	l.starting.Do(func() {
		l.zstd, l.err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxTableBytes))
	})
	return l.zstd, l.err
}

// Tables lists the tables of the recording in the order in which they were written. Tables with a damaged part are
// left out; the error joins what is wrong with them, and the list is valid beside it.
func (r *Reader) Tables() ([]TableInfo, error) {
	list := r.tableList()
	out := make([]TableInfo, len(list.tables))
	for i := range out {
		out[i] = list.tables[i].TableInfo
	}
	var errs []error
	for _, d := range list.damage {
		errs = append(errs, d)
	}
	return out, errors.Join(errs...)
}

// Table reads the table of the given name and time.
func (r *Reader) Table(name string, at spike.Tick) (*Table, error) {
	list := r.tableList()
	for i := range list.tables {
		if t := &list.tables[i]; t.Name == name && t.At == at {
			return r.readTable(t)
		}
	}
	return nil, fmt.Errorf("%s: no table %q at %v", r.path, name, at)
}

// Courses sums up the tables of each name, in the order of their first: how many there are, all their rows, and the
// times of the first and the last.
func (r *Reader) Courses() (out []CourseInfo, err error) {
	tables, err := r.Tables()
	known := map[string]int{}
	for _, t := range tables {
		i, ok := known[t.Name]
		if !ok {
			i = len(out)
			known[t.Name] = i
			out = append(out, CourseInfo{TableInfo: t, To: t.At})
			out[i].Rows = 0
		}
		c := &out[i]
		c.Tables++
		c.Rows += t.Rows
		c.At, c.To = min(c.At, t.At), max(c.To, t.At)
	}
	return out, err
}

// CourseInfo describes all tables of a name. At is the time of the first, To that of the last.
type CourseInfo struct {
	TableInfo
	To     spike.Tick
	Tables int
}

// Series reads all tables of a name, in order of time, and joins their rows: the course of a probe, or snapshots of
// weights. Its first column is the time of the row, "time" in ns. The columns of the tables must agree.
func (r *Reader) Series(name string) (*Table, error) {
	list := r.tableList()
	var found []*storedTable
	for i := range list.tables {
		if t := &list.tables[i]; t.Name == name {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no table %q", r.path, name)
	}
	slices.SortStableFunc(found, func(a, b *storedTable) int { return int(min(1, max(-1, a.At-b.At))) })
	var all *Table
	for _, t := range found {
		if !slices.Equal(t.Columns, found[0].Columns) {
			return nil, fmt.Errorf("%s: table %q has other columns at %v than at %v", r.path, name, t.At, found[0].At)
		}
		next, err := r.readTable(t)
		if err != nil {
			return nil, err
		}
		if !t.isCourse() {
			times := slices.Repeat([]int64{int64(t.At)}, int(t.Rows))
			next.Columns = slices.Insert(next.Columns, 0, Column{Name: timeColumn.Name, Unit: timeColumn.Unit, Data: times})
		}
		if all == nil {
			all = next
			continue
		}
		for i := range all.Columns {
			all.Columns[i].join(&next.Columns[i])
		}
	}
	return all, nil
}

// join appends the rows of a column of the same type.
func (c *Column) join(o *Column) {
	switch d := c.Data.(type) {
	case []float32:
		c.Data = append(d, o.Data.([]float32)...)
	case []float64:
		c.Data = append(d, o.Data.([]float64)...)
	case []int64:
		c.Data = append(d, o.Data.([]int64)...)
	case []uint32:
		c.Data = append(d, o.Data.([]uint32)...)
	}
}

func (r *Reader) tableList() *tableList {
	r.tables.once.Do(func() {
		type place struct {
			name string
			at   spike.Tick
		}
		known := make(map[place]int)
		for i := range r.entries {
			e := &r.entries[i]
			if e.Type != typeTable {
				continue
			}
			p, _, err := r.readPart(e)
			if err != nil {
				r.tables.damage = append(r.tables.damage, r.damage(e, err))
				continue
			}
			key := place{p.Name, e.Window.From}
			at, ok := known[key]
			if !ok || p.First == 0 {
				at = len(r.tables.tables)
				known[key] = at
				t := storedTable{TableInfo: TableInfo{Name: p.Name, At: e.Window.From, Rows: p.Rows}}
				for _, c := range p.Columns {
					t.Columns = append(t.Columns, ColumnInfo(c))
				}
				r.tables.tables = append(r.tables.tables, t)
			}
			t := &r.tables.tables[at]
			t.parts = append(t.parts, part{e, p})
		}
		r.tables.tables = slices.DeleteFunc(r.tables.tables, func(t storedTable) bool {
			next := int64(0)
			for _, p := range t.parts {
				if p.First != next || p.Rows != t.Rows || len(p.Columns) != len(t.Columns) {
					break
				}
				next += p.Count
			}
			if next != t.Rows {
				r.tables.damage = append(r.tables.damage, &Damage{Path: r.path, Offset: t.parts[0].entry.offset, Length: 0,
					Err: fmt.Errorf("table %q at %v has %d of %d rows", t.Name, t.At, next, t.Rows)})
			}
			return next != t.Rows
		})
	})
	return &r.tables
}

// readPart reads the block of a part: its description and its compressed columns.
func (r *Reader) readPart(e *entry) (tableJSON, []byte, error) {
	var j tableJSON
	if err := checkTable(&e.block); err != nil {
		return j, nil, err
	}
	p, err := r.payload(nil, e)
	if err != nil {
		return j, nil, err
	}
	if len(p) < 4 || uint64(binary.LittleEndian.Uint32(p)) > uint64(len(p)-4) {
		return j, nil, errors.New("table description is cut off")
	}
	n := binary.LittleEndian.Uint32(p)
	if err := json.Unmarshal(p[4:4+n], &j); err != nil {
		return j, nil, fmt.Errorf("table description is not the JSON of this format: %w", err)
	}
	width := int64(0)
	for _, c := range j.Columns {
		w := widthOf(c.Type)
		if w == 0 {
			return j, nil, fmt.Errorf("column %q has the unknown type %q", c.Name, c.Type)
		}
		width += w
	}
	if width == 0 || j.Count < 0 || j.First < 0 || j.Count > int64(e.Count)/width || j.Count*width != int64(e.Count) ||
		j.First > j.Rows-j.Count {
		return j, nil, fmt.Errorf("%d rows from %d of %d, %d bytes each, in %d bytes", j.Count, j.First, j.Rows, width,
			e.Count)
	}
	return j, p[4+n:], nil
}

// checkTable refuses what the header of a table block cannot say.
func checkTable(b *block) error {
	switch {
	case b.Codec != tableZstd:
		return fmt.Errorf("unknown codec %d of a table", b.Codec)
	case b.Length > maxTableBytes || b.Count > maxTableBytes:
		return fmt.Errorf("table of %d bytes, %d when decompressed: more than %d", b.Length, b.Count, maxTableBytes)
	}
	return nil
}

func widthOf(kind string) int64 {
	switch kind {
	case "f4", "u4":
		return 4
	case "f8", "i8":
		return 8
	}
	return 0
}

func (r *Reader) readTable(t *storedTable) (*Table, error) {
	z, err := r.tables.decoder()
	if err != nil {
		return nil, err
	}
	out := &Table{Name: t.Name, At: t.At}
	for _, c := range t.Columns {
		col := Column{Name: c.Name, Unit: c.Unit}
		switch c.Type {
		case "f4":
			col.Data = []float32{}
		case "f8":
			col.Data = []float64{}
		case "i8":
			col.Data = []int64{}
		default:
			col.Data = []uint32{}
		}
		out.Columns = append(out.Columns, col)
	}
	for _, p := range t.parts {
		_, packed, err := r.readPart(p.entry)
		var raw []byte
		if err == nil {
			raw, err = z.DecodeAll(packed, make([]byte, 0, p.entry.Count))
		}
		if err == nil && len(raw) != int(p.entry.Count) {
			err = fmt.Errorf("%d bytes decompressed, want %d", len(raw), p.entry.Count)
		}
		for i := range out.Columns {
			if err != nil {
				return nil, r.damage(p.entry, err)
			}
			if p.Columns[i] != columnJSON(t.Columns[i]) {
				err = fmt.Errorf("column %q changes its type", p.Columns[i].Name)
				continue
			}
			n := p.Count * widthOf(p.Columns[i].Type)
			out.Columns[i].parse(raw[:n])
			raw = raw[n:]
		}
		if err != nil {
			return nil, r.damage(p.entry, err)
		}
	}
	return out, nil
}

// parse appends serialised rows.
func (c *Column) parse(raw []byte) {
	le := binary.LittleEndian
	switch d := c.Data.(type) {
	case []float32:
		for ; len(raw) >= 4; raw = raw[4:] {
			d = append(d, math.Float32frombits(le.Uint32(raw)))
		}
		c.Data = d
	case []float64:
		for ; len(raw) >= 8; raw = raw[8:] {
			d = append(d, math.Float64frombits(le.Uint64(raw)))
		}
		c.Data = d
	case []int64:
		for ; len(raw) >= 8; raw = raw[8:] {
			d = append(d, int64(le.Uint64(raw)))
		}
		c.Data = d
	case []uint32:
		for ; len(raw) >= 4; raw = raw[4:] {
			d = append(d, le.Uint32(raw))
		}
		c.Data = d
	}
}
