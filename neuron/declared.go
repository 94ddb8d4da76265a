package neuron

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// A parameter of a model is declared once, by the tags of its field:
//
//	TauM Value `toml:"tau_m" unit:"ms" allow:"(0, inf)" doc:"membrane time constant τ_m"`
//
// Key, unit and range of its errors (declared), the random key of its distribution and whether neurons differ in it
// (drawn, varies), its entry in the reference of keys and the range there follow from them. What is left to the model
// is the default, and what its equations do with it. A range that depends on another parameter is in Validate as well.

// declared returns a *ParameterError for the first field of a description, in the order of the struct, that is none of
// the names of its oneof tag or leaves the range of its allow tag.
func declared(spec any) error {
	v := reflect.Indirect(reflect.ValueOf(spec))
	if err := Choices(spec); err != nil {
		return err
	}
	return declaredIn(v, "")
}

func declaredIn(v reflect.Value, prefix string) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		key := prefix + f.Tag.Get("toml")
		if v.Field(i).Kind() == reflect.Struct && v.Field(i).Type() != reflect.TypeFor[Value]() && f.Tag.Get("toml") != "" {
			if err := declaredIn(v.Field(i), key+"."); err != nil {
				return err
			}
			continue
		}
		allow, ok := f.Tag.Lookup("allow")
		if !ok {
			continue
		}
		lo, hi, open := intervalOf(allow)
		var x Value
		switch y := v.Field(i).Interface().(type) {
		case Value:
			x = y
		case float64:
			x = Const(y)
		case int:
			x = Const(float64(y))
		default:
			panic(fmt.Sprintf("neuron: %s is no number that could be in a range", key))
		}
		if err := x.require(key, f.Tag.Get("unit"), lo, hi, open); err != nil {
			return err
		}
	}
	return nil
}

// intervalOf reads an interval whose ends are both in it, "[0, 1]", or both out of it, "(0, inf)". The parenthesis at
// an infinite end does not matter.
func intervalOf(text string) (lo, hi float64, open bool) {
	from, to, ok := strings.Cut(strings.Trim(text, "()[]"), ",")
	var err1, err2 error
	lo, err1 = strconv.ParseFloat(strings.TrimSpace(from), 64)
	hi, err2 = strconv.ParseFloat(strings.TrimSpace(to), 64)
	opens, closes := strings.HasPrefix(text, "("), strings.HasSuffix(text, ")")
	if !ok || err1 != nil || err2 != nil || opens != closes && !math.IsInf(lo, 0) && !math.IsInf(hi, 0) {
		panic(fmt.Sprintf("neuron: malformed interval %q", text))
	}
	if math.IsInf(lo, 0) {
		opens = closes
	}
	return lo, hi, opens
}

// drawn returns the parameters of neuron i: those of a description, with what the neuron has drawn in the place of
// distributions. Initial values are left as they are.
func drawn[S any](spec *S, b Build, i int) *S {
	own := *spec
	v := reflect.ValueOf(&own).Elem()
	for k := range v.NumField() {
		if x, ok := v.Field(k).Interface().(Value); ok && !x.IsConst() {
			key := v.Type().Field(k).Tag.Get("toml")
			v.Field(k).Set(reflect.ValueOf(Const(x.Draw(b.Key.Sub(key), i))))
		}
	}
	return &own
}
