package sweep

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
)

// Axis is one key, or several that move together, with the values that they take.
type Axis struct {
	Keys   []string
	Values [][]string // one list for each step, with a value for each key, as --set takes it; empty: not set
	Ranges []Range    // of each key, where values are drawn; then there are no Values
}

// Range is an interval that values are drawn from.
type Range struct {
	From, To float64
	Unit     string
	Log      bool
}

// mostPoints bounds a sweep: more are a mistake in a range.
const mostPoints = 1_000_000

var quantity = regexp.MustCompile(`^\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*([^\s0-9][^\s]*)?\s*$`)

// split parts a number from its unit.
func split(text string) (x float64, unit string, ok bool) {
	m := quantity.FindStringSubmatch(text)
	if m == nil {
		return 0, "", false
	}
	x, err := strconv.ParseFloat(m[1], 64)
	return x, m[2], err == nil
}

// ParseAxis reads what --vary says: "KEY=VALUES", several keys that take the same values "KEY,KEY=VALUES", or keys that
// move together "KEY=VALUES; KEY=VALUES". VALUES are a list "0.1,0.2,0.4", a range of N values from A to B "0 pA:400
// pA:9", or one with equal ratios "0.1:10:5:log". With sample, values are drawn from ranges "A:B" or "A:B:log", or from
// lists.
func ParseAxis(text string, sample bool) (Axis, error) {
	fail := func(reason string, args ...any) (Axis, error) {
		return Axis{}, &config.Error{File: "--vary", Value: text, Reason: fmt.Sprintf(reason, args...)}
	}
	var a Axis
	var lists [][]string
	for _, part := range cut(text, ';') {
		keys, values, ok := strings.Cut(part, "=")
		if !ok || strings.TrimSpace(values) == "" {
			return fail("must be KEY=VALUES, for example projections.*.weight=0.1,0.2,0.4 or populations.pyr.size=100:400:4")
		}
		list, drawn, err := parseValues(strings.TrimSpace(values), sample)
		if err != nil {
			return fail("%v", err)
		}
		for _, key := range strings.Split(keys, ",") {
			if key = strings.TrimSpace(key); key == "" {
				return fail("a key is empty")
			}
			a.Keys = append(a.Keys, key)
			lists = append(lists, list)
			if drawn != nil {
				a.Ranges = append(a.Ranges, *drawn)
			}
		}
	}
	if len(a.Ranges) > 0 {
		if len(a.Ranges) != len(a.Keys) {
			return fail("a range to draw from cannot move together with a list")
		}
		return a, nil
	}
	for k, list := range lists {
		if len(list) != len(lists[0]) {
			return fail("keys that move together need equally many values: %s has %d, %s has %d", a.Keys[0], len(lists[0]),
				a.Keys[k], len(list))
		}
	}
	for i := range lists[0] {
		step := make([]string, len(lists))
		for k := range lists {
			step[k] = lists[k][i]
		}
		a.Values = append(a.Values, step)
	}
	return a, nil
}

// parseValues reads a list or a range.
func parseValues(text string, sample bool) (list []string, drawn *Range, err error) {
	parts := cut(text, ':')
	if len(parts) < 2 {
		list = cut(text, ',')
		for _, v := range list {
			if v == "" {
				return nil, nil, fmt.Errorf("a value of the list is empty")
			}
		}
		return list, nil, nil
	}
	r := Range{}
	a, unit, ok1 := split(parts[0])
	b, unitB, ok2 := split(parts[1])
	if !ok1 || !ok2 {
		return nil, nil, fmt.Errorf(
			"%q is no range: it is FROM:TO:NUMBER or FROM:TO:NUMBER:log, with numbers and units such as 0 pA:400 pA:9", text)
	}
	if unit == "" && a == 0 {
		unit = unitB
	}
	if unit != unitB {
		return nil, nil, fmt.Errorf("both ends of %q need the same unit", text)
	}
	r.From, r.To, r.Unit = a, b, unit
	rest := parts[2:]
	if n := len(rest); n > 0 && rest[n-1] == "log" {
		r.Log, rest = true, rest[:n-1]
	} else if n > 0 && rest[n-1] == "linear" {
		rest = rest[:n-1]
	}
	if r.Log && (a <= 0 || b <= 0) {
		return nil, nil, fmt.Errorf("a logarithmic range needs ends above 0: %q", text)
	}
	if sample && len(rest) == 0 {
		return nil, &r, nil
	}
	if len(rest) != 1 {
		return nil, nil, fmt.Errorf("%q is no range: it is FROM:TO:NUMBER or FROM:TO:NUMBER:log", text)
	}
	n, err := strconv.Atoi(rest[0])
	if err != nil || n < 1 || n > mostPoints || n == 1 && a != b {
		return nil, nil, fmt.Errorf("%q: %q must be a number of values from 2 on", text, rest[0])
	}
	for i := range n {
		list = append(list, r.at(float64(i)/float64(max(1, n-1))))
	}
	return list, nil, nil
}

// at is the value at a share of the way, with 12 digits: 0.3 in place of 0.30000000000000004.
func (r Range) at(share float64) string {
	x := r.From + share*(r.To-r.From)
	switch {
	case share == 0:
		x = r.From
	case share == 1:
		x = r.To
	case r.Log:
		x = r.From * math.Pow(r.To/r.From, share)
	}
	return strings.TrimSpace(strconv.FormatFloat(x, 'g', 12, 64) + " " + r.Unit)
}

// cut splits at a separator that is outside of brackets and quotation marks, and trims the parts.
func cut(text string, at rune) (parts []string) {
	depth, from := 0, 0
	var quote rune
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		case c == at && depth == 0:
			parts = append(parts, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	return append(parts, strings.TrimSpace(text[from:]))
}
