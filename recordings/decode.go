package recordings

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/internal/codec"
)

// blockDecoder turns blocks into keys.
type blockDecoder struct {
	layout
	header *Header
	code   codec.Decoder
	gaps   [2048]uint64 // a piece of a block, in the fastest cache
}

// check refuses what a header of a spike block cannot say, before anything is allocated for it.
func (d *blockDecoder) check(b *block) error {
	w := b.Window
	switch {
	case b.Flags&^flagFrameEnd != 0:
		return fmt.Errorf("unknown flags %#x", b.Flags)
	case w.From < spike.Never || w.To > spike.Forever || w.From > w.To:
		return fmt.Errorf("impossible time range %d to %d ns", int64(w.From), int64(w.To))
	case b.Count == 0:
		if b.Length != 0 {
			return errors.New("a block without spikes has a payload")
		}
		return nil
	case b.Length > maxSpikeBytes:
		return fmt.Errorf("payload of %d bytes is larger than %d", b.Length, maxSpikeBytes)
	case b.Count > maxCount:
		return fmt.Errorf("%d spikes are more than %d", b.Count, maxCount)
	case int64(b.Population) >= int64(len(d.header.Populations)):
		return fmt.Errorf("population %d of %d", b.Population, len(d.header.Populations))
	case b.Neurons == 0 || uint64(b.First)+uint64(b.Neurons) > uint64(d.selections[b.Population].len()):
		return fmt.Errorf("recorded neurons %d to %d of %d", b.First, uint64(b.First)+uint64(b.Neurons),
			d.selections[b.Population].len())
	case w.From == w.To || d.grid.span(w) > d.longest:
		return fmt.Errorf("time range %v to %v is empty or too long", w.From, w.To)
	}
	return nil
}

// keys decodes a block that check has passed and appends its spikes by neuron and time. base is the time that keys
// count from: the first unit of the frame.
func (d *blockDecoder) keys(dst []key, b *block, payload []byte) ([]key, error) {
	if b.Count == 0 {
		return dst, nil
	}
	if len(payload) == 0 {
		return dst, errors.New("payload is cut off")
	}
	grid := lattice{frac: uint(payload[0])}
	var size uint64
	var n1, n2, n3 int
	grid.step, n1 = binary.Uvarint(payload[1:])
	payload = payload[1+max(0, n1):]
	grid.phase, n2 = binary.Uvarint(payload)
	payload = payload[max(0, n2):]
	size, n3 = binary.Uvarint(payload)
	payload = payload[max(0, n3):]
	span := d.grid.span(b.Window)
	switch {
	case n1 <= 0 || n2 <= 0 || n3 <= 0 || size > uint64(len(payload)):
		return dst, errors.New("payload is cut off")
	case int(grid.frac)+bits.Len64(span) > 62:
		return dst, fmt.Errorf("times with %d bits of fraction in a frame of %d units", grid.frac, span)
	case grid.step < 1<<grid.frac || grid.step > span<<grid.frac || grid.phase >= grid.step:
		return dst, fmt.Errorf("times every %d from %d in a frame of %d units", grid.step, grid.phase, span)
	}
	n := int(b.Count)
	if err := d.code.Start(n, codec.ID(b.Codec), payload[:size]); err != nil {
		return dst, err
	}
	start := len(dst)
	if cap(dst)-start < n {
		dst = append(make([]key, 0, start+n+(start+n)/4), dst...)
	}
	dst = dst[:start+n]
	if err := d.lay(dst[start:], b, grid, grid.slots(span), payload[size:]); err != nil {
		return dst[:start], err
	}
	return dst, nil
}

// lay turns gaps into spikes, a piece at a time: first where they are, then their labels.
func (d *blockDecoder) lay(dst []key, b *block, grid lattice, slots uint64, labels []byte) error {
	sel := &d.selections[b.Population]
	// Where the recorded neurons have one stride, IDs are counted up; otherwise ranks are, and translated below.
	id, stride := uint64(b.First)<<kindBits, uint64(1)<<kindBits
	if len(sel.ranges) == 1 {
		id = (uint64(d.header.Populations[b.Population].First) + uint64(sel.index(int(b.First)))) << kindBits
		stride = uint64(sel.ranges[0].Stride) << kindBits
	}
	p := places{slots: slots, step: grid.step << d.shift, id: grid.phase<<d.shift + id, stride: stride,
		neurons: uint64(b.Neurons)}
	if grid.frac > 0 { // slots are made units below
		p.step, p.id = 1<<d.shift, id
	}
	end := p.id + p.neurons*stride
	l, err := newLabeller(labels, d.thresholds[b.Population], d.shift)
	if err != nil {
		return err
	}
	for at := 0; at < len(dst); at += len(d.gaps) {
		out := dst[at:min(at+len(d.gaps), len(dst))]
		gaps := d.gaps[:len(out)]
		if err := d.code.Read(gaps); err != nil {
			return err
		}
		if !p.lay(out, gaps) || p.id >= end {
			return fmt.Errorf("a spike after the %d-th belongs to a neuron beyond the %d of the block", at, b.Neurons)
		}
		if grid.frac > 0 {
			for i, k := range out {
				out[i] = grid.unit(k>>d.shift)<<d.shift | k&(1<<d.shift-1)
			}
		}
		if err := l.label(out, at); err != nil {
			return err
		}
	}
	if !l.done() {
		return errors.New("labels go on after the last spike")
	}
	if len(sel.ranges) > 1 {
		d.translate(dst, b)
	}
	return nil
}

// places lays gaps over neurons and slots.
type places struct {
	slots, slot uint64
	step        uint64 // of a key, from slot to slot
	id, stride  uint64 // key of the first slot of the neuron, and from neuron to neuron
	neurons     uint64
}

// lay computes the keys of gaps, without labels. It returns false where a gap leads over all neurons. The loop has no
// branch that depends on the spikes but for a rare one: a change of neuron every few spikes cannot be guessed, and a
// conditional move costs less.
func (p *places) lay(dst []key, gaps []uint64) bool {
	slot, id, slots, step, stride := p.slot, p.id, p.slots, p.step, p.stride
	dst = dst[:len(gaps)]
	for i, gap := range gaps {
		stay, move := slot+gap, slot+(gap-slots)
		slot = stay
		if int64(move) >= 0 {
			slot = move
		}
		id += stride &^ uint64(int64(move)>>63)
		if slot >= slots {
			jump := slot / slots
			if jump >= p.neurons {
				return false
			}
			slot -= jump * slots
			id += jump * stride
		}
		dst[i] = slot*step + id
	}
	p.slot, p.id = slot, id
	return true
}

// translate replaces ranks by IDs.
func (d *blockDecoder) translate(keys []key, b *block) {
	sel, first := &d.selections[b.Population], uint64(d.header.Populations[b.Population].First)
	mask := uint64(1)<<d.shift - 1<<kindBits
	last, id := ^uint64(0), uint64(0)
	for i, k := range keys {
		if rank := k & mask; rank != last {
			last = rank
			id = (first + uint64(sel.index(int(rank>>kindBits)))) << kindBits
		}
		keys[i] = k&^mask | id
	}
}

// spikes turns keys into spikes. from is the first unit of the frame.
func (l *layout) spikes(dst []spike.Event, keys []key, from spike.Tick) {
	dst = dst[:len(keys)]
	mask := uint64(1)<<l.shift - 1
	for i, k := range keys {
		dst[i] = spike.Event{
			At:   from + spike.Tick(k>>(l.shift&63))*l.grid.res,
			Src:  spike.ID(k & mask >> kindBits),
			Kind: spike.Kind(k & (1<<kindBits - 1)),
		}
	}
}
