package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"

	"github.com/klauspost/compress/zstd"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// A checkpoint is everything that the future of a simulation depends on, at the end of a window:
//
//	"BPLXCKPT" | version uint32 | length uint64 | CRC-32C of the rest | zstd of
//	    clock, counts, digest
//	    spikes on their way, by projection      queues: presynaptic spikes on their way to rules
//	    columns: name, kind, length, data            of populations, levels, backgrounds, projections, rules, learners
//
// All numbers are little-endian. What a simulation is built from is not part of it: a checkpoint is restored into a
// simulation of the same network, made by New, in which nobody sleeps yet. Functions are no state: what At arranged,
// sinks, and the protocol that is followed are arranged again by the caller after Restore. Whatever changes while a
// simulation runs is a Column, so that a part of the state that a checkpoint forgets would be missing from probes and
// tests too.

const (
	checkpointMagic   = "BPLXCKPT"
	checkpointVersion = 5
	// largestCheckpoint bounds what a damaged header can make Restore allocate.
	largestCheckpoint = 1 << 36
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrCheckpoint is wrapped by all errors about the content of a checkpoint.
var ErrCheckpoint = errors.New("not a usable checkpoint")

// section is one named array of a checkpoint.
type section struct {
	name string
	data any // a slice, as in neuron.Column
}

// Checkpoint writes the state of the simulation. It must stand at the end of a window: run to a multiple of Window.
func (s *Sim) Checkpoint(w io.Writer) error {
	defer runtime.KeepAlive(s) // weights lie outside the Go heap
	if s.now != s.exchanged {
		return fmt.Errorf("sim: a checkpoint at %v, which is not the end of a window of %v", s.now, s.window)
	}
	var body bytes.Buffer
	z, err := zstd.NewWriter(&body, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	sections, err := s.sections()
	if err != nil {
		return err
	}
	for _, part := range sections {
		if err := writeSection(z, part); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	head := append([]byte(checkpointMagic), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(head[8:], checkpointVersion)
	binary.LittleEndian.PutUint64(head[12:], uint64(body.Len()))
	binary.LittleEndian.PutUint32(head[20:], crc32.Checksum(body.Bytes(), castagnoli))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err = w.Write(body.Bytes())
	return err
}

// Restore brings a simulation that was just made into the state of a checkpoint. On an error the simulation must not be
// used.
func (s *Sim) Restore(r io.Reader) error {
	defer runtime.KeepAlive(s)
	var head [24]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:8]) != checkpointMagic {
		return fmt.Errorf("%w: it does not begin as one", ErrCheckpoint)
	}
	if v := binary.LittleEndian.Uint32(head[8:]); v != checkpointVersion {
		return fmt.Errorf("%w: its version is %d, this program knows %d", ErrCheckpoint, v, checkpointVersion)
	}
	n := binary.LittleEndian.Uint64(head[12:])
	if n > largestCheckpoint {
		return fmt.Errorf("%w: its length of %d bytes makes no sense", ErrCheckpoint, n)
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		return err
	}
	if uint64(len(body)) != n {
		return fmt.Errorf("%w: it ends after %d of %d bytes", ErrCheckpoint, len(body), n)
	}
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(head[20:]) {
		return fmt.Errorf("%w: its checksum is wrong", ErrCheckpoint)
	}
	z, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	return s.restore(z)
}

// clock is the first section: times and counts.
func (s *Sim) clock() []int64 {
	c := s.Counts()
	return []int64{int64(s.now), c.Spikes, c.RowEvents, c.SynapticEvents, c.NeuronSteps}
}

// sections lists the whole state.
func (s *Sim) sections() ([]section, error) {
	digest, err := s.digest.State()
	if err != nil {
		return nil, err
	}
	all := []section{{"clock", s.clock()}, {"digest", digest}}
	for _, p := range s.projections {
		flat := p.transit.flatten
		if p.fan != nil {
			flat = p.fan.flatten
		}
		all = append(all, section{p.Spec.Name + " on its way", flat(s.now, p.member())})
	}
	for _, p := range s.plastic {
		all = append(all, section{p.Spec.Name + " queue", flattenEvents(p.queue)})
		if p.delayPost > 0 {
			all = append(all, section{p.Spec.Name + " later", flattenEvents(p.later)})
		}
	}
	return append(all, s.columns()...), nil
}

// columns lists every array of fixed length that changes.
func (s *Sim) columns() (all []section) {
	add := func(owner string, columns []neuron.Column) {
		for _, c := range columns {
			all = append(all, section{owner + " " + c.Name, c.Data})
		}
	}
	for _, p := range s.populations {
		add(p.id.Name, p.Columns())
		for _, st := range p.stimuli {
			if l, ok := st.Wave.(*Level); ok {
				all = append(all, section{"stimulus " + st.Name + " level", l.value[:]})
			}
		}
		for i, b := range p.backgrounds {
			add(fmt.Sprintf("%s background %d", p.id.Name, i), b.Columns())
		}
	}
	for _, p := range s.projections {
		add(p.Spec.Name, p.Columns())
	}
	for _, p := range s.plastic {
		all = append(all, section{p.Spec.Name + " learns", p.on[:]})
		for k, r := range p.rules {
			owner := fmt.Sprintf("%s shard %d", p.Spec.Name, p.target.shards[k].r.Lo)
			all = append(all, section{owner + " weights", p.Weights(k)})
			add(owner, r.Columns())
		}
	}
	for i, l := range s.learners {
		add(fmt.Sprintf("learner %d", i), l.Columns())
	}
	return all
}

// restore reads the sections in their order.
func (s *Sim) restore(r io.Reader) error {
	clock := make([]int64, len(s.clock()))
	if err := readSection(r, section{"clock", clock}); err != nil {
		return err
	}
	if at := spike.Tick(clock[0]); at < 0 || at%s.window != 0 {
		return fmt.Errorf("%w: it stands at %v, which is not the end of a window of %v", ErrCheckpoint, at, s.window)
	}
	digest, err := readFree[uint8](r, "digest")
	if err == nil {
		err = s.digest.SetState(digest)
	}
	if err != nil {
		return err
	}
	flats := map[*fan][][]int64{}
	for _, p := range s.projections {
		flat, err := readFree[int64](r, p.Spec.Name+" on its way")
		if err != nil {
			return err
		}
		if p.fan != nil {
			if flats[p.fan] == nil {
				flats[p.fan] = make([][]int64, len(p.fan.members))
			}
			flats[p.fan][p.member()] = flat
		} else if !p.unflatten(flat, spike.Tick(clock[0]), p.Geometry.Sources) {
			return fmt.Errorf("%w: a spike on its way along %s cannot have been emitted", ErrCheckpoint, p.Spec.Name)
		}
	}
	for _, f := range s.fans {
		if !f.unflatten(flats[f], spike.Tick(clock[0])) {
			return fmt.Errorf("%w: a spike on its way along %s cannot have been emitted", ErrCheckpoint, f.members[0].Spec.Name)
		}
	}
	for _, p := range s.plastic {
		flat, err := readFree[int64](r, p.Spec.Name+" queue")
		if err != nil {
			return err
		}
		p.queue = unflattenEvents(p.queue, flat)
		if p.delayPost > 0 {
			if flat, err = readFree[int64](r, p.Spec.Name+" later"); err != nil {
				return err
			}
			p.later = unflattenEvents(p.later, flat)
		}
	}
	for _, part := range s.columns() {
		if err := readSection(r, part); err != nil {
			return err
		}
	}
	for _, p := range s.plastic {
		p.phases = append(p.phases[:0], phase{spike.Tick(clock[0]), p.on[0] == 1})
	}
	s.now, s.exchanged = spike.Tick(clock[0]), spike.Tick(clock[0])
	s.counts = Counts{Spikes: clock[1], RowEvents: clock[2], SynapticEvents: clock[3], NeuronSteps: clock[4]}
	return nil
}

func flattenEvents(events []spike.Event) []int64 {
	flat := make([]int64, 0, 3*len(events))
	for _, e := range events {
		flat = append(flat, int64(e.At), int64(e.Src), int64(e.Kind))
	}
	return flat
}

func unflattenEvents(dst []spike.Event, flat []int64) []spike.Event {
	dst = dst[:0]
	for k := 0; k+2 < len(flat); k += 3 {
		dst = append(dst, spike.Event{At: spike.Tick(flat[k]), Src: spike.ID(flat[k+1]), Kind: spike.Kind(flat[k+2])})
	}
	return dst
}
