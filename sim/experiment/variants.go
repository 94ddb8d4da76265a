package experiment

import (
	"slices"

	"github.com/burstplex/burstplex/sim/config"
)

// Variant is an entry of [variants]: the experiment with some keys changed. A file with variants runs all of them, each
// into a directory of its own within the result directory.
type Variant struct {
	Title string   `toml:"title" doc:"how figures name it; default its name"`
	Like  string   `toml:"like" doc:"a variant above whose changes are made first"`
	Set   []string `toml:"set" doc:"what is different: \"key=value\", as with --set"`
}

// variant returns the experiment as a variant changes it.
func (x *Experiment) variant(name string) (*Experiment, error) {
	v := &Experiment{kinds: x.kinds, dir: x.dir, builtin: x.builtin, VariantName: name}
	if err := v.parse(x.tree.Pos().File, x.text, append(x.changes(name), x.overrides...)); err != nil {
		return nil, err
	}
	return v, nil
}

// changes returns what a variant sets, those it is like first.
func (x *Experiment) changes(name string) []string {
	v := x.Variants.Get(name)
	if v.Like == "" {
		return slices.Clone(v.Set)
	}
	return append(x.changes(v.Like), v.Set...)
}

// checkVariants refuses variants that are like one that does not stand above them.
func (x *Experiment) checkVariants(errs *config.List) {
	var above []string
	for name, v := range x.Variants.All() {
		if v.Like != "" && !slices.Contains(above, v.Like) {
			errs.Add(x.tree.At("variants."+name+".like").NotFound("variant above", above))
		}
		above = append(above, name)
	}
}

// VariantsOf returns the experiment as each of its variants changes it: all of them, or those named.
func (x *Experiment) VariantsOf(only []string) ([]*Experiment, error) {
	if len(only) == 0 {
		only = x.Variants.Names()
	}
	var all []*Experiment
	for _, name := range only {
		if x.Variants.Get(name) == nil {
			return nil, x.tree.At("variants."+name).NotFound("variant", x.Variants.Names())
		}
		v, err := x.variant(name)
		if err != nil {
			return nil, x.ofVariant(name, err)
		}
		all = append(all, v)
	}
	return all, nil
}
