package sim

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"reflect"

	"github.com/burstplex/burstplex/neuron/spike"
)

// writeSection writes name, kind, length and data of a section.
func writeSection(w io.Writer, s section) error {
	head := binary.LittleEndian.AppendUint16(nil, uint16(len(s.name)))
	head = append(head, s.name...)
	head = append(head, kindOf(s.data))
	head = binary.LittleEndian.AppendUint64(head, uint64(reflect.ValueOf(s.data).Len()))
	if _, err := w.Write(head); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, s.data)
}

// readHead reads the head of the section that must come next and returns its length.
func readHead(r io.Reader, name string, kind byte) (uint64, error) {
	bad := func(what string, args ...any) error {
		return fmt.Errorf("%w of this network: where %q is expected it has %s", ErrCheckpoint, name,
			fmt.Sprintf(what, args...))
	}
	var n [2]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return 0, bad("its end")
	}
	head := make([]byte, int(binary.LittleEndian.Uint16(n[:]))+9)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, bad("its end")
	}
	got, rest := string(head[:len(head)-9]), head[len(head)-9:]
	if got != name || rest[0] != kind {
		return 0, bad("%q", got)
	}
	return binary.LittleEndian.Uint64(rest[1:]), nil
}

// readSection reads a section of known length into its data.
func readSection(r io.Reader, s section) error {
	n, err := readHead(r, s.name, kindOf(s.data))
	if err != nil {
		return err
	}
	if want := reflect.ValueOf(s.data).Len(); n != uint64(want) {
		return fmt.Errorf("%w of this network: %q has %d elements, not %d", ErrCheckpoint, s.name, n, want)
	}
	return binary.Read(r, binary.LittleEndian, s.data)
}

// mostElements bounds a section of free length.
const mostElements = 1 << 32

// readFree reads a section of any length. Memory grows with what is really there.
func readFree[T uint8 | int64](r io.Reader, name string) ([]T, error) {
	n, err := readHead(r, name, kindOf([]T(nil)))
	if err != nil {
		return nil, err
	}
	if n > mostElements {
		return nil, fmt.Errorf("%w: %q has %d elements", ErrCheckpoint, name, n)
	}
	var data []T
	for n > 0 {
		part := make([]T, min(n, 1<<16))
		if err := binary.Read(r, binary.LittleEndian, part); err != nil {
			return nil, fmt.Errorf("%w: %q is cut short", ErrCheckpoint, name)
		}
		data = append(data, part...)
		n -= uint64(len(part))
	}
	return data, nil
}

// kindOf numbers the types that a column can have.
func kindOf(data any) byte {
	switch data.(type) {
	case []float32:
		return 1
	case []float64:
		return 2
	case []spike.Tick, []int64:
		return 3
	case []uint64:
		return 4
	case []uint32:
		return 5
	case []uint8:
		return 6
	}
	panic(fmt.Sprintf("sim: a column holds %T", data))
}

func bitsOf(x float32) uint32  { return math.Float32bits(x) }
func floatOf(b uint32) float32 { return math.Float32frombits(b) }
