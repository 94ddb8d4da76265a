package recordings

import (
	"errors"
	"fmt"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Reader reads a recording. It maps the file and never loads it. Several goroutines may iterate at the same time.
type Reader struct {
	path     string
	src      source
	header   Header
	layout   layout
	entries  []entry // every intact block header, in the order of the file
	frames   []frame
	problems []*Damage
	lost     []*Damage // the problems that cost spikes or may have
	finished bool
	tables   tableList
}

// frame is a stretch of time and the blocks that hold its spikes, by population and neuron.
type frame struct {
	window spike.Window
	blocks []entry
	spikes int
	whole  bool // has the block that ends it
}

// Open opens a recording. It fails if the file is not a recording, is of a newer version, or has lost its header.
// A file with damaged blocks opens: Problems tells what is wrong, and everything else is readable.
func Open(path string) (*Reader, error) {
	src, err := openSource(path)
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	r := &Reader{path: path, src: src}
	if err := r.open(); err != nil {
		src.file.Close()
		return nil, fmt.Errorf("recording %s: %w", path, err)
	}
	return r, nil
}

func (r *Reader) open() error {
	known, err := r.preamble()
	if err != nil {
		return err
	}
	var holes []hole
	entries, err := r.src.readIndex()
	r.finished = err == nil
	if err != nil {
		entries, holes = r.src.scan()
		if !errors.Is(err, errUnfinished) {
			r.problem(&Damage{Offset: max(0, r.src.size-trailerSize), Length: trailerSize, Err: err})
		}
	}
	if err := r.findHeader(entries); err != nil {
		if !known {
			return errors.New("offset 0: this is not a burstplex recording")
		}
		return err
	}
	r.entries = entries
	for i, h := range holes {
		d := r.problem(&Damage{Offset: h.offset, Length: h.length, Err: h.err})
		if i < len(holes)-1 || h.offset+h.length < r.src.size {
			r.lost = append(r.lost, d)
		}
	}
	r.layout = newLayout(&r.header)
	r.arrange()
	return nil
}

// preamble judges the first bytes. known says whether they are those of a recording.
func (r *Reader) preamble() (known bool, err error) {
	var p [preambleSize]byte
	if r.src.size < preambleSize {
		return false, fmt.Errorf("offset 0: %d bytes are too few for a recording", r.src.size)
	}
	if err := r.src.read(p[:], 0); err != nil {
		return false, fmt.Errorf("offset 0: %w", err)
	}
	version, ok := parsePreamble(p[:])
	if ok && version > Version {
		return true, &VersionError{Have: version}
	}
	known = string(p[:len(magic)]) == magic
	if !ok {
		r.problem(&Damage{Offset: 0, Length: preambleSize, Err: errors.New("checksum of the first bytes does not match")})
	}
	return known, nil
}

// findHeader reads the first intact copy of the header.
func (r *Reader) findHeader(entries []entry) error {
	err := errors.New("there is none")
	for i := range entries {
		e := &entries[i]
		if e.Type != typeHead {
			continue
		}
		var text []byte
		if e.Length > maxHeaderBytes {
			err = fmt.Errorf("%d bytes are more than %d", e.Length, maxHeaderBytes)
		} else if text, err = r.payload(nil, e); err == nil {
			if r.header, err = parseHeader(text); err == nil {
				return nil
			}
			var newer *VersionError
			if errors.As(err, &newer) {
				return err
			}
		}
		r.damaged(e, err)
	}
	return fmt.Errorf("no intact header: %w", err)
}

// arrange sorts the spike blocks into frames and refuses those that do not fit.
func (r *Reader) arrange() {
	d := blockDecoder{layout: r.layout, header: &r.header}
	var open *frame
	for i := range r.entries {
		e := &r.entries[i]
		switch e.Type {
		case typeHead, typeTable:
			continue
		case typeSpikes:
		default:
			r.damaged(e, fmt.Errorf("unknown type of block %#x", byte(e.Type)))
			continue
		}
		err := d.check(&e.block)
		if err == nil && (open == nil || open.whole || open.window != e.Window) {
			if open != nil && r.layout.grid.floor(e.Window.From) < r.layout.grid.ceil(open.window.To) {
				err = fmt.Errorf("times from %v overlap the blocks before, which end at %v", e.Window.From, open.window.To)
			} else {
				r.frames = append(r.frames, frame{window: e.Window})
				open = &r.frames[len(r.frames)-1]
			}
		} else if err == nil {
			err = open.accepts(e)
		}
		if err != nil {
			r.lost = append(r.lost, r.damaged(e, err))
			continue
		}
		open.whole = e.Flags&flagFrameEnd != 0
		if e.Count > 0 {
			open.blocks = append(open.blocks, *e)
			open.spikes += int(e.Count)
		}
	}
}

// accepts refuses a block that would make neurons of a frame come in another order than ascending.
func (f *frame) accepts(e *entry) error {
	if f.spikes+int(e.Count) > maxFrameSpikes {
		return fmt.Errorf("more than %d spikes from %v to %v", maxFrameSpikes, e.Window.From, e.Window.To)
	}
	if n := len(f.blocks); n > 0 {
		b := &f.blocks[n-1]
		if e.Population < b.Population || e.Population == b.Population && e.First < b.First+b.Neurons {
			return fmt.Errorf("neurons from %d of population %d overlap the blocks before", e.First, e.Population)
		}
	}
	return nil
}

// problem notes damage.
func (r *Reader) problem(d *Damage) *Damage {
	d.Path = r.path
	r.problems = append(r.problems, d)
	return d
}

// damaged notes damage of a whole block.
func (r *Reader) damaged(e *entry, err error) *Damage { return r.problem(r.damage(e, err)) }

// damage describes damage of a whole block.
func (r *Reader) damage(e *entry, err error) *Damage {
	d := &Damage{Path: r.path, Offset: e.offset, Length: e.end() - e.offset, Err: err}
	if e.Type == typeSpikes && int(e.Population) < len(r.header.Populations) {
		d.Lost = &Loss{r.header.Populations[e.Population].Name, e.Window, int(e.Count)}
	}
	return d
}

// payload reads the payload of a block into buf, which grows if it must, and checks it.
func (r *Reader) payload(buf []byte, e *entry) ([]byte, error) {
	if cap(buf) < int(e.Length) {
		buf = make([]byte, e.Length, int(e.Length)+int(e.Length)/4)
	}
	buf = buf[:e.Length]
	if err := r.src.read(buf, e.offset+blockSize); err != nil {
		return buf, err
	}
	if checksum(buf) != e.Sum {
		return buf, errors.New("checksum of the payload does not match")
	}
	return buf, nil
}

// Close unmaps the file.
func (r *Reader) Close() error {
	if r.tables.zstd != nil {
		r.tables.zstd.Close()
	}
	return r.src.file.Close()
}

// Path returns the name of the file.
func (r *Reader) Path() string { return r.path }

// Header returns what the file says about itself. Selections are filled in: Recorded is never nil.
func (r *Reader) Header() Header { return r.header }

// Network returns the populations of the whole network.
func (r *Reader) Network() []spike.Population { return r.header.network() }

// Finished reports whether the recording was closed. One that was not lacks its index and, after a crash, its last
// moments.
func (r *Reader) Finished() bool { return r.finished }

// Problems returns what is wrong with the file as far as opening it shows: payloads are checked when they are read,
// and by Verify. An unfinished recording is not a problem, but an incomplete block at its end is listed.
func (r *Reader) Problems() []*Damage { return r.problems }

// Window returns the time that the recording covers: from the first window to the time up to which every population
// is complete.
func (r *Reader) Window() spike.Window {
	var w spike.Window
	for i := range r.frames {
		if i == 0 {
			w = spike.Window{From: r.frames[0].window.From, To: r.frames[0].window.From}
		}
		if r.frames[i].whole {
			w.To = r.frames[i].window.To
		}
	}
	return w
}

// Size returns the size of the file in bytes.
func (r *Reader) Size() int64 { return r.src.size }

// Count returns the number of spikes as the block headers state it, without reading them.
func (r *Reader) Count() uint64 {
	n := uint64(0)
	for i := range r.frames {
		n += uint64(r.frames[i].spikes)
	}
	return n
}
