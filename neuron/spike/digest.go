package spike

import (
	"bufio"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"sort"
)

// Digest is the fingerprint of a run: SHA-256 over every spike as (int64 nanoseconds, uint32 population, uint32
// index in the population), little-endian, in the order of these three. Equal digests mean equal spikes.
type Digest struct {
	pops  []Population
	hash  hash.Hash
	out   *bufio.Writer
	count uint64
	rec   [16]byte // a field, because what is handed to a Writer moves to the heap
}

// NewDigest starts a digest over populations given in the order of their numbers; their IDs must ascend.
func NewDigest(pops []Population) *Digest {
	h := sha256.New()
	return &Digest{pops: pops, hash: h, out: bufio.NewWriterSize(h, 1<<14)}
}

// Add hashes spikes that are in canonical order and not earlier than those added before.
func (d *Digest) Add(events []Event) {
	p := 0
	for _, e := range events {
		if !d.pops[p].Contains(e.Src) {
			p = sort.Search(len(d.pops), func(i int) bool { return d.pops[i].First > e.Src }) - 1
		}
		binary.LittleEndian.PutUint64(d.rec[0:], uint64(e.At))
		binary.LittleEndian.PutUint32(d.rec[8:], uint32(p))
		binary.LittleEndian.PutUint32(d.rec[12:], uint32(e.Src-d.pops[p].First))
		d.out.Write(d.rec[:]) // a hash never fails
	}
	d.count += uint64(len(events))
}

// Count returns the number of spikes added.
func (d *Digest) Count() uint64 { return d.count }

// State returns what is needed to go on with the digest later.
func (d *Digest) State() ([]byte, error) {
	d.out.Flush()
	state, err := d.hash.(encoding.BinaryMarshaler).MarshalBinary()
	return binary.LittleEndian.AppendUint64(state, d.count), err
}

// SetState goes on from a State.
func (d *Digest) SetState(state []byte) error {
	if len(state) < 8 {
		return errors.New("spike: the state of a digest is too short")
	}
	cut := len(state) - 8
	d.count = binary.LittleEndian.Uint64(state[cut:])
	d.out.Reset(d.hash)
	return d.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(state[:cut])
}

// Sum returns the hexadecimal digest of everything added so far; adding may go on.
func (d *Digest) Sum() string {
	d.out.Flush()
	return hex.EncodeToString(d.hash.Sum(nil))
}
