package recordings

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/burstplex/burstplex/neuron/spike"
)

// A course is a table that grows with model time: a probe, a training curve. Its first column is the time of the
// row, and it is stored in stretches, a table each, so that a sample costs little more than its values.

// timeColumn is the first column of a course.
var timeColumn = columnJSON{Name: "time", Unit: "ns", Type: "i8"}

// course is the part of a course that has not been stored.
type course struct {
	name    string
	columns []columnJSON // the first is timeColumn
	last    spike.Tick   // of the goroutine of the caller; the rest belongs to that of the writer

	rows int64
	from spike.Tick
	data [][]byte // by column
}

// rows are what a call of WriteRows hands over: rows of one time, their columns one after the other.
type rows struct {
	course *course
	at     spike.Tick
	count  int64
	bytes  int
}

// WriteRows appends rows of model time at to the course of that name, whose times ascend. The first call says which
// columns it has; a column "time" in ns comes before them. Rows become durable with the spikes of their time. It
// copies the data, and waits while much is queued.
func (w *Writer) WriteRows(name string, at spike.Tick, columns []Column) error {
	j, width, err := w.describe(name, at, columns)
	if err != nil {
		return err
	}
	c := w.courses[name]
	if c == nil {
		c = &course{name: name, columns: append([]columnJSON{timeColumn}, j.Columns...), last: math.MinInt64}
		c.data = make([][]byte, len(c.columns))
		w.courses[name] = c
	}
	if !slices.Equal(c.columns[1:], j.Columns) {
		return fmt.Errorf("recording %s: table %q has other columns at %v than before", w.path, name, at)
	}
	if at <= c.last {
		return fmt.Errorf("recording %s: table %q: rows of %v come after those of %v", w.path, name, at, c.last)
	}
	c.last = at
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.waitForTables(); err != nil {
		return err
	}
	b := &w.front
	b.rowBytes = appendRows(b.rowBytes, columns, 0, j.Rows)
	b.rows = append(b.rows, rows{c, at, j.Rows, int(j.Rows) * width})
	if b.bytes += int(j.Rows) * width; b.bytes > partBytes {
		w.signal()
	}
	return nil
}

// gather adds rows, in the goroutine of the writer.
func (c *course) gather(r rows, raw []byte) {
	if c.rows == 0 {
		c.from = r.at
	}
	for range r.count {
		c.data[0] = binary.LittleEndian.AppendUint64(c.data[0], uint64(r.at))
	}
	for i, col := range c.columns[1:] {
		n := int(r.count * widthOf(col.Type))
		c.data[i+1] = append(c.data[i+1], raw[:n]...)
		raw = raw[n:]
	}
	c.rows += r.count
}

// size is the bytes that wait.
func (c *course) size() (n int) {
	for _, d := range c.data {
		n += len(d)
	}
	return n
}

// store adds what has been gathered to what will be written, as a table in parts.
func (o *output) store(c *course) error {
	if c.rows == 0 {
		return nil
	}
	j := tableJSON{Name: c.name, Rows: c.rows, Columns: c.columns}
	most := max(1, partBytes/int64(c.size()/int(c.rows)))
	var raw []byte
	for ; j.First < j.Rows; j.First += j.Count {
		j.Count = min(most, j.Rows-j.First)
		text, err := json.Marshal(&j)
		if err != nil {
			return err
		}
		raw = raw[:0]
		for i, col := range c.columns {
			w := widthOf(col.Type)
			raw = append(raw, c.data[i][j.First*w:(j.First+j.Count)*w]...)
		}
		o.addTable(&table{at: c.from, text: text, raw: raw})
	}
	c.rows = 0
	for i := range c.data {
		c.data[i] = c.data[i][:0]
	}
	return nil
}

// isCourse reports whether a table is a stretch of a course.
func (t *TableInfo) isCourse() bool {
	return len(t.Columns) > 0 && t.Columns[0] == ColumnInfo(timeColumn)
}

// within returns the rows of a stretch of a course from one time to another, both inclusive.
func (t *Table) within(win spike.Window) *Table {
	times := t.Columns[0].Data.([]int64)
	lo := sort.Search(len(times), func(i int) bool { return spike.Tick(times[i]) >= win.From })
	hi := lo + sort.Search(len(times)-lo, func(i int) bool { return spike.Tick(times[lo+i]) > win.To })
	out := &Table{Name: t.Name, At: t.At}
	if lo < hi {
		out.At = spike.Tick(times[lo])
	}
	for i := range t.Columns {
		out.Columns = append(out.Columns, t.Columns[i].slice(lo, hi))
	}
	return out
}
