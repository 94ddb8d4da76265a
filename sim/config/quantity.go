package config

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// A quantity is a decimal number and a unit: "16 ms", "-70 mV", "0.5nS", "20 %", "1.2e3 pA/Hz". It is kept as an
// exact fraction until the last step, so that a conversion rounds once and 0.1 ms is exactly 100000 ticks.

// Quantity converts text to a number in the unit, as the decoder does for a float64 field with that unit tag. The
// unit is "" for a dimensionless number, which may also be written in percent. The error says what is wrong with
// the text, without repeating it.
func Quantity(text, unit string) (float64, error) {
	to, err := parseUnit(unit)
	if err != nil {
		return 0, err
	}
	x, err := convert(text, to)
	if err != nil {
		return 0, err
	}
	return finite(x)
}

// Ticks converts a time such as "0.8 ms" to ticks. It refuses what is not a whole number of nanoseconds, and times
// beyond the end of all simulations (spike.Forever, 73 years).
func Ticks(text string) (spike.Tick, error) {
	ns, err := parseUnit("ns")
	if err != nil {
		return 0, err
	}
	x, err := convert(text, ns)
	switch {
	case err != nil:
		return 0, err
	case !x.IsInt():
		return 0, errors.New("is not a whole number of nanoseconds")
	case !x.Num().IsInt64() || max(x.Num().Int64(), -x.Num().Int64()) >= int64(spike.Forever):
		return 0, errors.New("is too long a time; a simulation ends before 73 years")
	}
	return spike.Tick(x.Num().Int64()), nil
}

// convert reads text and expresses it in a unit.
func convert(text string, to unit) (*big.Rat, error) {
	digits, from := splitQuantity(text)
	if strings.Trim(digits, "+-.") == "" {
		return nil, notANumber(from, to)
	}
	x, err := parseDecimal(digits)
	if err != nil {
		return nil, err
	}
	have, err := parseUnit(from)
	if err != nil {
		return nil, err
	}
	switch {
	case have.dim != to.dim && to.dim == none:
		return nil, fmt.Errorf("takes no unit, found one of %s", have.dim)
	case have.dim != to.dim && from == "", to.text == "%" && from == "":
		if to.dim == none {
			return nil, fmt.Errorf("needs a percent sign, for example %q", digits+" %")
		}
		return nil, fmt.Errorf("needs a unit of %s, for example %q", to.dim, digits+" "+to.text)
	case have.dim != to.dim:
		return nil, fmt.Errorf("needs a unit of %s such as %s, found one of %s", to.dim, to.text, have.dim)
	}
	x.Mul(x, have.size)
	return x.Quo(x, to.size), nil
}

// notANumber says what is expected instead of text.
func notANumber(text string, to unit) error {
	word, _, _ := strings.Cut(strings.ToLower(text), " ")
	switch word {
	case "nan", "inf", "infinity":
		return errors.New("must be a finite number")
	}
	if to.dim == none && to.text == "" {
		return errors.New("must be a number")
	}
	return fmt.Errorf("must be a number with a unit, for example %q", "1 "+to.text)
}

// splitQuantity parts the number from the unit.
func splitQuantity(text string) (number, unit string) {
	text = strings.TrimSpace(text)
	end := 0
	for end < len(text) && strings.IndexByte("+-.0123456789", text[end]) >= 0 {
		end++
	}
	if end > 0 && end < len(text) && (text[end] == 'e' || text[end] == 'E') {
		i := end + 1
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if first := i; i < len(text) {
			for i < len(text) && text[i] >= '0' && text[i] <= '9' {
				i++
			}
			if i > first {
				end = i
			}
		}
	}
	return text[:end], strings.TrimSpace(text[end:])
}

// parseDecimal reads a number exactly. Its exponent is limited to that of floats, which bounds the size of the
// fraction.
func parseDecimal(digits string) (*big.Rat, error) {
	const longest = 400
	f, err := strconv.ParseFloat(digits, 64)
	if errors.Is(err, strconv.ErrRange) || len(digits) > longest {
		return nil, errors.New("is too large a number")
	}
	if err != nil {
		return nil, fmt.Errorf("%q is not a number", clip(digits))
	}
	if f == 0 {
		if strings.ContainsAny(strings.FieldsFunc(digits, isExponent)[0], "123456789") {
			return nil, errors.New("is too small a number")
		}
		return new(big.Rat), nil
	}
	x, ok := new(big.Rat).SetString(digits)
	if !ok {
		return nil, fmt.Errorf("%q is not a number", clip(digits))
	}
	return x, nil
}

func isExponent(r rune) bool { return r == 'e' || r == 'E' }

// finite rounds a fraction to the nearest float.
func finite(x *big.Rat) (float64, error) {
	f, _ := x.Float64()
	switch {
	case math.IsInf(f, 0):
		return 0, errors.New("is too large a number")
	case f == 0 && x.Sign() != 0:
		return 0, errors.New("is too small a number")
	}
	return f, nil
}

// FormatQuantity prints a number with its unit as a file would, "-70 mV"; it parses back to the same number.
func FormatQuantity(x float64, unit string) string {
	return strings.TrimSpace(strconv.FormatFloat(x, 'g', -1, 64) + " " + unit)
}

// FormatTick prints a time in a unit of time, exactly: "0.1 ms".
func FormatTick(t spike.Tick, unit string) string {
	u, err := parseUnit(unit)
	if err != nil || u.dim != time {
		panic("config: FormatTick: not a unit of time: " + unit)
	}
	x := new(big.Rat).Quo(big.NewRat(int64(t), 1e9), u.size)
	digits, exact := x.FloatPrec()
	if !exact { // a third of a minute
		return fmt.Sprintf("%d ns", int64(t))
	}
	return x.FloatString(digits) + " " + unit
}
