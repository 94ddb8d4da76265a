package experiment

import (
	"regexp"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/kind"
)

// Section is a part of the reference of keys: a table of the file, or what a kind brings to it.
type Section struct {
	Under string // dotted path of the table, NAME for names that users choose: "populations.NAME"
	Kind  string // the kind that has these keys, "lif"; "" for keys of every kind
	Key   string // that chooses the kind: "model"
	Doc   string // of the kind
	Keys  []config.KeyDoc
}

// Title names the section for people.
func (s Section) Title() string {
	title := s.Under
	if s.Kind != "" {
		title += ", " + s.Key + " = \"" + s.Kind + "\""
	}
	return title
}

// mount is where the kinds of a registry stand in a file.
type mount struct {
	of         kind.Listing
	under, key string
}

func (r *Registries) mounts() []mount {
	return []mount{
		{&r.Tasks, "task", "kind"},
		{&r.Models, "populations.NAME", "model"},
		{&r.Backgrounds, "populations.NAME.backgrounds.NAME", "kind"},
		{&r.Receptors, "populations.NAME.receptors.NAME", "kind"},
		{&r.Connectors, "projections.NAME", "connector"},
		{&r.ShortTerm, "projections.NAME.short_term", "kind"},
		{&r.Rules, "projections.NAME.rule", "kind"},
		{&r.Waves, "stimuli.NAME", "wave"},
		{&r.Teachers, "teachers.NAME", "kind"},
		{&r.Figures, "figures.NAME", "kind"},
	}
}

// AllKeys lists every key that a file can have: the tables in their order, each followed by what its kinds bring.
func AllKeys(kinds *Registries) (all []Section) {
	plain := config.Describe(defaults())
	mounts := kinds.mounts()
	under := func(key string) string { // the mount or table that a key belongs to
		best, _, _ := strings.Cut(key, ".")
		best = strings.TrimSuffix(best, "[]")
		for _, m := range mounts {
			if strings.HasPrefix(key, m.under+".") && len(m.under) > len(best) {
				best = m.under
			}
		}
		return best
	}
	for _, k := range plain {
		at := under(k.Key)
		i := slices.IndexFunc(all, func(s Section) bool { return s.Under == at })
		if i < 0 {
			i = len(all)
			all = append(all, Section{Under: at})
		}
		for _, m := range mounts {
			if k.Key == m.under+"."+m.key {
				k.Range = strings.Join(m.of.Names(), ", ")
				if m.under == "populations.NAME.backgrounds.NAME" {
					k.Default = `"` + poissonBackground + `"`
				}
				if m.under == "populations.NAME" {
					k.Range += ", or one of [models]"
				}
			}
		}
		all[i].Keys = append(all[i].Keys, k)
	}
	var whole []Section
	for _, s := range all {
		whole = append(whole, s)
		for _, m := range mounts {
			if m.under != s.Under {
				continue
			}
			for _, name := range m.of.Names() {
				part := Section{Under: m.under, Kind: name, Key: m.key, Doc: m.of.Doc(name)}
				for _, k := range m.of.Keys(name) {
					if k.Doc == "" && strings.HasPrefix(k.Key, "initial.") {
						k.Doc = "at the start"
					}
					k.Key = m.under + "." + k.Key
					part.Keys = append(part.Keys, k)
				}
				whole = append(whole, part)
			}
		}
	}
	return whole
}

// Find returns the sections, or parts of them, that a path names: with or without NAME, down to single keys and kinds
// ("populations.backgrounds", "figures.multiplexing", "projections.weight"), a kind alone ("lif"), or a key as a file
// has it ("populations.pyr1.size").
func Find(reference []Section, path string) (found []Section) {
	want := strings.Split(path, ".")
	for _, s := range reference {
		at := plainPath(s.Under)
		if s.Kind != "" {
			if path == s.Kind || slices.Equal(append(slices.Clone(at), s.Kind), want) {
				found = append(found, s)
				continue
			}
		}
		if hasPrefix(at, want) {
			found = append(found, s)
			continue
		}
		var keys []config.KeyDoc
		for _, k := range s.Keys {
			p := plainPath(k.Key)
			if hasPrefix(p, want) || s.Kind != "" && len(want) > len(at) && slices.Equal(want[:len(at)], at) &&
				want[len(at)] == s.Kind && hasPrefix(p[len(at):], want[len(at)+1:]) {
				keys = append(keys, k)
			}
		}
		if len(keys) > 0 {
			s.Keys = keys
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return findNamed(reference, path)
	}
	return found
}

// findNamed returns the keys that a path of a file names, in which stand the names that its user chose:
// "populations.pyr1.size", `compare."pyr1 rate".limit`.
func findNamed(reference []Section, path string) (found []Section) {
	want := pathPart.FindAllString(listIndex.ReplaceAllString(path, ""), -1)
	for _, s := range reference {
		var keys []config.KeyDoc
		for _, k := range s.Keys {
			if named(strings.Split(k.Key, "."), want) {
				keys = append(keys, k)
			}
		}
		if len(keys) > 0 {
			s.Keys = keys
			found = append(found, s)
		}
	}
	return found
}

// named tells whether a path with names in it leads to a key, or above it.
func named(key, path []string) bool {
	switch {
	case len(path) == 0:
		return true
	case len(key) == 0 || key[0] != "NAME" && strings.TrimSuffix(key[0], "[]") != path[0]:
		return false
	}
	// An element of a list may have its name behind it.
	return named(key[1:], path[1:]) || strings.HasSuffix(key[0], "[]") && len(path) > 1 && named(key[1:], path[2:])
}

var (
	listIndex = regexp.MustCompile(`\[\d*\]`)        // the place of an element of a list
	pathPart  = regexp.MustCompile(`"[^"]*"|[^".]+`) // a name, quoted where it holds anything
)

// plainPath parts a key, without names that users choose and without marks of lists.
func plainPath(key string) []string {
	return slices.DeleteFunc(strings.Split(strings.ReplaceAll(key, "[]", ""), "."),
		func(part string) bool { return part == "NAME" })
}

func hasPrefix(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}
