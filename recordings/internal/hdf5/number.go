package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"math"
)

// number is a type of numbers as a dataset stores them.
type number struct {
	size   int
	float  bool
	signed bool
	big    bool
}

// classes are the names of the classes of types.
func className(class byte) string {
	names := []string{"integer", "floating point", "time", "string", "bit field", "opaque", "compound", "reference",
		"enumeration", "variable-length", "array", "complex"}
	if int(class) < len(names) {
		return names[class]
	}
	return fmt.Sprintf("class %d", class)
}

func parseNumber(m []byte) (number, error) {
	if len(m) < 8 {
		return number{}, errors.New("no type")
	}
	class := m[0] & 15
	t := number{size: int(le.Uint32(m[4:])), float: class == 1, signed: class == 0 && m[1]&8 != 0, big: m[1]&1 != 0}
	switch {
	case class > 1:
		return t, fmt.Errorf("type %s is not one of numbers", className(class))
	case class == 0 && len(m) >= 12:
		whole := le.Uint16(m[8:]) == 0 && int(le.Uint16(m[10:])) == 8*t.size
		if whole && (t.size == 1 || t.size == 2 || t.size == 4 || t.size == 8) {
			return t, nil
		}
		return t, fmt.Errorf("integers of %d bits in %d bytes are not supported", le.Uint16(m[10:]), t.size)
	case class == 1 && len(m) >= 20:
		// Offset and bits in all, place and bits of the exponent, place and bits of the fraction, bias.
		ieee := map[int][]byte{
			2: {0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0},
			4: {0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0},
			8: {0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0},
		}[t.size]
		if m[1]&0x40 == 0 && ieee != nil && bytes.Equal(m[8:20], ieee) {
			return t, nil
		}
	}
	return t, fmt.Errorf("floating point of %d bytes that is not IEEE half, single or double is not supported", t.size)
}

// decode returns the elements as floats and as integers; ints are exact for integers only.
func (t number) decode(b []byte) (float64, uint64) {
	var v uint64
	for i := range t.size {
		k := i
		if !t.big {
			k = t.size - 1 - i
		}
		v = v<<8 | uint64(b[k])
	}
	switch {
	case t.float && t.size == 2:
		return half(uint16(v)), 0
	case t.float && t.size == 4:
		return float64(math.Float32frombits(uint32(v))), 0
	case t.float:
		return math.Float64frombits(v), 0
	case t.signed:
		s := int64(v<<(64-8*t.size)) >> (64 - 8*t.size)
		return float64(s), uint64(s)
	}
	return float64(v), v
}

func half(v uint16) float64 {
	sign, exponent, fraction := 1-2*float64(v>>15), int(v>>10&31), float64(v&1023)/1024
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -14)
	case 31:
		if fraction > 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1+fraction, exponent-15)
}

// Number is what a dataset of numbers holds.
type Number struct {
	Float, Signed bool
	Digits        int // bits in which a float is exact for whole numbers
}

// Number tells what numbers a dataset holds; an error names what else it holds.
func (o *Object) Number() (Number, error) {
	m, err := o.datatype()
	if err == nil {
		var t number
		t, err = parseNumber(m)
		if err == nil {
			return Number{t.float, t.signed, map[int]int{2: 11, 4: 24, 8: 53}[t.size]}, nil
		}
	}
	return Number{}, fmt.Errorf("%s: %w", o.Path, err)
}
