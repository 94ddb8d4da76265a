package neuron

import (
	"reflect"
	"testing"
)

// Every parameter of every model that may be a distribution makes neurons differ when it is one. (Were one forgotten, all neurons would
// silently have the value of the first.)
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
				t.Errorf("%s: %s makes the constants of %d neurons, not 3", m.Name, reflect.TypeOf(spec).Elem().Field(i).Name, d.Len())
			}
		}
	}
	if parameters < 40 {
		t.Errorf("only %d parameters seen", parameters)
	}
}
