package equations

import (
	"fmt"
	"strconv"

	"github.com/burstplex/burstplex/neuron"
)

// Quantity reads a number with a unit, "-70 mV" or "50 uS/cm^2", and returns it in internal units.
func Quantity(text string) (x float64, d Dimension, err error) {
	p, e := newParser(&Text{S: text}, func(string) bool { return false })
	if e != nil {
		return 0, d, fmt.Errorf("%s", e.Reason)
	}
	e = catch(func() {
		sign := 1.0
		if p.accept("-") {
			sign = -1
		} else {
			p.accept("+")
		}
		t := p.next()
		if t.kind != tokenNumber {
			p.fail(t, "must be a number with its unit, found %s", t)
		}
		var size float64
		size, d = p.unit(true)
		x = sign * t.value * size
		if t := p.peek(); t.kind != tokenEnd {
			if t.kind == tokenName {
				p.unknownUnit(t)
			}
			p.fail(t, "%s does not belong to a number with a unit", t)
		}
	})
	if e != nil {
		return 0, d, fmt.Errorf("%s", e.Reason)
	}
	return x, d, nil
}

// ParseValue reads the value of a parameter, a quantity or a distribution of quantities of one dimension; its numbers
// are then in internal units.
func ParseValue(text string) (v neuron.Value, d Dimension, err error) {
	first := true
	err = v.UnmarshalQuantity(text, func(quantity string) (float64, error) {
		x, e, err := Quantity(quantity)
		switch {
		case err != nil:
			return 0, err
		case first:
			d, first = e, false
		case e != d:
			return 0, fmt.Errorf("mixes %s and %s", d, e)
		}
		return x, nil
	})
	return v, d, err
}

// ParseAs reads a value that must have a dimension; 0 needs no unit.
func ParseAs(text string, want Dimension) (neuron.Value, error) {
	v, d, err := ParseValue(text)
	if err != nil {
		return v, err
	}
	if zero := v.IsConst() && v.A == 0 && d == none; d != want && !zero {
		return v, fmt.Errorf("must be in %s, found %s", typ{dim: want}, typ{dim: d})
	}
	return v, nil
}

// FormatValue prints a number in internal units with its unit.
func FormatValue(x float64, d Dimension) string {
	s := strconv.FormatFloat(x, 'g', 12, 64)
	if d == none {
		return s
	}
	return s + " " + d.String()
}
