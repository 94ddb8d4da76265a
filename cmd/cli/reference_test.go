package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// experimentFileDoc is docs/experiment-file.md.
func experimentFileDoc() []byte {
	var b bytes.Buffer
	b.WriteString(`# The experiment file

Every key that an experiment file can have. This page is written by a test (go test -run Reference ./cmd/cli -update), from the program; the
same is printed by ` + "`burstplex list --keys`" + `, and parts of it by ` + "`--keys populations.backgrounds`, `--keys figures.multiplexing`, `--keys lif`" + `.
` + "`burstplex list --schema > burstplex.schema.json`" + ` gives editors completion (Taplo and VS Code's Even Better TOML: first line of a file
` + "`#:schema ./burstplex.schema.json`" + `).

* NAME is a name that you choose; [] is an element of a list.
* A number with a unit is text: ` + "`\"16 ms\"`, `\"0.37 nF\"`" + `; any unit of the same dimension is taken, and a missing or wrong one is refused.
* Where a distribution is allowed: ` + "`\"uniform(1 mV, 2 mV)\"`, `\"normal(-70 mV, 5 mV)\"`, `\"normal(mean, sd, low, high)\"`, `\"lognormal(median, sd of the logarithm)\"`, `\"lognormal(median, sd, low, high)\"`" + `.
* An empty default means that the key may be left out, and its meaning says what holds then. ` + "`(`, `)`" + ` exclude the end of a range.
* Keys of [models], neurons written as equations: [equations.md](equations.md). [sweep]: [sweeps.md](sweeps.md).
`)
	for _, s := range experiment.AllKeys(report.NewRegistries()) {
		if s.Kind == "" {
			fmt.Fprintf(&b, "\n## [%s]\n\n", s.Under)
		} else {
			fmt.Fprintf(&b, "\n### %s\n\n", s.Title())
		}
		if s.Doc != "" {
			fmt.Fprintf(&b, "%s\n\n", s.Doc)
		}
		if len(s.Keys) == 0 {
			b.WriteString("No keys of its own.\n")
			continue
		}
		config.WriteMarkdown(&b, s.Keys)
	}
	return b.Bytes()
}

// docs/experiment-file.md says what the program says.
func TestReferenceIsCurrent(t *testing.T) {
	const path = "../../docs/experiment-file.md"
	if *update {
		if err := os.WriteFile(path, experimentFileDoc(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || !bytes.Equal(text, experimentFileDoc()) {
		t.Errorf("%s is not current (%v): go test -run Reference ./cmd/cli -update", path, err)
	}
}

// Every key of every built-in experiment is in the reference, and the schema lets all of them pass.
func TestReferenceIsComplete(t *testing.T) {
	kinds := report.NewRegistries()
	known := map[string]bool{}
	reference := experiment.AllKeys(kinds)
	for _, s := range reference {
		for _, k := range s.Keys {
			known[plainKey(k.Key)] = true
			if k.Type == "" || k.Doc == "" && !strings.Contains(k.Key, "[]") {
				t.Errorf("%s %s: type %q, meaning %q", s.Title(), k.Key, k.Type, k.Doc)
			}
			number := strings.Contains(k.Type, "number") || strings.Contains(k.Type, "time")
			if number && !strings.ContainsAny(k.Range, "([") {
				t.Errorf("%s %s: no range", s.Title(), k.Key)
			}
		}
	}
	text, err := experiment.Schema(kinds)
	var schema map[string]any
	if err == nil {
		err = json.Unmarshal(text, &schema)
	}
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	for _, name := range experiment.Builtin() {
		text, err := experiment.Text(name)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := config.Parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		own := tree.Get("models") != nil
		var walk func(n *config.Node, path []string, schema map[string]any)
		walk = func(n *config.Node, path []string, schema map[string]any) {
			if wrong := against(n, schema); wrong != "" && !(own && path[0] == "populations") {
				t.Errorf("%s: %s: %s", name, strings.Join(path, "."), wrong)
			}
			if path[len(path)-1] != "" && !own && path[0] != "patterns" {
				names++
				full := strings.Join(path, ".")
				found := false
				for key := range known {
					found = found || matches(strings.Split(key, "."), path)
				}
				if !found && n.Kind() != config.KindTable && n.Kind() != config.KindArray {
					t.Errorf("%s: %s is not in the reference", name, full)
				}
				if slices.Contains([]string{"propagation", "xor", "single-cell"}, name) &&
					len(experiment.Find(reference, n.Path())) == 0 {
					t.Errorf("%s: %s is not found as the file has it", name, n.Path())
				}
			}
			for i, kid := range n.Kids() {
				key := kid.Key()
				inner, _ := schema["properties"].(map[string]any)
				next, ok := inner[key].(map[string]any)
				if n.Kind() == config.KindArray {
					key = fmt.Sprint(i)
					next, ok = schema["items"].(map[string]any)
				}
				if !ok {
					next, _ = schema["additionalProperties"].(map[string]any)
				}
				walk(kid, append(slices.Clone(path), key), next)
			}
		}
		for _, kid := range tree.Kids() {
			walk(kid, []string{kid.Key()}, schema["properties"].(map[string]any)[kid.Key()].(map[string]any))
		}
	}
	if names < 500 {
		t.Errorf("only %d keys were looked up", names)
	}
}

// plainKey has * for names that users choose.
func plainKey(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "[]", ".*"), "NAME", "*")
}

func matches(pattern, path []string) bool {
	if len(path) < len(pattern) {
		return false
	}
	for i, p := range pattern {
		if p != "*" && p != path[i] {
			return false
		}
	}
	return true
}

// against says how a node differs from its schema: unknown keys, names that are not allowed.
func against(n *config.Node, schema map[string]any) string {
	if schema == nil {
		return ""
	}
	properties, _ := schema["properties"].(map[string]any)
	if closed, ok := schema["additionalProperties"].(bool); ok && !closed && n.Kind() == config.KindTable {
		for _, kid := range n.Kids() {
			if properties[kid.Key()] == nil {
				return "the schema has no " + kid.Key()
			}
		}
	}
	if allowed, ok := schema["enum"].([]any); ok && !slices.Contains(allowed, any(n.Text())) {
		return fmt.Sprintf("the schema allows %v, not %q", allowed, n.Text())
	}
	return ""
}

// Parts of the reference are found by path and by kind; a misspelt one is refused with the nearest.
func TestReferenceParts(t *testing.T) {
	for args, want := range map[string]string{
		"--keys": "populations.NAME.tau_m", "--keys populations.backgrounds": "sigma",
		"--keys figures.multiplexing": "figures.NAME.inputs", "--keys projections.weight": "leak",
		"--keys lif": "tau_m", "--keys projections.rule.burst-dependent.eta": "learning rate",
		"--keys experiment.step": "0.1 ms", "--keys poisson": "populations.NAME.backgrounds.NAME.rate",
		"--keys hodgkin-huxley": "  12 uS  ", "--keys pyramid": "  e_soma  ",
		"--schema": "draft-07",
	} {
		if out := must(t, append([]string{"list"}, strings.Fields(args)...)...); !strings.Contains(out, want) {
			t.Errorf("list %s says nothing of %s: %s", args, want, out)
		}
	}
	bads(t, []string{"figures"}, "list", "--keys", "figurs")
	bads(t, []string{"no model is written as equations"}, "list", "--keys", "coba")
}
