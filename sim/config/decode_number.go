package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// numberText returns the text of a quantity, which a file writes as a string if it has a unit and as a bare number
// if it has none.
func numberText(n *Node) (string, error) {
	switch n.kind {
	case KindString:
		return n.text, nil
	case KindInt, KindFloat:
		if x, err := n.float(); err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return "", errors.New("must be a finite number")
		}
		if i, err := n.int(); err == nil && n.kind == KindInt {
			return fmt.Sprint(i), nil // it may be hexadecimal
		}
		return strings.ReplaceAll(n.text, "_", ""), nil
	}
	return "", fmt.Errorf("must be a number, found %s", n.kind)
}

// float decodes a number with the unit of the field. A dimensionless field takes a bare number or a percentage.
func (d *Decoder) float(n *Node, f *field) (float64, bool) {
	text, err := numberText(n)
	var x float64
	if err == nil {
		x, err = f.parse(text)
	}
	if err == nil && f.value.Kind() == reflect.Float32 && math.Abs(x) > math.MaxFloat32 {
		err = errors.New("is too large a number")
	}
	if err == nil {
		err = f.inside(x)
	}
	if err != nil {
		d.Errors.Add(n.Errorf("%s", err).Allow(f.allowed()))
	}
	return x, err == nil
}

// parse converts a quantity to the field's unit.
func (f *field) parse(text string) (float64, error) {
	x, err := convert(text, f.unit)
	if err != nil {
		return 0, err
	}
	return finite(x)
}

// inside is the error of a number outside the field's range.
func (f *field) inside(x float64) error {
	if reason := f.bounds.check(x); reason != "" {
		return errors.New(reason)
	}
	return nil
}

// tick decodes a time. Its range is in the field's unit.
func (d *Decoder) tick(n *Node, f *field, dst *spike.Tick) {
	text, err := numberText(n)
	var x float64
	if err == nil {
		x, err = f.parse(text)
	}
	if err == nil {
		err = f.inside(x)
	}
	var t spike.Tick
	if err == nil {
		t, err = Ticks(text)
	}
	if err != nil {
		d.Errors.Add(n.Errorf("%s", err).Allow(f.allowed()))
		return
	}
	*dst = t
}

// bounded is a QuantityDecoder that knows the smallest and the largest value that it can take.
type bounded interface{ Bounds() (lo, hi float64) }

// quantity decodes a constant or distribution.
func (d *Decoder) quantity(n *Node, f *field, dst QuantityDecoder) {
	text, err := numberText(n)
	if err == nil {
		err = dst.UnmarshalQuantity(text, func(part string) (float64, error) {
			x, err := f.parse(part)
			if err != nil && strings.TrimSpace(part) != strings.TrimSpace(text) {
				err = fmt.Errorf("%q %w", strings.TrimSpace(part), err)
			}
			return x, err
		})
	}
	if b, ok := dst.(bounded); ok && err == nil {
		lo, hi := b.Bounds()
		for _, x := range []float64{lo, hi} {
			if math.IsInf(x, 0) && lo != hi {
				continue // without a bound: how much lies outside is judged where the number of draws is known
			}
			if err == nil {
				err = f.inside(x)
			}
			if err != nil && lo != hi {
				err = fmt.Errorf("%w, it can be %s", err, number(x))
				break
			}
		}
	}
	if err != nil {
		d.Errors.Add(n.Errorf("%s", err).Allow(f.allowed()))
	}
}
