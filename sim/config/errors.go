package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// MaxErrors is how many errors a List keeps; after that many, more lines stop helping.
const MaxErrors = 20

// Position is a place in an experiment: a line of a file, or an override. Of an override, File is
// "--set some.key" and Line is 0.
type Position struct {
	File         string
	Line, Column int // from 1; columns count bytes
}

// String prints "net.toml:12" or "--set some.key".
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Error is one thing wrong with an experiment, and is one line; an excerpt, if there is one, follows in two more.
type Error struct {
	File         string // the file's name, or "--set some.key"
	Line, Column int    // 0 for an override
	Key          string // full path of the key, such as populations.pyr1.tau_s
	Value        string // as written, quoted if it is text; empty for tables and missing keys
	Reason       string // what is wrong
	Allowed      string // what would be right, empty if the reason says so
	Excerpt      string // a line of text in a language of its own, and below it a line with a caret; usually empty
}

// Error prints "file:line: key = value: reason (allowed: ...)", leaving out what is empty.
func (e *Error) Error() string {
	var b strings.Builder
	pos := Position{e.File, e.Line, e.Column}.String()
	if e.Excerpt != "" && e.Line > 0 {
		pos = fmt.Sprintf("%s:%d", pos, e.Column)
	}
	b.WriteString(pos)
	if e.Key != "" && pos != overridePrefix+e.Key {
		if pos != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Key)
	}
	if e.Value != "" {
		b.WriteString(" = ")
		b.WriteString(e.Value)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(e.Reason)
	if e.Allowed != "" {
		b.WriteString(" (allowed: ")
		b.WriteString(e.Allowed)
		b.WriteString(")")
	}
	if e.Excerpt == "" {
		return oneLine(b.String())
	}
	source, caret, _ := strings.Cut(e.Excerpt, "\n")
	return oneLine(b.String()) + "\n" + oneLine(source) + "\n" + oneLine(caret)
}

// Allow states what would have been right, and returns e.
func (e *Error) Allow(allowed string) *Error {
	e.Allowed = allowed
	return e
}

// oneLine escapes what would break a line or confuse a terminal.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unprintable(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// List collects the errors of an experiment. The zero value is ready to use.
type List []*Error

// Add appends an error; it takes Lists and joined errors apart, ignores nil and repetitions, and drops what exceeds
// MaxErrors.
func (l *List) Add(err error) {
	if err == nil || len(*l) >= MaxErrors {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			l.Add(e)
		}
		return
	}
	var one *Error
	if !errors.As(err, &one) {
		one = &Error{Reason: err.Error()}
	}
	for _, known := range *l {
		if *known == *one {
			return
		}
	}
	*l = append(*l, one)
}

// Err returns nil if the list is empty, and otherwise the list in the order of lines, overrides last.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b *Error) int {
		if (a.Line == 0) != (b.Line == 0) {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return sorted
}

// Error prints one line per error.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.Is and errors.As access to each error.
func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}
