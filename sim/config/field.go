package config

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// field is a struct field that a key sets, with what its tags say. A malformed tag is a programming error and
// panics.
type field struct {
	key      string
	required bool
	unit     unit
	bounds   interval
	declared string // the range that the value itself checks, for descriptions
	oneof    []string
	doc      string
	value    reflect.Value
}

// fieldsOf lists the fields of a struct that have a toml tag; embedded structs without one are part of the struct.
func fieldsOf(v reflect.Value) []*field {
	var fields []*field
	t := v.Type()
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, tagged := sf.Tag.Lookup("toml")
		switch {
		case !tagged && sf.Anonymous && sf.Type.Kind() == reflect.Struct:
			fields = append(fields, fieldsOf(v.Field(i))...)
		case tagged && tag != "-" && sf.IsExported():
			f, err := newField(v.Field(i), tag, sf.Tag)
			if err != nil {
				panic(fmt.Sprintf("config: field %s of %s: %v", sf.Name, t, err))
			}
			fields = append(fields, f)
		}
	}
	return fields
}

// newField reads `toml:"key,required" unit:"ms" range:"(0, 1000]" oneof:"a|b" doc:"..."`. The unit of a time, which
// is never without, is ms unless stated.
func newField(v reflect.Value, tag string, all reflect.StructTag) (*field, error) {
	key, option, _ := strings.Cut(tag, ",")
	if option != "" && option != "required" {
		return nil, fmt.Errorf("unknown option %q", option)
	}
	f := &field{key: key, required: option == "required", doc: all.Get("doc"), value: v}
	unit, t := all.Get("unit"), v.Type()
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if unit == "" && t == reflect.TypeFor[spike.Tick]() {
		unit = "ms"
	}
	var err error
	if f.unit, err = parseUnit(unit); err != nil {
		return nil, err
	}
	if f.bounds, err = parseInterval(all.Get("range")); err != nil {
		return nil, err
	}
	if f.declared = all.Get("allow"); f.declared == "(-inf, inf)" {
		f.declared = ""
	}
	if oneof := all.Get("oneof"); oneof != "" {
		f.oneof = strings.Split(oneof, "|")
	}
	return f, nil
}

// interval is a range of allowed numbers, in the unit of its field.
type interval struct {
	text           string // as in the tag; empty if everything is allowed
	lo, hi         float64
	openLo, openHi bool
}

// parseInterval reads "[0, 1)" with "inf" for no limit.
func parseInterval(text string) (interval, error) {
	all := interval{lo: math.Inf(-1), hi: math.Inf(1)}
	if text == "" {
		return all, nil
	}
	bad := fmt.Errorf("malformed range %q", text)
	if len(text) < 2 || !strings.ContainsRune("([", rune(text[0])) ||
		!strings.ContainsRune(")]", rune(text[len(text)-1])) {
		return all, bad
	}
	lo, hi, ok := strings.Cut(text[1:len(text)-1], ",")
	if !ok {
		return all, bad
	}
	r := interval{text: text, openLo: text[0] == '(', openHi: text[len(text)-1] == ')'}
	var err1, err2 error
	r.lo, err1 = strconv.ParseFloat(strings.TrimSpace(lo), 64)
	r.hi, err2 = strconv.ParseFloat(strings.TrimSpace(hi), 64)
	if err1 != nil || err2 != nil || !(r.lo <= r.hi) {
		return all, bad
	}
	return r, nil
}

// check returns why a number is outside, or "".
func (r interval) check(x float64) string {
	switch {
	case r.openLo && x <= r.lo && !math.IsInf(r.lo, 0):
		return "must be above " + number(r.lo)
	case x < r.lo:
		return "must be at least " + number(r.lo)
	case r.openHi && x >= r.hi && !math.IsInf(r.hi, 0):
		return "must be below " + number(r.hi)
	case x > r.hi:
		return "must be at most " + number(r.hi)
	}
	return ""
}

// allowed describes what a field takes: its names, or its range with the unit; "" if there is no limit.
func (f *field) allowed() string {
	switch {
	case f.oneof != nil:
		return strings.Join(f.oneof, ", ")
	case f.bounds.text != "":
		return strings.TrimSpace(f.bounds.text + " " + f.unit.text)
	}
	return ""
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
