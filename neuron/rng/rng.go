// Package rng provides random numbers without state: every number is a function of (seed, purpose, entity,
// counter). Nothing has to be saved in a checkpoint, no draw disturbs another, and a population that grows leaves
// the noise of every other neuron as it was.
//
// The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). A Key
// is made from the seed and names, such as ("pyr1", "background soma"); the 128-bit counter is
// (entity, block), and each block yields four 32-bit words. Draw number n of an entity is word n%4 of block n/4.
package rng

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// Key selects an independent family of random numbers.
type Key struct{ k0, k1 uint32 }

// New returns the key of a seed and a path of names, for example New(7, "pyr1", "initial", "v_s").
func New(seed uint64, path ...string) Key {
	h := sha256.New()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], seed)
	h.Write(b[:])
	for _, p := range path {
		binary.LittleEndian.PutUint64(b[:], uint64(len(p))) // so that ("ab","c") differs from ("a","bc")
		h.Write(b[:])
		h.Write([]byte(p))
	}
	s := h.Sum(nil)
	return Key{binary.LittleEndian.Uint32(s), binary.LittleEndian.Uint32(s[4:])}
}

// Sub returns the key of a narrower purpose.
func (k Key) Sub(purpose string) Key { return New(uint64(k.k0)|uint64(k.k1)<<32, purpose) }

const (
	mul0, mul1   = 0xD2511F53, 0xCD9E8D57
	weyl0, weyl1 = 0x9E3779B9, 0xBB67AE85
)

// philox applies ten rounds to a counter under a key.
func philox(c0, c1, c2, c3, k0, k1 uint32) (uint32, uint32, uint32, uint32) {
	for range 10 {
		p0, p1 := uint64(mul0)*uint64(c0), uint64(mul1)*uint64(c2)
		c0, c1, c2, c3 = uint32(p1>>32)^c1^k0, uint32(p1), uint32(p0>>32)^c3^k1, uint32(p0)
		k0 += weyl0
		k1 += weyl1
	}
	return c0, c1, c2, c3
}

// Schedule returns the keys of the ten rounds, two of each: what vector code of the generator starts from.
func (k Key) Schedule() (s [20]uint32) {
	for i := range uint32(10) {
		s[2*i], s[2*i+1] = k.k0+i*weyl0, k.k1+i*weyl1
	}
	return s
}

// Block returns the four words of a block of an entity.
func (k Key) Block(entity, block uint64) [4]uint32 {
	a, b, c, d := philox(uint32(block), uint32(block>>32), uint32(entity), uint32(entity>>32), k.k0, k.k1)
	return [4]uint32{a, b, c, d}
}

// Word returns draw number n of an entity.
func (k Key) Word(entity, n uint64) uint32 { return k.Block(entity, n>>2)[n&3] }

// Unit converts a word to a double in (0, 1), never an end point.
func Unit(w uint32) float64 { return (float64(w) + 0.5) / (1 << 32) }

// Uniform returns draw number n of an entity, uniform in (0, 1).
func (k Key) Uniform(entity, n uint64) float64 { return Unit(k.Word(entity, n)) }

// Normal returns standard normal number n of an entity (Box-Muller; words 2n and 2n+1 of the entity).
func (k Key) Normal(entity, n uint64) float64 {
	b := k.Block(entity, n>>1)
	w := b[2*(n&1) : 2*(n&1)+2]
	r := sqrt(-2 * numeric.Log(Unit(w[0])))
	_, c := numeric.SinCosTurn(Unit(w[1]))
	return float64(r * c)
}
