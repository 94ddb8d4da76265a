package neuron

import "reflect"

// Time is a time constant or an interval of a model.
type Time struct {
	Key string  // of the parameter, as in an experiment file
	MS  float64 // its value, the smallest one of a distribution
}

// ShortestTime returns the shortest of the parameters of a description that are times in ms and above 0: what an
// integration step has to resolve. ok is false if there is none.
func ShortestTime(spec any) (shortest Time, ok bool) {
	s := reflect.Indirect(reflect.ValueOf(spec))
	if s.Kind() != reflect.Struct {
		return Time{}, false
	}
	for i := range s.NumField() {
		f := s.Type().Field(i)
		if f.Tag.Get("unit") != "ms" {
			continue
		}
		t := 0.0
		switch x := s.Field(i).Interface().(type) {
		case float64:
			t = x
		case Value:
			t = x.Lowest()
		}
		if t > 0 && (!ok || t < shortest.MS) {
			shortest, ok = Time{f.Tag.Get("toml"), t}, true
		}
	}
	return shortest, ok
}
