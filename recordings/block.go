package recordings

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/internal/codec"
)

// Version of the format that this package writes and the newest that it reads.
const Version = 1

// Magic is how every recording begins. It is not text, and a transfer as text breaks it.
const Magic = "\x89BSPK\r\n\x1a"

// VersionError refuses a file of a newer format.
type VersionError struct{ Have int }

// Error implements error.
func (e *VersionError) Error() string {
	return fmt.Sprintf("format version %d is newer than version %d, the newest that this program reads: use a "+
		"newer program", e.Have, Version)
}

// A file is a preamble and blocks. Everything has a checksum, so that no flipped bit passes unseen.
//
//	preamble  HEAD  HEAD again  SPIKES...  TABLE...  SPIKES...  INDEX  trailer
//	16 bytes                                                         16 bytes
const (
	magic        = Magic
	trailerMagic = "KPSB"
	preambleSize = 16
	blockSize    = 52 // the header of a block
	trailerSize  = 16
)

var syncWord = [4]byte{0xF5, 'B', 'L', 'K'}

type blockType uint8

const (
	typeHead   blockType = 'H'
	typeSpikes blockType = 'S'
	typeTable  blockType = 'T'
	typeIndex  blockType = 'I'
)

// Flags of a block.
const flagFrameEnd = 1 // the last block of its frame: every population is complete up to To

// Limits that a reader holds blocks to before it allocates anything.
const (
	maxCount       = codec.MaxCount
	maxSpikeBytes  = 2 << 20   // payload of a spike block
	maxTableBytes  = 8 << 20   // payload of a table block before and after compression
	maxIndexBytes  = 256 << 20 // larger indexes are not written
	maxFrameSpikes = 16 << 20  // spikes between two frame ends
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// block is the header of a block. Its 52 bytes in the file:
//
//	0  sync word F5 42 4C 4B      12 length of the payload     40 count
//	4  type 'H' 'S' 'T' 'I'       16 from, ns                  44 CRC-32C of the payload
//	5  codec                      24 to, ns                    48 CRC-32C of bytes 0 to 47
//	6  flags                      32 first neuron
//	7  0                          36 neurons
//	8  population
//
// Numbers are little-endian. What from, to, neurons and count mean depends on the type.
type block struct {
	Type       blockType
	Codec      uint8
	Flags      uint8
	Population uint32
	Length     uint32       // bytes of payload
	Window     spike.Window // spikes: of the frame; table: From is its time
	First      uint32       // spikes: first neuron that the block covers, counted among the recorded ones
	Neurons    uint32       // spikes: how many it covers
	Count      uint32       // spikes: how many; table, index: bytes of payload when decompressed; entries
	Sum        uint32       // CRC-32C of the payload
}

func (b *block) put(p []byte) {
	_ = p[blockSize-1]
	copy(p, syncWord[:])
	p[4], p[5], p[6], p[7] = byte(b.Type), b.Codec, b.Flags, 0
	le := binary.LittleEndian
	le.PutUint32(p[8:], b.Population)
	le.PutUint32(p[12:], b.Length)
	le.PutUint64(p[16:], uint64(b.Window.From))
	le.PutUint64(p[24:], uint64(b.Window.To))
	le.PutUint32(p[32:], b.First)
	le.PutUint32(p[36:], b.Neurons)
	le.PutUint32(p[40:], b.Count)
	le.PutUint32(p[44:], b.Sum)
	le.PutUint32(p[48:], checksum(p[:48]))
}

var (
	errNoSync    = errors.New("no block begins here")
	errHeaderCRC = errors.New("checksum of the block header does not match")
)

// parseBlock reads the header of a block.
func parseBlock(p []byte) (block, error) {
	if len(p) < blockSize {
		return block{}, errors.New("block header is cut off")
	}
	if [4]byte(p[:4]) != syncWord {
		return block{}, errNoSync
	}
	le := binary.LittleEndian
	if le.Uint32(p[48:]) != checksum(p[:48]) {
		return block{}, errHeaderCRC
	}
	return block{
		Type: blockType(p[4]), Codec: p[5], Flags: p[6],
		Population: le.Uint32(p[8:]), Length: le.Uint32(p[12:]),
		Window: spike.Window{From: spike.Tick(le.Uint64(p[16:])), To: spike.Tick(le.Uint64(p[24:]))},
		First:  le.Uint32(p[32:]), Neurons: le.Uint32(p[36:]), Count: le.Uint32(p[40:]), Sum: le.Uint32(p[44:]),
	}, nil
}

// seal writes the header of a block over the first bytes of p, whose rest is the payload.
func (b *block) seal(p []byte) {
	b.Length = uint32(len(p) - blockSize)
	b.Sum = checksum(p[blockSize:])
	b.put(p)
}

// preamble returns the first bytes of a file.
func preamble() []byte {
	p := make([]byte, preambleSize)
	copy(p, magic)
	binary.LittleEndian.PutUint32(p[8:], Version)
	binary.LittleEndian.PutUint32(p[12:], checksum(p[:12]))
	return p
}

// trailer returns the last bytes of a finished file: where the index is.
func trailer(index int64) []byte {
	p := make([]byte, trailerSize)
	binary.LittleEndian.PutUint64(p, uint64(index))
	binary.LittleEndian.PutUint32(p[8:], checksum(p[:8]))
	copy(p[12:], trailerMagic)
	return p
}

// Damage is a place in a file that cannot be read. The rest of the file can.
type Damage struct {
	Path   string
	Offset int64 // where it begins
	Length int64 // how many bytes are lost
	Lost   *Loss // what was there, if its header is known
	Err    error // why
}

// Loss says which spikes a damaged block held.
type Loss struct {
	Population string
	Window     spike.Window
	Spikes     int
}

// Error implements error.
func (d *Damage) Error() string {
	s := fmt.Sprintf("%s: offset %d: %v", d.Path, d.Offset, d.Err)
	if d.Lost != nil {
		s += fmt.Sprintf(" (%d spikes of %q from %v to %v)", d.Lost.Spikes, d.Lost.Population, d.Lost.Window.From,
			d.Lost.Window.To)
	}
	return s
}

// Unwrap returns the reason.
func (d *Damage) Unwrap() error { return d.Err }

// parsePreamble returns the version of a file, and whether its first bytes are intact.
func parsePreamble(p []byte) (version int, ok bool) {
	le := binary.LittleEndian
	return int(le.Uint32(p[8:])), string(p[:len(magic)]) == magic && le.Uint32(p[12:]) == checksum(p[:12])
}
