package config

import (
	"math"
	"reflect"
	"strings"
)

// highestSeed is the range of a whole number without a sign and without a tag: TOML's integers have 63 bits.
const highestSeed = "[0, 9223372036854775807]"

// anyNumber is the range of a number that nothing limits: infinity and what is not a number are refused everywhere.
const anyNumber = "(-inf, inf)"

// limited is the error of a Validate: the range that it wants of a key, and the key that this depends on, "" for none.
type limited interface {
	Limits() (key, allowed, by string)
}

// limits fills in the ranges that no tag says: those that the Validate of the struct wants of numbers, found by asking
// it with one number after the other below all ranges. v holds its defaults.
func limits(v reflect.Value, docs []KeyDoc) {
	check, ok := v.Addr().Interface().(interface{ Validate() error })
	if !ok {
		return
	}
	for i := range docs {
		k := &docs[i]
		target := fieldAt(v, k.Key)
		if k.Range != "" || !target.IsValid() {
			continue
		}
		old := reflect.New(target.Type()).Elem()
		old.Set(target)
		if !lowest(target) {
			continue
		}
		err, ok := check.Validate().(limited)
		target.Set(old)
		if !ok {
			continue
		}
		if key, allowed, by := err.Limits(); key == k.Key && strings.IndexAny(allowed, "([") == 0 {
			k.Range = strings.ReplaceAll(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(allowed), k.Unit)), "+inf",
				"inf")
			if by != "" {
				k.Doc += "; the range depends on " + by
			}
		}
	}
}

// fieldAt finds the field of a dotted key in a struct, the zero Value if there is none.
func fieldAt(v reflect.Value, key string) reflect.Value {
	first, rest, deeper := strings.Cut(key, ".")
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	for _, f := range fieldsOf(v) {
		if f.key != first {
			continue
		}
		if deeper {
			return fieldAt(f.value, rest)
		}
		return f.value
	}
	return reflect.Value{}
}

// lowest sets a number below every range, and tells whether it is one.
func lowest(v reflect.Value) bool {
	if q, ok := v.Addr().Interface().(QuantityDecoder); ok {
		return q.UnmarshalQuantity("-1", func(string) (float64, error) { return math.Inf(-1), nil }) == nil
	}
	switch {
	case v.CanFloat():
		v.SetFloat(math.Inf(-1))
	case v.CanInt() && v.Type().PkgPath() == "":
		v.SetInt(math.MinInt32)
	default:
		return false
	}
	return true
}
