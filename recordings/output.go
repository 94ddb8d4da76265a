package recordings

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"sort"

	"github.com/klauspost/compress/zstd"

	"github.com/burstplex/burstplex/neuron/spike"
)

// tableZstd is the codec of table blocks.
const tableZstd = 1

// writeBytes is how much is collected before it is written, where more follows at once.
const writeBytes = 512 << 10

// output is the far side of a writer: it collects spikes into frames, encodes frames as blocks and appends blocks to
// the file. It belongs to one goroutine. After an error it writes no more.
type output struct {
	file   File
	offset int64  // bytes written
	buf    []byte // bytes to write
	index  []byte // an entry per block
	blocks int
	dirty  bool // written since the last sync

	enc   frameEncoder
	frame int        // spikes that close a frame
	keys  []key      // of the frame that is open, time counted from the unit that holds from
	rest  []key      // that did not fit into the frame before
	from  spike.Tick // where the open frame begins
	now   spike.Tick // end of the windows that have come
	begun bool

	durable spike.Tick
	zstd    *zstd.Encoder
	table   []byte    // payload of a table
	courses []*course // that have had rows
}

func newOutput(path string, h *Header, o options) (*output, error) {
	text, err := h.marshal()
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, err
	}
	out := &output{frame: o.frame, zstd: z, durable: spike.Never, now: spike.Never}
	out.enc = frameEncoder{layout: newLayout(h), header: h}
	out.enc.code.Contexts = o.contexts
	if out.file, err = o.fs.Create(path, o.replace); err != nil {
		return nil, err
	}
	out.buf = append(make([]byte, 0, writeBytes+writeBytes/2), preamble()...)
	out.keys = make([]key, 0, o.frame+o.frame/4)
	for range 2 { // two copies: one survives any single damage
		out.add(block{Type: typeHead, Count: uint32(len(text))}, text)
	}
	if err = out.write(); err == nil {
		err = out.file.Sync()
	}
	if err == nil {
		err = o.fs.SyncDir(path)
	}
	if err != nil {
		out.file.Close()
		return nil, err
	}
	return out, nil
}

// add appends a block to what will be written.
func (o *output) add(b block, payload []byte) {
	start := len(o.buf)
	o.buf = append(o.buf, make([]byte, blockSize)...)
	o.buf = append(o.buf, payload...)
	b.seal(o.buf[start:])
	o.note(&b, start)
}

// note enters a block, which begins at byte start of buf, in the index.
func (o *output) note(b *block, start int) {
	o.index = binary.LittleEndian.AppendUint64(o.index, uint64(o.offset+int64(start)))
	var head [blockSize]byte
	b.put(head[:])
	o.index = append(o.index, head[len(syncWord):]...)
	o.blocks++
}

// take encodes a batch and writes the frames and tables that are complete.
func (o *output) take(b *batch) error {
	events := b.events
	for _, s := range b.spans {
		if !o.begun {
			o.from, o.begun = s.window.From, true
		}
		if err := o.collect(events[:s.events]); err != nil {
			return err
		}
		events = events[s.events:]
		o.now = s.window.To
	}
	for i := range b.tables {
		o.addTable(&b.tables[i])
		if len(o.buf) > writeBytes {
			if err := o.write(); err != nil {
				return err
			}
		}
	}
	raw := b.rowBytes
	for _, r := range b.rows {
		if !slices.Contains(o.courses, r.course) {
			o.courses = append(o.courses, r.course)
		}
		r.course.gather(r, raw[:r.bytes])
		raw = raw[r.bytes:]
		if r.course.size() > partBytes {
			if err := o.store(r.course); err != nil {
				return err
			}
		}
	}
	return o.write()
}

// addTable appends a table, or a part of one, to what will be written.
func (o *output) addTable(t *table) {
	head := block{Type: typeTable, Codec: tableZstd, Window: spike.Window{From: t.at, To: t.at}, Count: uint32(len(t.raw))}
	if t.packed != nil {
		head.Count = t.size
		o.add(head, t.packed)
		return
	}
	o.table = append(binary.LittleEndian.AppendUint32(o.table[:0], uint32(len(t.text))), t.text...)
	o.table = o.zstd.EncodeAll(t.raw, o.table)
	o.add(head, o.table)
}

// complete ends the open frame at a time, and stores the courses.
func (o *output) complete(at spike.Tick) error {
	if o.begun {
		if err := o.cut(at); err != nil {
			return err
		}
	}
	for _, c := range o.courses {
		if err := o.store(c); err != nil {
			return err
		}
	}
	return nil
}

// collect adds spikes to the open frame and closes it whenever it is full.
func (o *output) collect(events []spike.Event) error {
	for len(events) > 0 {
		n := o.room(events)
		if n == 0 {
			if err := o.cut(o.enc.grid.floor(events[0].At)); err != nil {
				return err
			}
			if len(o.keys) >= maxFrameSpikes {
				return fmt.Errorf("%d spikes at one time: choose a finer resolution than %v", len(o.keys), o.enc.grid.res)
			}
			n = max(1, o.room(events)) // spikes of one time stay together
		}
		o.keys = o.enc.appendKeys(o.keys, events[:n], o.enc.grid.floor(o.from))
		events = events[n:]
	}
	return nil
}

// room returns how many of the spikes that come next the open frame can take.
func (o *output) room(events []spike.Event) int {
	g := o.enc.grid
	base := g.floor(o.from)
	tooLate := func(i int) bool { return g.units(events[i].At-base) >= o.enc.longest }
	n := max(0, min(len(events), o.frame-len(o.keys)))
	if n > 0 && tooLate(n-1) {
		n = sort.Search(n, tooLate)
	}
	return n
}

// cut closes the open frame at a time before which no spike will come any more, and opens the next one there. Spikes
// at that time stay in the next frame. A frame that would be longer than a block can say ends early, and silence
// takes its place.
func (o *output) cut(at spike.Tick) error {
	if at <= o.from {
		return nil
	}
	g, shift := o.enc.grid, o.enc.shift
	base := g.floor(o.from)
	units := g.units(g.ceil(at) - base)
	n := len(o.keys)
	for n > 0 && o.keys[n-1]>>shift >= units {
		n--
	}
	o.rest = append(o.rest[:0], o.keys[n:]...)
	end := at
	if units > o.enc.longest && n > 0 {
		end = base + spike.Tick(o.keys[n-1]>>shift+1)*g.res
	}
	err := o.encode(spike.Window{From: o.from, To: end}, o.keys[:n])
	if err == nil && end < at {
		err = o.encode(spike.Window{From: end, To: at}, o.keys[:0])
	}
	if err != nil {
		return err
	}
	o.from = at
	moved := g.units(g.floor(at) - base)
	for _, k := range o.rest {
		o.keys = append(o.keys, k-moved<<shift)
	}
	return nil
}

// encode appends a frame.
func (o *output) encode(w spike.Window, keys []key) error {
	start := len(o.buf)
	var err error
	if o.buf, o.keys, err = o.enc.append(o.buf, w, keys); err != nil {
		return err
	}
	for i := range o.enc.blocks {
		b := &o.enc.blocks[i]
		o.note(b, start)
		start += blockSize + int(b.Length)
	}
	if len(o.buf) > writeBytes {
		return o.write()
	}
	return nil
}

// write appends what is waiting to the file.
func (o *output) write() error {
	if len(o.buf) == 0 {
		return nil
	}
	n, err := o.file.Write(o.buf)
	if err == nil && n < len(o.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return err
	}
	o.offset += int64(n)
	o.buf = o.buf[:0]
	o.dirty = true
	return nil
}

// sync closes the open frame and makes everything durable.
func (o *output) sync() error {
	if err := o.complete(o.enc.grid.floor(o.now)); err != nil {
		return err
	}
	if err := o.write(); err != nil || !o.dirty {
		return err
	}
	if err := o.file.Sync(); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	o.dirty = false
	if o.begun {
		o.durable = o.from
	}
	return nil
}

// close ends the file. If all went well so far it writes the last frame, the index and the trailer.
func (o *output) close(finish bool) error {
	defer o.zstd.Close()
	if !finish {
		o.file.Close() // the failure that is being reported matters more
		return nil
	}
	err := o.finish()
	if cerr := o.file.Close(); err == nil {
		err = cerr
	}
	if err == nil && o.begun {
		o.durable = o.now
	}
	return err
}

func (o *output) finish() error {
	if err := o.complete(o.now); err != nil {
		return err
	}
	if len(o.index) <= maxIndexBytes {
		at := o.offset + int64(len(o.buf))
		b := block{Type: typeIndex, Count: uint32(o.blocks)}
		start := len(o.buf)
		o.buf = append(o.buf, make([]byte, blockSize)...)
		o.buf = append(o.buf, o.index...)
		b.seal(o.buf[start:])
		o.buf = append(o.buf, trailer(at)...)
	}
	if err := o.write(); err != nil {
		return err
	}
	return o.file.Sync()
}
