package config

import (
	"bytes"
	"encoding"
	"fmt"
	"io"
	"reflect"
	"strings"
	"text/tabwriter"

	"github.com/burstplex/burstplex/neuron/spike"
)

// KeyDoc describes a key of an experiment file.
type KeyDoc struct {
	Key      string // dotted; NAME stands for a name that the user chooses, [] for an element of a list
	Type     string // "number", "time", "text", ...
	Unit     string // in which Default and Range are given; the file may use another of the same dimension
	Default  string // empty if there is none
	Range    string // "(0, 1000]", or the names allowed, "soma, apical"
	Required bool
	Doc      string
}

// Describer is a type whose keys its fields do not tell, because its DecodeConfig chooses among structs. It returns
// pointers to the structs that a file can set; it may be one of them.
type Describer interface{ DescribeConfig() []any }

// Describe lists the keys that Decode would set in v, a struct or a pointer to one, with what v holds as defaults.
func Describe(v any) []KeyDoc {
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer {
		rv = rv.Elem()
	}
	copied := reflect.New(rv.Type()) // addressable
	copied.Elem().Set(rv)
	docs := describeStruct(copied.Elem(), "", nil)
	limits(copied.Elem(), docs)
	for i := range docs {
		k := &docs[i]
		if f := fieldAt(copied.Elem(), k.Key); k.Range == "" && f.IsValid() && f.CanUint() {
			k.Range = highestSeed
		}
		number := strings.TrimPrefix(strings.TrimPrefix(k.Type, "list of "), "list of ")
		if k.Range == "" && (strings.HasPrefix(number, "number") || number == "time" || number == "whole number") {
			k.Range = anyNumber
		}
	}
	return docs
}

// describeStruct lists the fields of a struct under a prefix; the types above it end the recursion of types that
// contain themselves.
func describeStruct(v reflect.Value, prefix string, above []reflect.Type) []KeyDoc {
	for _, t := range above {
		if t == v.Type() {
			return nil
		}
	}
	above = append(above[:len(above):len(above)], v.Type())
	if p, ok := v.Addr().Interface().(Describer); ok {
		var docs []KeyDoc
		for _, part := range p.DescribeConfig() {
			docs = append(docs, describeFields(reflect.ValueOf(part).Elem(), prefix, above)...)
		}
		return docs
	}
	return describeFields(v, prefix, above)
}

func describeFields(v reflect.Value, prefix string, above []reflect.Type) []KeyDoc {
	var docs []KeyDoc
	for _, f := range fieldsOf(v) {
		docs = append(docs, f.describe(prefix+f.key, above)...)
	}
	return docs
}

// describe lists the keys of a field: its own, or those below it.
func (f *field) describe(key string, above []reflect.Type) []KeyDoc {
	v := f.value
	for v.Kind() == reflect.Pointer {
		fresh := reflect.New(v.Type().Elem())
		if v.IsNil() {
			setDefaults(fresh)
		} else {
			fresh = v
		}
		v = fresh.Elem()
	}
	if t, ok := v.Addr().Interface().(interface{ sample() any }); ok {
		return f.with(reflect.ValueOf(t.sample()).Elem()).describe(key+".NAME", above)
	}
	doc := KeyDoc{Key: key, Unit: f.unit.text, Required: f.required, Doc: f.doc, Range: f.bounds.text}
	if doc.Range == "" {
		doc.Range = f.declared
	}
	if f.oneof != nil {
		doc.Range = f.allowed()
	}
	if doc.Type = typeName(v); doc.Type != "" {
		if !f.required && f.value.Kind() != reflect.Pointer && f.holdsAllowed() {
			doc.Default = f.defaultText()
		}
		return []KeyDoc{doc}
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		elem := reflect.New(v.Type().Elem())
		setDefaults(elem)
		docs := f.with(elem.Elem()).describe(key+"[]", above)
		if len(docs) == 1 && docs[0].Key == key+"[]" { // a list of plain values is one key
			doc.Type, doc.Default = "list of "+docs[0].Type, f.defaultText()
			return []KeyDoc{doc}
		}
		return docs
	case reflect.Struct:
		return describeStruct(v, key+".", above)
	}
	return []KeyDoc{doc}
}

// typeName names a value that a single line of a file sets, "" for what has parts.
func typeName(v reflect.Value) string {
	switch v.Addr().Interface().(type) {
	case QuantityDecoder:
		return "number or distribution"
	case *spike.Tick:
		return "time"
	case encoding.TextUnmarshaler:
		return "text"
	}
	switch v.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Slice, reflect.Array, reflect.Struct, reflect.Interface, reflect.Map:
		return ""
	}
	return "whole number"
}

// holdsAllowed reports whether what the field holds is in its range: a 0 outside of it stands for a key that is absent,
// and what that means the description says.
func (f *field) holdsAllowed() bool {
	v := f.value
	if t, ok := v.Addr().Interface().(*spike.Tick); ok {
		x, err := Quantity(FormatTick(*t, f.unit.text), f.unit.text)
		return err != nil || f.bounds.check(x) == ""
	}
	switch {
	case v.CanInt():
		return f.bounds.check(float64(v.Int())) == ""
	case v.CanUint():
		return f.bounds.check(float64(v.Uint())) == ""
	case v.CanFloat():
		return f.bounds.check(v.Float()) == ""
	}
	return true
}

// defaultText prints what the field holds, as a file would.
func (f *field) defaultText() string {
	v := f.value
	switch x := v.Addr().Interface().(type) {
	case interface{ QuantityText(unit string) string }:
		return x.QuantityText(f.unit.text)
	case *spike.Tick:
		return FormatTick(*x, f.unit.text)
	case bounded:
		if lo, hi := x.Bounds(); lo == hi {
			return FormatQuantity(lo, f.unit.text)
		}
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		if v.Len() == 0 {
			return ""
		}
		return fmt.Sprintf("%q", v.String())
	case reflect.Slice, reflect.Array:
		if v.Len() == 0 {
			return ""
		}
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = f.with(v.Index(i)).defaultText()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return strings.TrimSpace(fmt.Sprint(v.Interface()) + " " + f.unit.text)
}

// WriteKeys prints a table of keys, one a line.
func WriteKeys(w io.Writer, keys []KeyDoc) error {
	var table bytes.Buffer
	tw := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "KEY\tDEFAULT\tALLOWED\tTYPE\tMEANING")
	for _, k := range keys {
		def := k.Default
		if k.Required {
			def = "required"
		}
		allowed := k.Range
		if strings.ContainsAny(allowed, "([") && k.Unit != "" {
			allowed += " " + k.Unit
		}
		kind := k.Type
		if k.Unit != "" && !strings.HasSuffix(kind, "time") {
			kind += " in " + k.Unit
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", k.Key, def, allowed, kind, k.Doc)
	}
	tw.Flush() // into memory
	for line := range bytes.Lines(table.Bytes()) {
		if _, err := fmt.Fprintf(w, "%s\n", bytes.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// WriteMarkdown prints a table of keys as Markdown.
func WriteMarkdown(w io.Writer, keys []KeyDoc) error {
	if _, err := fmt.Fprint(w,
		"| key | type | unit | default | allowed | meaning |\n|---|---|---|---|---|---|\n"); err != nil {
		return err
	}
	escape := strings.NewReplacer("|", "\\|", "<", "&lt;", "*", "\\*")
	for _, k := range keys {
		def := k.Default
		if k.Required {
			def = "required"
		}
		cells := []string{"`" + k.Key + "`", k.Type, k.Unit, escape.Replace(def), escape.Replace(k.Range), escape.Replace(k.Doc)}
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")); err != nil {
			return err
		}
	}
	return nil
}

// sample makes an entry to describe.
func (t *Table[T]) sample() any {
	v := new(T)
	if p, ok := any(v).(Defaulter); ok {
		p.SetDefaults()
	}
	return v
}
