package recordings

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// entry is a block and where it begins.
type entry struct {
	offset int64
	block
}

// end is the offset after the block.
func (e *entry) end() int64 { return e.offset + blockSize + int64(e.Length) }

// blockAt reads the header of a block and makes sure that the file holds all of the block.
func (s *source) blockAt(offset int64) (entry, error) {
	var p [blockSize]byte
	if err := s.read(p[:min(blockSize, max(0, s.size-offset))], offset); err != nil {
		return entry{}, err
	}
	b, err := parseBlock(p[:min(blockSize, max(0, s.size-offset))])
	e := entry{offset, b}
	if err == nil && e.end() > s.size {
		err = fmt.Errorf("block of %d bytes is cut off after %d", e.end()-offset, s.size-offset)
	}
	return e, err
}

// hole is a stretch of the file that holds no block.
type hole struct {
	offset, length int64
	err            error
}

// scan finds the blocks of a file that has no index by following them, and by looking for the next sync word where
// one is broken. A header is only believed with its checksum. Every byte is looked at once at most, so a
// hostile file costs no more than its length.
func (s *source) scan() (entries []entry, holes []hole) {
	for at := int64(preambleSize); at < s.size; {
		e, err := s.blockAt(at)
		if err == nil {
			at = e.end()
			if e.Type != typeIndex {
				entries = append(entries, e)
			} else if s.size-at <= trailerSize {
				at = s.size // what is left was meant to be the trailer
			}
			continue
		}
		next := s.nextBlock(at + 1)
		holes = append(holes, hole{at, next - at, err})
		at = next
	}
	return entries, holes
}

// nextBlock returns the offset of the first believable block from an offset on, or the size of the file.
func (s *source) nextBlock(from int64) int64 {
	buf := make([]byte, 64<<10)
	for from < s.size {
		p := buf[:min(int64(len(buf)), s.size-from)]
		if s.read(p, from) != nil {
			return s.size
		}
		for i := 0; ; i++ {
			k := bytes.Index(p[i:], syncWord[:])
			if k < 0 {
				break
			}
			i += k
			if _, err := s.blockAt(from + int64(i)); err == nil {
				return from + int64(i)
			}
		}
		if from += int64(len(p)); from < s.size {
			from -= int64(len(syncWord)) - 1 // a sync word may lie across the border
		}
	}
	return s.size
}

// errUnfinished says that a file ends without a trailer: its writer was killed or is still at work.
var errUnfinished = errors.New("the recording has no index: it was not closed")

// indexEntry is the size of an entry of the index: the offset of a block and its header without the sync word, lest a
// scan takes entries for blocks.
const indexEntry = 8 + blockSize - len(syncWord)

// readIndex reads the index of a finished file. The blocks in it must fill the file, one after the other.
func (s *source) readIndex() ([]entry, error) {
	var t [trailerSize]byte
	if s.size < preambleSize+trailerSize {
		return nil, errUnfinished
	}
	if err := s.read(t[:], s.size-trailerSize); err != nil {
		return nil, err
	}
	if string(t[12:]) != trailerMagic {
		return nil, errUnfinished
	}
	if binary.LittleEndian.Uint32(t[8:]) != checksum(t[:8]) {
		return nil, errors.New("checksum of the trailer does not match")
	}
	head, err := s.blockAt(int64(binary.LittleEndian.Uint64(t[:])))
	switch {
	case err != nil:
		return nil, fmt.Errorf("index: %w", err)
	case head.Type != typeIndex || head.end() != s.size-trailerSize ||
		int64(head.Length) != int64(head.Count)*int64(indexEntry) || head.Length > maxIndexBytes:
		return nil, errors.New("the trailer does not point at an index")
	}
	var (
		entries []entry
		sum     uint32
		buf     [64 * indexEntry]byte
		copied  = syncWord // of the header of an entry
		next    = int64(preambleSize)
	)
	for at := head.offset + blockSize; at < head.end(); {
		p := buf[:min(int64(len(buf)), head.end()-at)]
		if err := s.read(p, at); err != nil {
			return nil, err
		}
		sum = crc32.Update(sum, castagnoli, p)
		at += int64(len(p))
		for ; len(p) > 0; p = p[indexEntry:] {
			b, err := parseBlock(append(copied[:], p[8:indexEntry]...))
			e := entry{int64(binary.LittleEndian.Uint64(p)), b}
			if err != nil || e.offset != next || e.end() > head.offset {
				return nil, errors.New("the index does not fit the file")
			}
			next = e.end()
			entries = append(entries, e)
		}
	}
	if sum != head.Sum {
		return nil, errors.New("checksum of the index does not match")
	}
	if next != head.offset {
		return nil, errors.New("the index does not cover the file")
	}
	return entries, nil
}
