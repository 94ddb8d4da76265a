// Package hdf5 writes and reads the part of HDF5 that spike files and reports use: groups, attributes that are strings,
// and datasets of numbers of one or two dimensions. The writer uses the oldest structures of the format (superblock 0,
// object headers 1, symbol tables), which every version of every HDF5 library reads and which h5py writes by default:
//
//	superblock -> object header of a group -> B-tree -> symbol nodes -> object headers of its members
//	                                       \-> heap with the names
//	object header of a dataset -> B-tree of chunks -> chunks
//
// The reader knows these and the newer ones (superblock 2 and 3, object headers 2, links in messages or in fractal
// heaps, every index of chunks, soft links, named types), as any version of the library up to 1.14 writes them. What it
// does not know (external links and data, virtual datasets, compound types, some filters) is an error that says so;
// nothing is taken for empty.
//
// The source is the HDF5 File Format Specification, version 1.0 to 3.0, of The HDF Group. Numbers are little-endian,
// addresses are offsets from the start of the file.
package hdf5

import "encoding/binary"

const signature = "\x89HDF\r\n\x1a\n"

// Sizes of the structures that the format leaves to the file.
const (
	leafK     = 4  // a symbol node holds 2*leafK members
	internalK = 16 // a group's B-tree node holds 2*internalK symbol nodes
	chunkK    = 32 // a chunk B-tree node holds 2*chunkK children; fixed by superblock 0

	superblockSize = 96
	entrySize      = 40
	undefined      = ^uint64(0)
)

// Types of header messages.
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgFill         = 0x05
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbolTable  = 0x11

	msgAttributeInfo = 0x15
)

// Filters.
const (
	filterDeflate  = 1
	filterShuffle  = 2
	filterFletcher = 3
	filterLZF      = 32000 // h5py
	filterZstd     = 32015
)

var le = binary.LittleEndian

// pad8 returns n rounded up to a multiple of 8.
func pad8(n int) int { return (n + 7) &^ 7 }

// padded appends zeros up to a multiple of 8.
func padded(b []byte) []byte { return append(b, make([]byte, pad8(len(b))-len(b))...) }

// shuffle gathers the first bytes of all elements, then the second, and so on: bytes that change little come together.
func shuffle(dst, src []byte, width int) {
	n := len(src) / width
	for i := range n {
		for k := range width {
			dst[k*n+i] = src[i*width+k]
		}
	}
}

func unshuffle(dst, src []byte, width int) {
	n := len(src) / width
	for k := range width {
		for i := range n {
			dst[i*width+k] = src[k*n+i]
		}
	}
	copy(dst[n*width:], src[n*width:])
}
