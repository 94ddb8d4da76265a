package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// NodeDecoder is a type that reads itself: a union that a key selects ("model", "connector"), or a shorthand. It
// calls back into the Decoder for its parts; the error that it returns is placed at the node unless it has a
// place already.
type NodeDecoder interface {
	DecodeConfig(n *Node, d *Decoder) error
}

// QuantityDecoder is a number that may be more than a constant, such as a distribution. It gets the text as
// written ("-70 mV", "normal(-70 mV, 5 mV)", or the literal of a bare number) and a parser that converts one
// quantity to the unit of the field's tag. If it also has a method Bounds() (lo, hi float64), the field's range
// must contain both.
type QuantityDecoder interface {
	UnmarshalQuantity(text string, parse func(quantity string) (float64, error)) error
}

// Defaulter fills in the defaults of a value that the decoder makes: an entry of a Table, an element of a list of
// tables, the target of a pointer.
type Defaulter interface{ SetDefaults() }

// Decode fills the struct that dst points to from a table. What the struct holds already are the defaults. All
// mistakes are reported together, as a List.
//
// Supported are bool, string, integers, floats, spike.Tick, structs, slices and arrays of them, pointers (a table
// or value that may be left out), Table, and types with DecodeConfig, UnmarshalQuantity or UnmarshalText.
func Decode(n *Node, dst any) error { return DecodeWith(n, dst, nil) }

// DecodeWith is Decode with something that DecodeConfig methods find in the Decoder: the kinds that files can name.
func DecodeWith(n *Node, dst, context any) error {
	d := Decoder{Context: context}
	d.Value(n, dst)
	return d.Errors.Err()
}

// Decoder is one pass over a tree that collects errors.
type Decoder struct {
	Errors  List
	Context any // of DecodeWith
	// Bare is a unit that the numbers of what is being decoded do not have although their fields do, for example "pA"
	// where a drive without unit takes the place of a current; "": all have theirs.
	Bare string
}

// Value decodes a node into what dst points to.
func (d *Decoder) Value(n *Node, dst any) {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("config: cannot decode into %T", dst))
	}
	f, _ := newField(v.Elem(), "", "") // without tags there is nothing to get wrong
	d.decode(n, f)
}

// KeyDecoder is a part of a table whose keys are known only once another key is: the parameters of a model that the
// same file defines. Fields asks it for its keys and hands it those that the file has.
type KeyDecoder interface {
	ConfigKeys() []string
	DecodeKey(n *Node, d *Decoder)
}

// Fields decodes a table into several structs, which share its keys: a DecodeConfig method reads the common part
// first, lets it choose the specific part, and then calls Fields with both. It does not call the DecodeConfig of
// the structs themselves. Every key must belong to one of them.
func (d *Decoder) Fields(n *Node, dst ...any) {
	d.FieldsOr(n, func(string) string { return "" }, dst...)
}

// FieldsOr is Fields with the reason why some keys mean nothing here although people use them; "" for all others.
func (d *Decoder) FieldsOr(n *Node, elsewhere func(key string) (reason string), dst ...any) {
	if n.kind != KindTable {
		d.mismatch(n, "must be a table")
		return
	}
	byKey := make(map[string][]*field)
	var names []string
	dynamic := make(map[string]KeyDecoder)
	for _, s := range dst {
		if k, ok := s.(KeyDecoder); ok {
			for _, key := range k.ConfigKeys() {
				dynamic[key] = k
				names = append(names, key)
			}
			continue
		}
		for _, f := range fieldsOf(reflect.ValueOf(s).Elem()) {
			if d.Bare != "" && f.unit.text == d.Bare {
				f.unit, _ = parseUnit("")
			}
			if byKey[f.key] == nil {
				names = append(names, f.key)
			}
			byKey[f.key] = append(byKey[f.key], f)
		}
	}
	for _, kid := range n.kids {
		switch k := dynamic[kid.key]; {
		case k != nil:
			k.DecodeKey(kid, d)
		case byKey[kid.key] == nil && elsewhere(kid.key) != "":
			d.Errors.Add(kid.Errorf("%s", elsewhere(kid.key)).Allow(choices(names)))
		case byKey[kid.key] == nil:
			d.unknownKey(kid, names)
		}
		for _, f := range byKey[kid.key] {
			d.decode(kid, f)
		}
	}
	for _, name := range names {
		if byKey[name] == nil {
			continue
		}
		if f := byKey[name][0]; f.required && n.Get(name) == nil {
			d.Errors.Add(n.At(quoteKey(name)).Errorf("is required").Allow(f.allowed()))
		}
	}
}

func (d *Decoder) unknownKey(n *Node, valid []string) {
	near := Nearest(n.key, valid)
	e := n.Errorf("unknown key")
	if n.implied { // the override that mentions the key says more than the table that it made
		e.Reason = fmt.Sprintf("unknown key %q", n.key)
		e.Key = strings.TrimPrefix(n.pos.File, overridePrefix)
	}
	if near != "" {
		e.Reason += fmt.Sprintf(", did you mean %q?", near)
	}
	d.Errors.Add(e.Allow(choices(valid)))
}

// Choice returns the text of a key that must be one of the names, and reports it if it is not. A DecodeConfig
// method uses it to select a type. An absent key gives "" and is reported if required.
func (d *Decoder) Choice(n *Node, key string, names []string, required bool) string {
	if n.kind != KindTable {
		d.mismatch(n, "must be a table")
		return ""
	}
	kid := n.Get(key)
	if kid == nil {
		if required {
			d.Errors.Add(n.At(quoteKey(key)).Errorf("is required").Allow(choices(names)))
		}
		return ""
	}
	f := &field{key: key, oneof: names}
	if s, ok := d.text(kid, f); ok {
		return s
	}
	return ""
}

// decode decodes a node into a field. It prefers the methods of the destination to its kind.
func (d *Decoder) decode(n *Node, f *field) {
	v := f.value
	switch p := v.Addr().Interface().(type) {
	case NodeDecoder:
		if err := p.DecodeConfig(n, d); err != nil {
			d.Errors.Add(placed(n, err))
		}
		return
	case QuantityDecoder:
		d.quantity(n, f, p)
		return
	case *spike.Tick:
		d.tick(n, f, p)
		return
	case encoding.TextUnmarshaler:
		if n.kind != KindString {
			d.mismatch(n, "must be text in quotes")
		} else if err := p.UnmarshalText([]byte(n.text)); err != nil {
			d.Errors.Add(placed(n, err))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.Fields(n, v.Addr().Interface())
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		if v.IsNil() {
			setDefaults(fresh)
		} else {
			fresh.Elem().Set(v.Elem())
		}
		v.Set(fresh)
		d.decode(n, f.with(fresh.Elem()))
	case reflect.Slice, reflect.Array:
		d.list(n, f)
	case reflect.Bool:
		if n.kind != KindBool {
			d.mismatch(n, "must be true or false, without quotes")
			return
		}
		v.SetBool(n.text == "true")
	case reflect.String:
		if s, ok := d.text(n, f); ok {
			v.SetString(s)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		d.integer(n, f)
	case reflect.Float32, reflect.Float64:
		if x, ok := d.float(n, f); ok {
			v.SetFloat(x)
		}
	default:
		panic(fmt.Sprintf("config: cannot decode into a field of type %s", v.Type()))
	}
}

// with is the same field for another destination.
func (f *field) with(v reflect.Value) *field {
	g := *f
	g.value = v
	return &g
}

// list decodes an array; a slice is replaced as a whole, a Go array must have its length.
func (d *Decoder) list(n *Node, f *field) {
	v := f.value
	if n.kind != KindArray {
		d.mismatch(n, "must be a list in square brackets")
		return
	}
	if v.Kind() == reflect.Array && len(n.kids) != v.Len() {
		d.Errors.Add(n.Errorf("has %d elements, must have %d", len(n.kids), v.Len()))
		return
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), len(n.kids), len(n.kids)))
	}
	for i, kid := range n.kids {
		if v.Kind() == reflect.Slice {
			setDefaults(v.Index(i).Addr())
		}
		d.decode(kid, f.with(v.Index(i)))
	}
}

func setDefaults(pointer reflect.Value) {
	if p, ok := pointer.Interface().(Defaulter); ok {
		p.SetDefaults()
	}
}

// mismatch reports a value of the wrong type.
func (d *Decoder) mismatch(n *Node, reason string) {
	d.Errors.Add(n.Errorf("%s, found %s", reason, n.kind))
}

// placed gives an error without a place that of the node.
func placed(n *Node, err error) error {
	switch err.(type) {
	case *Error, List:
		return err
	}
	return n.Errorf("%s", err)
}

// integer decodes a whole number, without a unit, that fits its Go type.
func (d *Decoder) integer(n *Node, f *field) {
	v := f.value
	allowed := f.allowed()
	if n.kind != KindInt {
		e := n.Errorf("must be a whole number, found %s", n.kind)
		if n.kind == KindFloat {
			e.Reason = "must be a whole number, without point or exponent"
		}
		d.Errors.Add(e.Allow(allowed))
		return
	}
	i, err := n.int()
	if reason := f.bounds.check(float64(i)); reason != "" {
		d.Errors.Add(n.Errorf("%s", reason).Allow(allowed))
		return
	}
	switch unsigned := v.CanUint(); {
	case err == nil && unsigned && i >= 0 && !v.OverflowUint(uint64(i)):
		v.SetUint(uint64(i))
	case err == nil && !unsigned && !v.OverflowInt(i):
		v.SetInt(i)
	default:
		bits := v.Type().Bits()
		allowed := fmt.Sprintf("%d to %d", int64(-1)<<(bits-1), int64(math.MaxInt64)>>(64-bits))
		if unsigned {
			allowed = fmt.Sprintf("0 to %d", uint64(math.MaxUint64)>>(64-bits))
		}
		d.Errors.Add(n.Errorf("is too large or too small for this key").Allow(allowed))
	}
}

// text decodes a string, one of the names if the field has a list of them.
func (d *Decoder) text(n *Node, f *field) (string, bool) {
	if n.kind != KindString {
		d.Errors.Add(n.Errorf("must be text in quotes, found %s", n.kind).Allow(f.allowed()))
		return "", false
	}
	if f.oneof == nil {
		return n.text, true
	}
	for _, name := range f.oneof {
		if name == n.text {
			return n.text, true
		}
	}
	d.Errors.Add(n.Errorf("is not one of the names%s", didYouMean(n.text, f.oneof)).Allow(f.allowed()))
	return "", false
}
