package cli

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

type listCommand struct {
	Models      bool   `help:"List the neuron models instead." xor:"what"`
	Backgrounds bool   `help:"List the kinds of private random input." xor:"what"`
	Receptors   bool   `help:"List the kinds of receptors beside those of a model." xor:"what"`
	Connectors  bool   `help:"List the connectors." xor:"what"`
	ShortTerm   bool   `help:"List the kinds of short-term plasticity." xor:"what"`
	Rules       bool   `help:"List the learning rules instead." xor:"what"`
	Waves       bool   `help:"List the time courses of stimuli." xor:"what"`
	Teachers    bool   `help:"List the kinds of teachers." xor:"what"`
	Figures     bool   `help:"List the kinds of figures." xor:"what"`
	Tasks       bool   `help:"List the tasks." xor:"what"`
	Formats     bool   `help:"List the formats that recordings can be exported to." xor:"what"`
	Equations   string `help:"Print a built-in model as equations, or those that are written for the compartments of the models of a file." placeholder:"MODEL" xor:"what"`
	Keys        string `help:"List keys of experiment files with type, unit, default, range and meaning: all of them (--keys alone), or those of a kind or path: lif, populations.backgrounds, figures.multiplexing, populations.pyr1.size; of a file (x.toml) or a built-in experiment, those of the models that it writes as equations." placeholder:"[NAME]" xor:"what"`
	Schema      bool   `help:"Print a JSON schema of experiment files, for completion in editors." xor:"what"`
}

func (c *listCommand) Run(t terminal) error {
	if c.Keys != "" {
		return c.keys(t)
	}
	if c.Schema {
		text, err := experiment.Schema(t.kinds)
		if err == nil {
			_, err = t.out.Write(append(text, '\n'))
		}
		return err
	}
	if c.Equations != "" {
		text, err := experiment.Equations(c.Equations)
		if strings.ContainsAny(c.Equations, `/\.`) || slices.Contains(experiment.Builtin(), c.Equations) && !slices.Contains(experiment.Written(), c.Equations) {
			var x *experiment.Experiment
			if x, err = experiment.Load(t.kinds, c.Equations); err == nil {
				text, err = x.Passive()
			}
		}
		if err == nil {
			_, err = fmt.Fprint(t.out, text)
		}
		return err
	}
	asked := map[string]bool{"models": c.Models, "backgrounds": c.Backgrounds, "receptors": c.Receptors,
		"connectors": c.Connectors, "short-term": c.ShortTerm,
		"rules": c.Rules, "waves": c.Waves, "figures": c.Figures, "tasks": c.Tasks,
		"teachers": c.Teachers, "formats": c.Formats}
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	for _, sort := range t.kinds.Sorts() {
		if asked[sort.Name] {
			for _, name := range sort.Of.Names() {
				fmt.Fprintf(w, "%s\t%s\n", name, sort.Of.Doc(name))
			}
			return w.Flush()
		}
	}
	for _, name := range experiment.Builtin() {
		x, err := experiment.Load(t.kinds, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", name, x.Experiment.Title, x.Experiment.Reproduces)
	}
	return w.Flush()
}

// allKeys is what --keys without a name asks for.
const allKeys = "all"

// keys prints the keys of what has the name that was asked for; some names stand in more than one list.
func (c *listCommand) keys(t terminal) error {
	reference := experiment.AllKeys(t.kinds)
	found := reference
	if c.Keys != allKeys {
		found = experiment.Find(reference, c.Keys)
	}
	if c.Keys == "experiment" { // the tables of a file, without what kinds bring
		found = nil
		for _, s := range reference {
			if s.Kind == "" {
				found = append(found, s)
			}
		}
		var keys []config.KeyDoc
		for _, s := range found {
			keys = append(keys, s.Keys...)
		}
		return config.WriteKeys(t.out, keys)
	}
	if strings.ContainsAny(c.Keys, `/\`) || strings.HasSuffix(c.Keys, ".toml") ||
		len(found) == 0 && slices.Contains(experiment.Builtin(), c.Keys) {
		x, err := experiment.Load(t.kinds, c.Keys)
		if err == nil {
			found, err = x.ModelKeys()
		}
		if err != nil {
			return err
		}
	}
	for _, sort := range t.kinds.Sorts() { // what no file names: formats
		if sort.Name == "formats" && len(found) == 0 && sort.Of.Doc(c.Keys) != "" {
			return config.WriteKeys(t.out, sort.Of.Keys(c.Keys))
		}
	}
	for i, s := range found {
		if len(found) > 1 {
			if i > 0 {
				fmt.Fprintln(t.out)
			}
			fmt.Fprintf(t.out, "[%s]", s.Title())
			if s.Doc != "" {
				fmt.Fprintf(t.out, " %s", s.Doc)
			}
			fmt.Fprintln(t.out)
		}
		if err := config.WriteKeys(t.out, s.Keys); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return nil
	}
	var names []string
	for _, s := range reference {
		name := strings.ReplaceAll(strings.ReplaceAll(s.Under, ".NAME", ""), "[]", "")
		if s.Kind != "" {
			name = s.Kind
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return notAmong("--keys", c.Keys, append(names, "experiment"))
}
