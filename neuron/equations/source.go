package equations

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/burstplex/burstplex/neuron/nearest"
)

// Text is a piece of source with its place in an experiment file, for error messages. The zero place is fine for text
// that comes from a program.
type Text struct {
	S      string
	Key    string // in the file, for example "models.pyramid.threshold"
	File   string
	Line   int // of the first character of S, from 1; 0 if S is not from a file
	Column int // of the first character of S, in bytes, from 1
}

// place is where in which text something stands.
type place struct {
	text *Text
	at   int // byte
}

// Error is something wrong, or suspicious, in the text of a model.
type Error struct {
	Key          string // "models.pyramid.equations"
	File         string
	Line, Column int    // in the file, or in the text where File is empty; from 1
	Reason       string // what is wrong, what is needed, nearest name
	Source       string // the line of the text
	Caret        int    // column in Source, from 0, counted in characters
}

// Error prints the place and the reason in one line, then the line of the source with a caret below the place.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		fmt.Fprintf(&b, "%s:%d:%d: ", e.File, e.Line, e.Column)
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Reason)
	if excerpt := e.Excerpt(); excerpt != "" {
		b.WriteString("\n" + excerpt)
	}
	return b.String()
}

// Excerpt returns the line of the source and below it a line with a caret, "" if there is no source.
func (e *Error) Excerpt() string {
	if e.Source == "" {
		return ""
	}
	return "  " + e.Source + "\n  " + strings.Repeat(" ", e.Caret) + "^"
}

// errorf returns an error at a place.
func (p place) errorf(format string, args ...any) *Error {
	e := &Error{Reason: fmt.Sprintf(format, args...)}
	if p.text == nil {
		return e
	}
	s, at := p.text.S, min(p.at, len(p.text.S))
	start := strings.LastIndexByte(s[:at], '\n') + 1
	end := len(s)
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		end = at + i
	}
	line := strings.Count(s[:at], "\n")
	e.Key, e.File = p.text.Key, p.text.File
	e.Line, e.Column = line+1, at-start+1
	if p.text.Line > 0 {
		e.Line = p.text.Line + line
		if line == 0 {
			e.Column += max(0, p.text.Column-1)
		}
	}
	trimmed := strings.TrimLeft(s[start:end], " \t")
	indent := end - start - len(trimmed)
	e.Source = strings.ReplaceAll(strings.TrimRight(trimmed, " \t\r"), "\t", " ")
	e.Caret = utf8.RuneCountInString(s[start:at]) - min(indent, at-start)
	return e
}

// Errors are all that is wrong with a model, in the order of the text.
type Errors []*Error

func (l Errors) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As access to each.
func (l Errors) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// mostErrors is how many errors of a model are kept: after that many, more do not help.
const mostErrors = 20

func (l *Errors) add(e *Error) {
	if e == nil || len(*l) >= mostErrors {
		return
	}
	for _, known := range *l {
		if *known == *e {
			return
		}
	}
	*l = append(*l, e)
}

// err returns nil if there are none.
func (l Errors) err() error {
	if len(l) == 0 {
		return nil
	}
	slices.SortStableFunc(l,
		func(a, b *Error) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return l
}

// didYouMean is the end of a sentence about an unknown name.
func didYouMean(name string, valid []string) string {
	if near := nearest.Name(name, valid); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}
