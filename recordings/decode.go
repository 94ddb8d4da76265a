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
	gaps   []uint64
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
		return fmt.Errorf("recorded neurons %d to %d of %d", b.First, uint64(b.First)+uint64(b.Neurons), d.selections[b.Population].len())
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
	case grid.step == 0 || grid.step > span<<grid.frac || grid.phase >= grid.step:
		return dst, fmt.Errorf("times every %d from %d in a frame of %d units", grid.step, grid.phase, span)
	}
	n := int(b.Count)
	if cap(d.gaps) < n {
		d.gaps = make([]uint64, n, n+n/4)
	}
	d.gaps = d.gaps[:n]
	if err := d.code.Decode(d.gaps, codec.ID(b.Codec), payload[:size]); err != nil {
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

// lay turns gaps into spikes. The loop has no branch that depends on the spikes but for rare ones: a change of neuron
// every few spikes cannot be guessed, and masks cost less.
func (d *blockDecoder) lay(dst []key, b *block, grid lattice, slots uint64, labels []byte) error {
	sel := &d.selections[b.Population]
	// Where the recorded neurons have one stride, IDs are counted up; otherwise ranks are, and translated below.
	id, stride := uint64(b.First)<<kindBits, uint64(1)<<kindBits
	if len(sel.ranges) == 1 {
		id = (uint64(d.header.Populations[b.Population].First) + uint64(sel.index(int(b.First)))) << kindBits
		stride = uint64(sel.ranges[0].Stride) << kindBits
	}
	threshold := d.thresholds[b.Population]
	exception, labels, err := nextException(labels, 0)
	if err != nil {
		return err
	}
	// burst is the label of the next spike if it follows closely: none for the first of a neuron, then the second of a
	// burst after an onset, else one more of its tail.
	slot, rank, burst, last, shift := uint64(0), uint64(0), uint64(0), uint64(0), d.shift&63
	gaps := d.gaps[:len(dst)]
	for i, gap := range gaps {
		slot += gap
		next := uint64(int64(slots-1-slot) >> 63) // all ones if the spike belongs to a later neuron
		slot -= slots & next
		rank -= next
		id += stride & next
		if slot >= slots {
			jump := slot / slots
			if jump >= uint64(b.Neurons) {
				return fmt.Errorf("spike %d lies %d neurons on, of %d", i, jump, b.Neurons)
			}
			slot -= jump * slots
			rank += jump
			id += jump * stride
			next = ^uint64(0)
		}
		unit := grid.unit(slot)
		kind := burst & uint64(int64(unit-last-threshold)>>63) &^ next // if the spike before is near
		last = unit
		if i == exception.index {
			kind = (kind + 1 + exception.other) % 3
			if exception, labels, err = nextException(labels, i+1); err != nil {
				return err
			}
		}
		burst = 1 + (kind+1)>>1
		dst[i] = unit<<shift | id | kind
	}
	if rank >= uint64(b.Neurons) {
		return fmt.Errorf("the last spike belongs to neuron %d of %d", rank, b.Neurons)
	}
	if exception.index >= 0 || len(labels) > 0 {
		return errors.New("labels go on after the last spike")
	}
	if len(sel.ranges) > 1 {
		d.translate(dst, b)
	}
	return nil
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

// exception is a spike whose label is not the one that the rule predicts.
type exception struct {
	index int    // -1: no more
	other uint64 // which of the two other labels
}

func nextException(labels []byte, after int) (exception, []byte, error) {
	if len(labels) == 0 {
		return exception{index: -1}, labels, nil
	}
	v, n := binary.Uvarint(labels)
	if n <= 0 || v>>1 > maxCount {
		return exception{}, nil, errors.New("list of labels is malformed")
	}
	return exception{after + int(v>>1), v & 1}, labels[n:], nil
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
