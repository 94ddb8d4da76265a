package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/session"
)

type manCommand struct {
	Output string `short:"o" help:"Directory for burstplex.1, burstplex-run.1, ...: MANPATH/man1." placeholder:"DIR"`
}

// Run prints the manual of all commands, or writes a page for each.
func (c *manCommand) Run(t terminal) error {
	parser, err := newParser()
	if err != nil {
		return err
	}
	root := parser.Model.Node
	if c.Output == "" {
		return manPage(t.out, root, true)
	}
	if err := os.MkdirAll(c.Output, 0o777); err != nil {
		return err
	}
	for _, n := range append([]*kong.Node{root}, visible(root)...) {
		f, err := os.Create(filepath.Join(c.Output, pageName(n)+".1"))
		if err != nil {
			return err
		}
		if err := errors.Join(manPage(f, n, false), f.Close()); err != nil {
			return err
		}
	}
	fmt.Fprintf(t.out, "wrote %d pages into %s\n", 1+len(visible(root)), c.Output)
	return nil
}

// pageName is burstplex-run for the command run.
func pageName(n *kong.Node) string { return strings.ReplaceAll(n.FullPath(), " ", "-") }

// visible lists the commands below a node.
func visible(n *kong.Node) (all []*kong.Node) {
	for _, kid := range n.Children {
		if kid.Type == kong.CommandNode && !kid.Hidden {
			all = append(append(all, kid), visible(kid)...)
		}
	}
	return all
}

// roff escapes text for troff.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

// manPage writes the page of a command; whole includes all below it.
func manPage(w io.Writer, n *kong.Node, whole bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"%s\" \"Burstplex\"\n", strings.ToUpper(pageName(n)), roff(session.Program()))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(n)), roff(n.Help))
	section(&b, n, ".SH", !whole)
	if whole {
		for _, kid := range visible(n) {
			fmt.Fprintf(&b, ".SH %s\n%s\n", roff(strings.ToUpper(kid.FullPath())), roff(kid.Help))
			section(&b, kid, ".SS", false)
		}
	}
	fmt.Fprint(&b, ".SH EXIT STATUS\n0 done, 1 failed, 2 bad input, 130, 143 and 129 interrupted by Ctrl\\-C, SIGTERM "+
		"and SIGHUP, with a checkpoint.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// section writes synopsis, arguments and flags of a command, and lists those below it.
func section(b *strings.Builder, n *kong.Node, heading string, list bool) {
	fmt.Fprintf(b, "%s SYNOPSIS\n.B %s\n", heading, roff(strings.TrimSpace("burstplex "+strings.TrimSpace(n.Summary()))))
	for _, p := range n.Positional {
		fmt.Fprintf(b, ".TP\n.I %s\n%s\n", roff(p.Summary()), roff(p.Help))
	}
	for _, f := range n.Flags {
		if !f.Hidden {
			fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(f.String()), roff(f.Help))
		}
	}
	if !list || len(visible(n)) == 0 {
		return
	}
	fmt.Fprintf(b, "%s COMMANDS\n", heading)
	for _, kid := range visible(n) {
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(kid.FullPath()), roff(kid.Help))
	}
}

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish. For example: burstplex completion bash > /etc/bash_completion.d/burstplex"`
}

// Run prints a script that knows all commands and flags.
func (c *completionCommand) Run(t terminal) error {
	parser, err := newParser()
	if err != nil {
		return err
	}
	root := parser.Model.Node
	names := strings.Join(experiment.Builtin(), " ")
	all := append([]*kong.Node{root}, visible(root)...)
	switch c.Shell {
	case "fish":
		return fish(t.out, all, names)
	case "zsh":
		if _, err := fmt.Fprint(t.out, "#compdef burstplex\nautoload -U +X bashcompinit && bashcompinit\n"); err != nil {
			return err
		}
	}
	return bash(t.out, all, names)
}

// words are what may follow a command: commands below it, and its flags.
func words(n *kong.Node) (commands, flags []string) {
	for _, kid := range n.Children {
		if kid.Type == kong.CommandNode && !kid.Hidden {
			commands = append(commands, kid.Name)
		}
	}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			flags = append(flags, "--"+f.Name)
			if f.Short != 0 {
				flags = append(flags, "-"+string(f.Short))
			}
		}
	}
	return commands, flags
}

// takesExperiment reports whether a command's first argument is an experiment.
func takesExperiment(n *kong.Node) bool {
	for _, p := range n.Positional {
		if p.Name == "file-or-name" || n.Name == "init" && p.Name == "name" {
			return true
		}
	}
	return false
}

// path is the command without the name of the program.
func path(n *kong.Node) string {
	_, rest, _ := strings.Cut(n.FullPath(), " ")
	return rest
}

func bash(w io.Writer, all []*kong.Node, names string) error {
	var b strings.Builder
	b.WriteString(`_burstplex() {
    local word=${COMP_WORDS[COMP_CWORD]} path="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$path ${COMP_WORDS[i]}" in
`)
	for _, n := range all[1:] {
		fmt.Fprintf(&b, "            %q) path=%q ;;\n", " "+path(n), " "+path(n))
	}
	b.WriteString("        esac\n    done\n    local words=\"\"\n    case \"$path\" in\n")
	for _, n := range all {
		commands, flags := words(n)
		more := append(commands, flags...)
		if takesExperiment(n) {
			more = append(more, names)
		}
		at := ""
		if p := path(n); p != "" {
			at = " " + p
		}
		fmt.Fprintf(&b, "        %q) words=%q ;;\n", at, strings.Join(more, " "))
	}
	b.WriteString(`    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    [[ $word == -* ]] || COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _burstplex burstplex
`)
	_, err := io.WriteString(w, b.String())
	return err
}

func fish(w io.Writer, all []*kong.Node, names string) error {
	var b strings.Builder
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'" }
	for _, n := range all {
		condition := "__fish_use_subcommand"
		if p := strings.Fields(path(n)); len(p) > 0 {
			var seen []string
			for _, word := range p {
				seen = append(seen, "__fish_seen_subcommand_from "+word)
			}
			condition = strings.Join(seen, "; and ")
		}
		for _, kid := range n.Children {
			if kid.Type == kong.CommandNode && !kid.Hidden {
				fmt.Fprintf(&b, "complete -c burstplex -n %s -a %s -d %s\n", quote(condition), kid.Name, quote(kid.Help))
			}
		}
		if takesExperiment(n) {
			fmt.Fprintf(&b, "complete -c burstplex -n %s -a %s\n", quote(condition), quote(names))
		}
		for _, f := range n.Flags {
			if f.Hidden {
				continue
			}
			line := fmt.Sprintf("complete -c burstplex -n %s -l %s -d %s", quote(condition), f.Name, quote(f.Help))
			if f.Short != 0 {
				line += " -s " + string(f.Short)
			}
			if !f.IsBool() {
				line += " -r"
			}
			b.WriteString(line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
