package trains

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// array is an array of numpy: rows of fields, each field a number or a string.
type array struct {
	fields []field
	shape  []int
	in     *bufio.Reader
	width  int // bytes of an element
	buf    []byte
}

// field is a part of each element; an array of plain numbers has one without a name.
type field struct {
	name string
	kind byte // i, u, f, U, S, b
	size int  // bytes
	big  bool
}

var (
	npyShape  = regexp.MustCompile(`'shape':\s*\(([\d, ]*)\)`)
	npyPlain  = regexp.MustCompile(`'descr':\s*'([<>|=])([iufUSb])(\d+)'`)
	npyFields = regexp.MustCompile(`\(\s*'([^']*)',\s*'([<>|=])([iufUSb])(\d+)'\s*\)`)
)

// openArray reads the head of the .npy format, versions 1 to 3.
func openArray(r io.Reader) (*array, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	start := make([]byte, 8)
	if _, err := io.ReadFull(in, start); err != nil || string(start[:6]) != "\x93NUMPY" {
		return nil, errors.New("is not an array of numpy")
	}
	size := make([]byte, 2)
	if start[6] > 1 {
		size = make([]byte, 4)
	}
	if _, err := io.ReadFull(in, size); err != nil {
		return nil, errors.New("the head of the array is cut off")
	}
	n := binary.LittleEndian.Uint32(append(size, 0, 0)[:4])
	if n > 1<<20 {
		return nil, fmt.Errorf("the head of the array has %d bytes", n)
	}
	head := make([]byte, n)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, errors.New("the head of the array is cut off")
	}
	a := &array{in: in}
	shape := npyShape.FindSubmatch(head)
	if shape == nil {
		return nil, errors.New("the array has no shape")
	}
	elements := 1.0
	for part := range strings.SplitSeq(string(shape[1]), ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		d, err := strconv.Atoi(part)
		if elements *= float64(d); err != nil || elements > 1<<40 {
			return nil, fmt.Errorf("an array of shape (%s)", shape[1])
		}
		a.shape = append(a.shape, d)
	}
	if strings.Contains(string(head), "'fortran_order': True") && len(a.shape) > 1 && slices.Min(a.shape) > 1 {
		return nil, errors.New("arrays in Fortran's order are not supported; save numpy.ascontiguousarray of it")
	}
	add := func(name, order, kind, size string) error {
		n, err := strconv.Atoi(size)
		f := field{name, kind[0], n, order == ">"}
		switch {
		case err != nil || n > 1<<16 || n == 0 && kind != "U" && kind != "S":
			err = fmt.Errorf("elements of %s bytes", size)
		case kind == "U":
			f.size *= 4
		case kind == "f" && n != 4 && n != 8, strings.Contains("iub", kind) && n != 1 && n != 2 && n != 4 && n != 8:
			err = fmt.Errorf("numbers of type %s%s are not supported", kind, size)
		}
		a.width += f.size
		a.fields = append(a.fields, f)
		return err
	}
	if m := npyPlain.FindSubmatch(head); m != nil {
		if err := add("", string(m[1]), string(m[2]), string(m[3])); err != nil {
			return nil, err
		}
		a.buf = make([]byte, a.width)
		return a, nil
	}
	for _, m := range npyFields.FindAllSubmatch(head, -1) {
		if err := add(string(m[1]), string(m[2]), string(m[3]), string(m[4])); err != nil {
			return nil, err
		}
	}
	if strings.Count(string(head), "(")-1 != len(a.fields) || len(a.fields) == 0 {
		return nil, fmt.Errorf("an array of type %.60q is not supported", head)
	}
	a.buf = make([]byte, a.width)
	return a, nil
}

// text returns a field of an element as text.
func (f field) text(b []byte) string {
	var order binary.ByteOrder = binary.LittleEndian
	if f.big {
		order = binary.BigEndian
	}
	if f.kind == 'S' {
		return strings.TrimRight(string(b), "\x00")
	}
	if f.kind == 'U' {
		var text strings.Builder
		for ; len(b) >= 4; b = b[4:] {
			if c := order.Uint32(b); c != 0 {
				text.WriteRune(rune(c))
			}
		}
		return text.String()
	}
	var v uint64
	for i := range f.size {
		k := i
		if !f.big {
			k = f.size - 1 - i
		}
		v = v<<8 | uint64(b[k])
	}
	switch {
	case f.kind == 'f' && f.size == 4:
		return strconv.FormatFloat(float64(math.Float32frombits(uint32(v))), 'g', -1, 64)
	case f.kind == 'f':
		return strconv.FormatFloat(math.Float64frombits(v), 'g', -1, 64)
	case f.kind == 'i':
		return strconv.FormatInt(int64(v<<(64-8*f.size))>>(64-8*f.size), 10)
	}
	return strconv.FormatUint(v, 10)
}

// row reads n elements into a row.
func (a *array) row(n int, dst []string) ([]string, error) {
	for range n {
		if _, err := io.ReadFull(a.in, a.buf); err != nil {
			return nil, errors.New("the array is cut off")
		}
		at := 0
		for _, f := range a.fields {
			dst = append(dst, f.text(a.buf[at:at+f.size]))
			at += f.size
		}
	}
	return dst, nil
}

// readNPY reads an array: times of one unit, two or more columns, or fields with names.
func readNPY(name string, o Options) (*File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	a, err := openArray(file)
	if err != nil {
		return nil, err
	}
	columns := 1
	switch {
	case len(a.shape) == 2:
		columns = a.shape[1]
	case len(a.shape) != 1:
		return nil, fmt.Errorf("an array of %d dimensions is not supported", len(a.shape))
	}
	if columns*len(a.fields) > 64 || len(a.fields) > 1 && len(a.shape) > 1 {
		return nil, fmt.Errorf("an array of shape %v is not a list of spikes: a row for each is", a.shape)
	}
	t := rows{place: "row"}
	for _, f := range a.fields {
		if f.name != "" {
			t.head = append(t.head, f.name)
		}
	}
	if a.shape[0] == 0 {
		return &File{How: "empty"}, nil
	}
	first, err := a.row(columns, nil)
	if err != nil {
		return nil, err
	}
	t.first = first
	t.each = func(visit func(int, []string) error) error {
		if err := visit(1, first); err != nil {
			return err
		}
		var row []string
		for i := 2; i <= a.shape[0]; i++ {
			var err error
			if row, err = a.row(columns, row[:0]); err != nil {
				return err
			}
			if err := visit(i, row); err != nil {
				return err
			}
		}
		return nil
	}
	f := &File{}
	return f, t.read(f, ".npy", o)
}
