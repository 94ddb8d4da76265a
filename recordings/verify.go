package recordings

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Report is the judgement of Verify.
type Report struct {
	Path     string
	Finished bool         // the recording was closed; false after a crash
	Window   spike.Window // up to where every population is complete
	Blocks   int          // intact blocks of every kind
	Spikes   uint64       // in them
	Tables   int          // intact ones
	Problems []*Damage    // in the order in which they were found
}

// OK reports whether the file is finished and every bit of it is as it was written.
func (v *Report) OK() bool { return v.Finished && len(v.Problems) == 0 }

// Verify reads every byte of a recording and checks it against its checksums, and that all of it can be decoded. The
// error is that of Open; whatever else is wrong is in the report.
func Verify(path string) (*Report, error) {
	r, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	v := &Report{Path: path, Finished: r.finished, Window: r.Window(), Problems: r.problems}
	r.sound(func(e *entry, _ []byte) {
		v.Blocks++
		if e.Type == typeSpikes {
			v.Spikes += uint64(e.Count)
		}
	}, func(d *Damage) { v.Problems = append(v.Problems, d) })
	tables, _ := r.Tables()
	for _, t := range tables {
		if _, err := r.Table(t.Name, t.At); err == nil {
			v.Tables++
		} else if d := (*Damage)(nil); errors.As(err, &d) {
			v.Problems = appendNew(v.Problems, d)
		}
	}
	v.Problems = appendNew(v.Problems, r.partial()...)
	return v, nil
}

// partial finds the stretches of time that lack the block that ends them: after a crash the last, after damage any.
func (r *Reader) partial() (out []*Damage) {
	for i := range r.frames {
		if f := &r.frames[i]; !f.whole {
			at := r.src.size
			if n := len(f.blocks); n > 0 {
				at = f.blocks[n-1].end()
			}
			out = append(out, &Damage{Path: r.path, Offset: at,
				Err: fmt.Errorf("%v to %v is incomplete: its last block is missing", f.window.From, f.window.To)})
		}
	}
	return out
}

// sound passes on every block whose bytes are intact and decode, and every damage that opening the file did not
// already find.
func (r *Reader) sound(good func(*entry, []byte), bad func(*Damage)) {
	known := make(map[int64]bool)
	for _, d := range r.problems {
		known[d.Offset] = true
	}
	dec := blockDecoder{layout: r.layout, header: &r.header}
	var (
		payload []byte
		keys    []key
	)
	for i := range r.entries {
		e := &r.entries[i]
		if known[e.offset] {
			continue
		}
		// With an index the header was taken from there: the block must agree.
		var onDisk, indexed [blockSize]byte
		e.put(indexed[:])
		err := r.src.read(onDisk[:], e.offset)
		if err == nil && !bytes.Equal(onDisk[:], indexed[:]) {
			bad(&Damage{Path: r.path, Offset: e.offset, Length: blockSize,
				Err: errors.New("the header of the block differs from the index; its payload is not affected")})
		}
		if err == nil {
			payload, err = r.payload(payload, e)
		}
		if err == nil {
			switch e.Type {
			case typeSpikes:
				keys, err = dec.keys(keys[:0], &e.block, payload)
			case typeHead:
				_, err = parseHeader(payload)
			}
		}
		if err != nil {
			bad(r.damage(e, err))
			continue
		}
		good(e, payload)
	}
}

// Repair writes what is intact in a recording to a new file, block by block as it is, with a new index. The source is
// not changed. The metadata of the new file says under "repaired" what was lost. It returns the damage that it left
// out.
func Repair(dst, src string, opts ...Option) ([]*Damage, error) {
	r, err := Open(src)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	o := defaults()
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return nil, fmt.Errorf("recording %s: %w", dst, err)
		}
	}
	damage := append([]*Damage{}, r.problems...)
	intact := make(map[int64]bool)
	r.sound(func(e *entry, _ []byte) { intact[e.offset] = true }, func(d *Damage) { damage = append(damage, d) })
	damage = append(damage, r.partial()...)

	h := r.header
	h.Metadata = maps.Clone(h.Metadata)
	if h.Metadata == nil {
		h.Metadata = map[string]string{}
	}
	lost := []string{fmt.Sprintf("from %s", filepath.Base(src))}
	for _, d := range damage {
		short := *d
		short.Path = ""
		lost = append(lost, strings.TrimPrefix(short.Error(), ": "))
	}
	h.Metadata["repaired"] = strings.Join(lost, "\n")
	out, err := newOutput(dst, &h, o)
	if err != nil {
		return damage, fmt.Errorf("recording %s: %w", dst, err)
	}
	err = r.salvage(out, intact)
	if err != nil {
		out.close(false)
		os.Remove(dst)
		return damage, err
	}
	if err = out.close(true); err != nil {
		os.Remove(dst)
		return damage, fmt.Errorf("recording %s: %w", dst, err)
	}
	return damage, nil
}

// salvage copies the intact blocks. Every frame gets an end, and one that has lost everything stays as silence.
func (r *Reader) salvage(out *output, intact map[int64]bool) error {
	var payload []byte
	put := func(e *entry) (err error) {
		if payload, err = r.payload(payload, e); err != nil {
			return r.damage(e, err)
		}
		out.add(e.block, payload)
		if len(out.buf) > 1<<20 {
			return out.write()
		}
		return nil
	}
	for i := range r.frames {
		f := &r.frames[i]
		var keep []entry
		for _, e := range f.blocks {
			if intact[e.offset] {
				e.Flags = 0
				keep = append(keep, e)
			}
		}
		if len(keep) == 0 {
			keep = []entry{{block: block{Type: typeSpikes, Window: f.window}}}
		}
		keep[len(keep)-1].Flags = flagFrameEnd
		for k := range keep {
			if err := put(&keep[k]); err != nil {
				return err
			}
		}
	}
	for i := range r.entries {
		if e := &r.entries[i]; e.Type == typeTable && intact[e.offset] {
			if err := put(e); err != nil {
				return err
			}
		}
	}
	return out.write()
}
