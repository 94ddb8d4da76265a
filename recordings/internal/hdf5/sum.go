package hdf5

import (
	"fmt"
	"math/bits"
)

// sealed checks the checksum that stands behind n bytes at an address, as newer files have it behind their metadata.
func (f *File) sealed(at uint64, n int) error {
	b, err := f.read(at, n+4)
	if err != nil {
		return err
	}
	return sealedBytes(at, b)
}

// sealedBytes checks the checksum at the end of what was read from an address.
func sealedBytes(at uint64, b []byte) error {
	if n := len(b) - 4; n < 0 || lookup3(b[:n]) != le.Uint32(b[n:]) {
		return fmt.Errorf("offset %d: the metadata is damaged: its checksum does not match", at)
	}
	return nil
}

// lookup3 is the hash of Bob Jenkins that HDF5 takes for checksums of metadata.
func lookup3(k []byte) uint32 {
	a := 0xdeadbeef + uint32(len(k))
	b, c := a, a
	for ; len(k) > 12; k = k[12:] {
		a, b, c = a+le.Uint32(k), b+le.Uint32(k[4:]), c+le.Uint32(k[8:])
		a = (a - c) ^ bits.RotateLeft32(c, 4)
		c += b
		b = (b - a) ^ bits.RotateLeft32(a, 6)
		a += c
		c = (c - b) ^ bits.RotateLeft32(b, 8)
		b += a
		a = (a - c) ^ bits.RotateLeft32(c, 16)
		c += b
		b = (b - a) ^ bits.RotateLeft32(a, 19)
		a += c
		c = (c - b) ^ bits.RotateLeft32(b, 4)
		b += a
	}
	if len(k) == 0 {
		return c
	}
	var rest [12]byte
	copy(rest[:], k)
	a, b, c = a+le.Uint32(rest[:]), b+le.Uint32(rest[4:]), c+le.Uint32(rest[8:])
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	return (c ^ b) - bits.RotateLeft32(b, 24)
}
