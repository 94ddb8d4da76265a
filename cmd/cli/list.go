package cli

import (
	"fmt"
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
	Equations   string `help:"Print a built-in model as equations." placeholder:"MODEL" xor:"what"`
	Keys        string `help:"List the keys of one of these, or of the experiment file (\"experiment\")." placeholder:"NAME" xor:"what"`
}

func (c *listCommand) Run(t terminal) error {
	if c.Keys == "experiment" {
		return config.WriteKeys(t.out, config.Describe(&experiment.File{}))
	}
	if c.Keys != "" {
		return c.keys(t)
	}
	if c.Equations != "" {
		text, err := experiment.Equations(c.Equations)
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

// keys prints the keys of what has the name that was asked for; some names stand in more than one list.
func (c *listCommand) keys(t terminal) error {
	var names []string
	var found []experiment.Sort
	for _, sort := range t.kinds.Sorts() {
		names = append(names, sort.Of.Names()...)
		if sort.Of.Doc(c.Keys) != "" {
			found = append(found, sort)
		}
	}
	for i, sort := range found {
		if len(found) > 1 {
			if i > 0 {
				fmt.Fprintln(t.out)
			}
			fmt.Fprintf(t.out, "%s in %s:\n", c.Keys, sort.Name)
		}
		if err := config.WriteKeys(t.out, sort.Of.Keys(c.Keys)); err != nil {
			return err
		}
	}
	if len(found) == 0 {
		return notAmong("--keys", c.Keys, append(names, "experiment"))
	}
	return nil
}
