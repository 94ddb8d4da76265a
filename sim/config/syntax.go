package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// assignment is a line "key = value", with whatever stands for the value.
var assignment = regexp.MustCompile(`^\s*([A-Za-z0-9_.-]+)\s*=\s*(.*?)\s*$`)

// Values that lack their quotes: a number with something behind it, and a word.
var (
	bareQuantity = regexp.MustCompile(`^([-+]?\.?[0-9][0-9._]*([eE][-+]?[0-9]+)?\s*[\pL%][^#"'\[{]*?)\s*(#.*)?$`)
	bareWord     = regexp.MustCompile(`^(\pL[^#"'\[{]*?)\s*(#.*)?$`)
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
	if _, found, ok := strings.Cut(e.Reason, "expected newline but got "); ok {
		_, char, _ := strings.Cut(found, " ") // it prints U+0041 'A'
		e.Reason = "expected the end of the line, found " + char
	}
	m := assignment.FindStringSubmatch(b.line(pos.Line))
	if m == nil {
		return e
	}
	e.Key, e.Value = m[1], clip(m[2])
	if table := b.current.Path(); table != "" {
		e.Key = table + "." + m[1]
	}
	quantity, word := bareQuantity.FindStringSubmatch(m[2]), bareWord.FindStringSubmatch(m[2])
	switch {
	case quantity != nil:
		e.Value, e.Reason = clip(quantity[1]), fmt.Sprintf("a number with a unit is written in quotes: %q", clip(quantity[1]))
	case strings.HasPrefix(e.Reason, "expected ',' or ']'"):
		e.Reason += "; numbers with units are written in quotes"
	case word == nil:
	case strings.EqualFold(word[1], "true") || strings.EqualFold(word[1], "false"):
		e.Value, e.Reason = word[1], "true and false are written in small letters"
	default:
		e.Value, e.Reason = clip(word[1]), fmt.Sprintf("text is written in quotes: %q", clip(word[1]))
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
