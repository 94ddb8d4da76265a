package neuron

import (
	"errors"
	"math"
	"reflect"
	"testing"
)

// Every parameter of every model that may be a distribution makes neurons differ when it is one. (Were one forgotten,
// all neurons would silently have the value of the first.)
func TestEveryDistributionVaries(t *testing.T) {
	parameters := 0
	for _, m := range Models() {
		if varies(m.Default()) {
			t.Errorf("%s: constants vary", m.Name)
		}
		for i := range reflect.TypeOf(m.Default()).Elem().NumField() {
			spec := m.Default()
			field := reflect.ValueOf(spec).Elem().Field(i)
			v, ok := field.Interface().(Value)
			if !ok {
				continue
			}
			parameters++
			field.Set(reflect.ValueOf(Value{Shape: Uniform, A: v.A, B: v.A + 1e-3}))
			if !varies(spec) {
				t.Errorf("%s: %s does not vary", m.Name, reflect.TypeOf(spec).Elem().Field(i).Name)
			}
			p := reflect.ValueOf(made(t, spec, 3, 100*us)).Elem()
			if d := p.FieldByName("derived"); d.IsValid() && d.Len() != 3 {
				t.Errorf("%s: %s makes the constants of %d neurons, not 3", m.Name, reflect.TypeOf(spec).Elem().Field(i).Name,
					d.Len())
			}
		}
	}
	if parameters < 40 {
		t.Errorf("only %d parameters seen", parameters)
	}
}

// Every number of every model is checked, under its own name: one that is none, and one beyond the range of its allow
// tag. (Were one forgotten, a program could simulate with it.)
func TestEveryParameterIsChecked(t *testing.T) {
	numbers := 0
	for _, m := range Models() {
		if m.Name == "replay" || m.Name == "modulated-poisson" { // what they read depends on their shape
			continue
		}
		var walk func(of func(Spec) reflect.Value, prefix string)
		walk = func(of func(Spec) reflect.Value, prefix string) {
			typ := of(m.Default()).Type()
			for i := range typ.NumField() {
				f := typ.Field(i)
				key := prefix + f.Tag.Get("toml")
				refused := func(x float64) {
					spec := m.Default()
					switch v := of(spec).Field(i); v.Interface().(type) {
					case Value:
						v.Set(reflect.ValueOf(Const(x)))
					case float64:
						v.SetFloat(x)
					default:
						return
					}
					numbers++
					var pe *ParameterError
					if err := spec.Validate(); !errors.As(err, &pe) || pe.Key != key && pe.By != key {
						t.Errorf("%s: %s = %g: %v", m.Name, key, x, err)
					}
				}
				if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[Value]() {
					walk(func(s Spec) reflect.Value { return of(s).Field(i) }, key+".")
					continue
				}
				refused(math.NaN())
				if allow := f.Tag.Get("allow"); allow != "" {
					lo, hi, _ := intervalOf(allow)
					if !math.IsInf(lo, 0) {
						refused(lo - 1)
					}
					if !math.IsInf(hi, 0) {
						refused(hi + 1)
					}
				}
			}
		}
		walk(func(s Spec) reflect.Value { return reflect.ValueOf(s).Elem() }, "")
	}
	if numbers < 200 {
		t.Errorf("only %d numbers were tried", numbers)
	}
}
