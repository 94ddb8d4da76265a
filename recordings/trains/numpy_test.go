package trains_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/burstplex/burstplex/recordings/trains"
)

// npy is an array as numpy.save writes it; values are numbers of any type.
func npy(descr, shape string, fortran bool, order binary.AppendByteOrder, values ...any) []byte {
	order2 := map[bool]string{true: "True", false: "False"}[fortran]
	head := fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': %s, }", descr, order2, shape)
	head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
	b = append(b, head...)
	for _, v := range values {
		switch v := v.(type) {
		case float64:
			b = order.AppendUint64(b, math.Float64bits(v))
		case float32:
			b = order.AppendUint32(b, math.Float32bits(v))
		case int:
			b = order.AppendUint64(b, uint64(v))
		case int16:
			b = order.AppendUint16(b, uint16(v))
		case string: // <U
			for _, c := range v {
				b = order.AppendUint32(b, uint32(c))
			}
		}
	}
	return b
}

func npzOf(t *testing.T, arrays ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(arrays); i += 2 {
		w, err := z.Create(arrays[i].(string) + ".npy")
		if err == nil {
			_, err = w.Write(arrays[i+1].([]byte))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Two spikes, of neuron 3 at 1.5 ms and of neuron 12 at 20 ms, in arrays.
func TestArrays(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	times, units := npy("'<f8'", "(2,)", false, le, 1.5, 20.), npy("'<i8'", "(2,)", false, le, 3, 12)
	const want = "/3 1500000, /12 20000000"
	for name, c := range map[string]struct {
		file []byte
		o    Options
		want string // or the error
	}{
		"nest.npz": {npzOf(t, "senders", units, "times", times), Options{}, want},
		"brian.npz": {npzOf(t, "t", npy("'>f8'", "(2,)", false, be, 0.0015, 0.02), "i", npy("'>i2'", "(2,)", false, be,
			int16(3), int16(12))), Options{}, want},
		"single.npz": {npzOf(t, "time_ms", npy("'<f4'", "(2,)", false, le, float32(1.5), float32(20)), "unit", units,
			"shape", npy("'<f8'", "(1, 1)", false, le, 0.)), Options{}, want},
		"names.npz": {npzOf(t, "time_ms", times, "unit", npy("'<U2'", "(2,)", false, le, "a\x00", "bc")), Options{},
			"/a 1500000, /bc 20000000"},
		"open.npz": {npzOf(t, "times", times, "ids", units), Options{}, "time_unit"},
		"said.npz": {npzOf(t, "times", times, "ids", units), Options{TimeUnit: "ms"}, want},
		"length.npz": {npzOf(t, "time_ms", times, "unit", npy("'<i8'", "(1,)", false, le, 3)), Options{},
			"array unit has 1 elements, time_ms 2"},
		"objects.npz": {npzOf(t, "time_ms", npy("'|O'", "(2,)", false, le), "unit", units), Options{}, "is not supported"},
		"rows.npy":    {npy("'<f8'", "(2, 2)", false, le, 1.5, 3., 20., 12.), Options{TimeUnit: "ms"}, want},
		"rows2.npy":   {npy("'<f8'", "(2, 2)", false, le, 3., 1.5, 12., 20.), Options{TimeUnit: "ms"}, want},
		"open.npy":    {npy("'<f8'", "(2, 2)", false, le, 1.5, 3., 20., 12.), Options{}, "time_unit"},
		"fortran.npy": {npy("'<f8'", "(2, 2)", true, le, 1.5, 20., 3., 12.), Options{TimeUnit: "ms"}, "Fortran"},
		"fields.npy":  {npy("[('time_ms', '<f8'), ('id', '<i8')]", "(2,)", false, le, 1.5, 3, 20., 12), Options{}, want},
		"one.npy":     {npy("'<f8'", "(2,)", false, le, 1.5, 20.), Options{TimeUnit: "ms"}, "/0 1500000, /0 20000000"},
		"cut.npy":     {npy("'<f8'", "(3, 2)", false, le, 1.5, 3., 20., 12.), Options{TimeUnit: "ms"}, "cut off"},
		"complex.npy": {npy("'<c16'", "(2,)", false, le), Options{TimeUnit: "ms"}, "is not supported"},
		"transpose.npy": {npy("'<f8'", "(2, 3)", false, le, 1.5, 20., 30., 3., 12., 4.), Options{TimeUnit: "ms"},
			"time_column"},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(nil, path, c.o)
		var open *Unsettled
		switch {
		case errors.As(err, &open) && open.Option == c.want:
		case err != nil && !strings.Contains(err.Error(), c.want), err == nil && spikes(f) != c.want:
			t.Errorf("%s: %v (%v), want %s", name, f, err, c.want)
		}
	}
}
