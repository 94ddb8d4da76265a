package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// unfilter undoes the filters of a chunk, the last first. Bits of the mask name filters that were left out.
func unfilter(b []byte, filters []int, mask uint32, size, width int) (out []byte, err error) {
	for i := len(filters) - 1; i >= 0; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		most := size + 4*len(filters) // checksums may be within
		switch filters[i] {
		case filterDeflate:
			b, err = inflate(b, most)
		case filterShuffle:
			mixed := make([]byte, len(b))
			unshuffle(mixed, b, width)
			b = mixed
		case filterFletcher:
			b, err = checked(b)
		case filterLZF:
			b, err = unlzf(b, most)
		case filterZstd:
			b, err = unzstd(b, most)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(b) != size {
		return nil, fmt.Errorf("it has %d bytes, want %d", len(b), size)
	}
	return b, nil
}

func inflate(src []byte, most int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return io.ReadAll(io.LimitReader(z, int64(most)+1))
}

func unzstd(src []byte, most int) ([]byte, error) {
	z, err := zstd.NewReader(bytes.NewReader(src), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(2*maxChunk))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return io.ReadAll(io.LimitReader(z, int64(most)+1))
}

// unlzf undoes LZF (M. Lehmann's LibLZF): a byte below 32 begins so many literal bytes and one more, others go back
// by an offset of 13 bits and copy at least 3 bytes.
func unlzf(src []byte, most int) ([]byte, error) {
	bad := errors.New("LZF data is damaged")
	out := make([]byte, 0, most)
	for len(src) > 0 {
		c := int(src[0])
		src = src[1:]
		if c < 32 {
			n := c + 1
			if n > len(src) || len(out)+n > most {
				return nil, bad
			}
			out, src = append(out, src[:n]...), src[n:]
			continue
		}
		n, back := c>>5, c&31<<8
		if n == 7 {
			if len(src) == 0 {
				return nil, bad
			}
			n, src = n+int(src[0]), src[1:]
		}
		if len(src) == 0 {
			return nil, bad
		}
		back, src = back+int(src[0])+1, src[1:]
		if n += 2; back > len(out) || len(out)+n > most {
			return nil, bad
		}
		for range n {
			out = append(out, out[len(out)-back])
		}
	}
	return out, nil
}

// parseFilters returns the numbers of the filters in the order in which they were applied.
func parseFilters(m []byte) ([]int, error) {
	if m == nil {
		return nil, nil
	}
	v, n := m[0], int(m[1])
	m = m[2:]
	if v == 1 {
		m = m[min(6, len(m)):]
	}
	var out []int
	for range n {
		if len(m) < 6 {
			return nil, errors.New("list of filters is cut off")
		}
		id, name, values := int(le.Uint16(m)), 0, 0
		switch {
		case v == 2 && id < 256: // no name
			values, m = int(le.Uint16(m[4:])), m[6:]
		case len(m) < 8:
			return nil, errors.New("list of filters is cut off")
		default:
			name, values, m = int(le.Uint16(m[2:])), int(le.Uint16(m[6:])), m[8:]
			if v == 1 {
				name = pad8(name)
			}
		}
		skip := name + 4*values
		if v == 1 && values%2 == 1 {
			skip += 4
		}
		if skip > len(m) {
			return nil, errors.New("list of filters is cut off")
		}
		m = m[skip:]
		switch id {
		case filterDeflate, filterShuffle, filterFletcher, filterLZF, filterZstd:
		default:
			names := map[int]string{4: "szip", 5: "n-bit", 6: "scale-offset", 307: "bzip2", 32001: "blosc", 32004: "lz4",
				32008: "bitshuffle", 32026: "blosc2"}
			return nil, fmt.Errorf("filter %d (%s) is not supported; gzip, lzf, zstd, shuffle and fletcher32 are", id, names[id])
		}
		out = append(out, id)
	}
	return out, nil
}

// checked returns a chunk without the Fletcher checksum behind it, which it checks: of 16-bit numbers, high byte first.
func checked(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errors.New("no room for a checksum")
	}
	data, want := b[:len(b)-4], le.Uint32(b[len(b)-4:])
	var sum1, sum2 uint32
	for i := 0; i < len(data); i += 2 {
		sum1 += uint32(data[i]) << 8
		if i+1 < len(data) {
			sum1 += uint32(data[i+1])
		}
		sum1 = sum1&0xffff + sum1>>16
		sum2 += sum1
		sum2 = sum2&0xffff + sum2>>16
	}
	if sum2<<16|sum1 != want {
		return nil, errors.New("its checksum does not match")
	}
	return data, nil
}
