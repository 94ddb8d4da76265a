package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// assignment is a line "key = value # comment", with whatever stands for the value.
var assignment = regexp.MustCompile(`^\s*([A-Za-z0-9_.-]+)\s*=\s*([^"'\[{#]+?)\s*(#.*)?$`)

// quantityLike is a number with something behind it; wordLike begins with a letter.
var (
	quantityLike = regexp.MustCompile(`^[-+]?[0-9][0-9._]*([eE][-+]?[0-9]+)?\s*[\pL%].*$`)
	wordLike     = regexp.MustCompile(`^\pL.*$`)
)

// syntaxError puts an error of go-toml's parser into our form. The commonest slip, a value without quotes, is
// recognised and shown as it should be.
func (b *builder) syntaxError(err error) *Error {
	pos := b.root.pos
	var pe *unstable.ParserError
	if errors.As(err, &pe) {
		if offset := cap(b.data) - cap(pe.Highlight); offset >= 0 && offset <= len(b.data) {
			pos = b.place(offset)
		}
	}
	e := &Error{File: pos.File, Line: pos.Line, Column: pos.Column, Reason: err.Error()}
	m := assignment.FindStringSubmatch(b.line(pos.Line))
	if m == nil {
		return e
	}
	switch value := clip(m[2]); {
	case quantityLike.MatchString(value):
		e.Value, e.Reason = value, fmt.Sprintf("a number with a unit is written in quotes: %q", value)
	case wordLike.MatchString(value):
		e.Value, e.Reason = value, fmt.Sprintf("text is written in quotes: %q", value)
	default:
		return e
	}
	e.Key = m[1]
	if table := b.current.Path(); table != "" {
		e.Key = table + "." + m[1]
	}
	return e
}

// line returns a line of the file, counted from 1.
func (b *builder) line(number int) string {
	rest := b.data[b.lines[number-1]:]
	if number < len(b.lines) {
		rest = b.data[b.lines[number-1] : b.lines[number]-1]
	}
	return strings.TrimSuffix(string(rest), "\r")
}
