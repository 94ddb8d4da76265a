package experiment

import (
	"strconv"

	"github.com/burstplex/burstplex/sim/config"
)

// ModelKeys returns what populations of the models of the file can set: parameters and initial values, with units and
// defaults, a section for each model. It is an error if the file has no models.
func (x *Experiment) ModelKeys() (found []Section, err error) {
	for name, m := range x.Models.All() {
		model, err := compileModel(m, name, x.tree.At("models").Get(name))
		if err != nil {
			return nil, err
		}
		s := Section{Under: "populations.NAME", Kind: name, Key: "model"}
		key := func(name, doc, unit, written string, def float64) {
			if unit == "1" {
				unit = ""
			}
			if written == "" {
				written = strconv.FormatFloat(def, 'g', 6, 64)
				if unit != "" {
					written += " " + unit
				}
			}
			s.Keys = append(s.Keys, config.KeyDoc{Key: s.Under + "." + name, Type: "number or distribution", Unit: unit,
				Default: written, Doc: doc})
		}
		for _, q := range model.Parameters() {
			written := ""
			if t := m.Parameters.Get(q.Name); t != nil {
				written = t.S
			}
			if written == "" && !q.Default.IsConst() {
				written = "a distribution"
			}
			key(q.Name, "parameter, or a column of a file", q.Unit, written, q.Default.Mean())
		}
		for _, v := range model.Variables() {
			written := v.Formula
			if t := m.Initial.Get(v.Name); t != nil {
				written = t.S
			}
			key("initial."+v.Name, "initial value", v.Dim.String(), written, v.Initial.Mean())
		}
		found = append(found, s)
	}
	if len(found) == 0 {
		return nil, x.At("models", "no model is written as equations")
	}
	return found, nil
}
