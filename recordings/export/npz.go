package export

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/flate"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// WriteNPZ writes what numpy.load reads: time_ns (int64), neuron (uint32, the ID in the network) and kind (uint8: 0
// onset, 1 burst, 2 tail) with an entry per spike, and population (names), first, size (uint32) and resolution_ns to
// interpret them; description is what else the recording says, as JSON. The arrays are written one after the other: the
// recording is read once for each, and once to count.
func WriteNPZ(w io.Writer, r *recordings.Reader, q recordings.Query) error {
	n := 0
	if err := each(r, q, func(spike.Event) { n++ }); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w,
			flate.DefaultCompression)
	})
	spikes := func(name, kind string, put func([]byte, spike.Event) []byte) error {
		return member(z, name, kind, n, func(out *bufio.Writer) error {
			var buf []byte
			return each(r, q, func(e spike.Event) {
				buf = put(buf[:0], e)
				out.Write(buf) // errors stay in out until Flush
			})
		})
	}
	le := binary.LittleEndian
	err := spikes("time_ns", "<i8", func(b []byte, e spike.Event) []byte { return le.AppendUint64(b, uint64(e.At)) })
	if err == nil {
		err = spikes("neuron", "<u4", func(b []byte, e spike.Event) []byte { return le.AppendUint32(b, uint32(e.Src)) })
	}
	if err == nil {
		err = spikes("kind", "|u1", func(b []byte, e spike.Event) []byte { return append(b, byte(e.Kind)) })
	}
	if err == nil {
		err = describe(z, r.Header())
	}
	if err == nil {
		err = describeWhole(z, r, q)
	}
	if err != nil {
		return err
	}
	return z.Close()
}

func toNPZ(f *os.File, r *recordings.Reader, q recordings.Query) error { return WriteNPZ(f, r, q) }

// each calls f for every spike.
func each(r *recordings.Reader, q recordings.Query, f func(spike.Event)) error {
	for batch, err := range r.Batches(q) {
		if err != nil {
			return err
		}
		for _, e := range batch {
			f(e)
		}
	}
	return nil
}

// describe writes the arrays about the network.
func describe(z *zip.Writer, h recordings.Header) error {
	longest := 1
	for _, p := range h.Populations {
		longest = max(longest, len([]rune(p.Name)))
	}
	n := len(h.Populations)
	le := binary.LittleEndian
	column := func(name, kind string, put func(recordings.Population) []byte) error {
		return member(z, name, kind, n, func(out *bufio.Writer) error {
			for _, p := range h.Populations {
				out.Write(put(p))
			}
			return nil
		})
	}
	err := column("population", fmt.Sprintf("<U%d", longest), func(p recordings.Population) []byte {
		b := make([]byte, 4*longest)
		for i, c := range []rune(p.Name) {
			le.PutUint32(b[4*i:], uint32(c))
		}
		return b
	})
	if err == nil {
		err = column("first", "<u4", func(p recordings.Population) []byte { return le.AppendUint32(nil, uint32(p.First)) })
	}
	if err == nil {
		err = column("size", "<u4", func(p recordings.Population) []byte { return le.AppendUint32(nil, uint32(p.Size)) })
	}
	if err == nil {
		err = member(z, "resolution_ns", "<i8", -1, func(out *bufio.Writer) error {
			_, err := out.Write(le.AppendUint64(nil, uint64(h.Resolution)))
			return err
		})
	}
	return err
}

// describeWhole writes the description of the recording, a string.
func describeWhole(z *zip.Writer, r *recordings.Reader, q recordings.Query) error {
	text, err := r.Describe(q)
	if err != nil {
		return err
	}
	runes := []rune(string(text))
	return member(z, "description", fmt.Sprintf("<U%d", len(runes)), -1, func(out *bufio.Writer) error {
		for _, c := range runes {
			out.Write(binary.LittleEndian.AppendUint32(nil, uint32(c))) // errors stay in out until Flush
		}
		return nil
	})
}

// member writes an array of n entries as name.npy (format version 1.0); n < 0 is a scalar.
func member(z *zip.Writer, name, kind string, n int, data func(*bufio.Writer) error) error {
	w, err := z.Create(name + ".npy")
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	shape := fmt.Sprintf("(%d,)", n)
	if n < 0 {
		shape = "()"
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", kind, shape)
	const before = 10 // magic, version, length
	for (before+len(head)+1)%64 != 0 {
		head += " "
	}
	head += "\n"
	out.WriteString("\x93NUMPY\x01\x00")
	out.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(head))))
	out.WriteString(head)
	if err := data(out); err != nil {
		return err
	}
	return out.Flush()
}
