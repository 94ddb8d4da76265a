// Package kind holds registries: lists of what a file can name where there is a choice, with one line of description, a
// constructor, and the keys that each has in a file, which follow from the tags of its fields.
package kind

import (
	"fmt"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
)

// Of is one of the things that a file can name where there is a choice: a neuron model, a learning rule, a figure.
type Of[T any] struct {
	Name string   // as files name it
	Doc  string   // one line
	New  func() T // a new one with its defaults: a pointer to a struct, whose tagged fields are the keys of the kind
}

// Registry is a list of kinds, in the order in which they were added. A program makes one, adds what it has, and hands
// it to what reads files; adding is not safe while others read.
type Registry[T any] struct{ kinds []Of[T] }

// Listing is what can be said of a registry without knowing what it holds.
type Listing interface {
	Names() []string
	Doc(name string) string           // one line; "" if there is none of this name
	Keys(name string) []config.KeyDoc // nil if there is none of this name
}

// Add adds kinds. Two of one name, or one without a name or constructor, are a fault of the program: it panics.
func (r *Registry[T]) Add(kinds ...Of[T]) {
	for _, k := range kinds {
		if k.Name == "" || k.New == nil {
			panic(fmt.Sprintf("kind: %q needs a name and a constructor", k.Name))
		}
		if _, known := r.Get(k.Name); known {
			panic(fmt.Sprintf("kind: %q is registered twice", k.Name))
		}
		r.kinds = append(r.kinds, k)
	}
}

// Get returns the kind of a name.
func (r *Registry[T]) Get(name string) (kind Of[T], known bool) {
	for _, k := range r.kinds {
		if k.Name == name {
			return k, true
		}
	}
	return kind, false
}

// Names lists the names.
func (r *Registry[T]) Names() []string {
	names := make([]string, len(r.kinds))
	for i, k := range r.kinds {
		names[i] = k.Name
	}
	return names
}

// Doc implements Listing.
func (r *Registry[T]) Doc(name string) string {
	k, _ := r.Get(name)
	return k.Doc
}

// Keys implements Listing.
func (r *Registry[T]) Keys(name string) []config.KeyDoc {
	k, known := r.Get(name)
	if !known {
		return nil
	}
	return config.Describe(k.New())
}

// Decode reads a table in which one key names a kind and the kind has the other keys, beside those of the structs that
// common points to. Without the key it is the kind of the name otherwise; if that is "", the key is required. What was
// wrong is added to the decoder's errors, and what could not be chosen is the zero value.
func (r *Registry[T]) Decode(d *config.Decoder, n *config.Node, key, otherwise string, common ...any) (value T) {
	name := d.Choice(n, key, r.Names(), otherwise == "")
	if name == "" && n.Get(key) == nil {
		name = otherwise
	}
	k, known := r.Get(name)
	if !known {
		return value
	}
	value = k.New()
	elsewhere := func(used string) string {
		for _, other := range r.kinds {
			for _, doc := range config.Describe(other.New()) {
				if first, _, _ := strings.Cut(doc.Key, "."); first == used {
					return fmt.Sprintf("means nothing to the %s %q", key, name)
				}
			}
		}
		return ""
	}
	d.FieldsOr(n, elsewhere, append(common[:len(common):len(common)], value)...)
	return value
}
