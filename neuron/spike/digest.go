package spike

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
)

// Digest is the fingerprint of a run: SHA-256 over every spike as (int64 nanoseconds, uint32 population, uint32
// index in the population), little-endian, in the order of these three. Equal digests mean equal spikes.
type Digest struct {
	lookup  Lookup
	hash    hash.Hash
	records []byte // to be hashed
	count   uint64
}

const (
	recordSize = 16
	// hashedAtOnce are so many bytes that calls of the hash cost nothing and they stay in the first cache.
	hashedAtOnce = 512 * recordSize
)

// NewDigest starts a digest over populations given in the order of their numbers; their IDs must ascend.
func NewDigest(pops []Population) *Digest {
	return &Digest{lookup: NewLookup(pops), hash: sha256.New(), records: make([]byte, 0, hashedAtOnce)}
}

// Add hashes spikes that are in canonical order and not earlier than those added before.
func (d *Digest) Add(events []Event) {
	d.count += uint64(len(events))
	for len(events) > 0 {
		n := min(len(events), (hashedAtOnce-len(d.records))/recordSize)
		rest := d.records[len(d.records) : len(d.records)+n*recordSize]
		for _, e := range events[:n] {
			p := d.lookup.Find(e.Src)
			binary.LittleEndian.PutUint64(rest[0:8], uint64(e.At))
			binary.LittleEndian.PutUint64(rest[8:16], uint64(p)|uint64(e.Src-d.lookup[p])<<32)
			rest = rest[recordSize:]
		}
		events, d.records = events[n:], d.records[:len(d.records)+n*recordSize]
		if len(d.records) == hashedAtOnce {
			d.flush()
		}
	}
}

// flush hashes what is there.
func (d *Digest) flush() {
	d.hash.Write(d.records) // a hash never fails
	d.records = d.records[:0]
}

// Count returns the number of spikes added.
func (d *Digest) Count() uint64 { return d.count }

// State returns what is needed to go on with the digest later.
func (d *Digest) State() ([]byte, error) {
	d.flush()
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
	d.records = d.records[:0]
	return d.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(state[:cut])
}

// Sum returns the hexadecimal digest of everything added so far; adding may go on.
func (d *Digest) Sum() string {
	d.flush()
	return hex.EncodeToString(d.hash.Sum(nil))
}
