package equations

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenLine
	tokenNumber
	tokenName
	tokenSign // an operator or bracket
)

type token struct {
	kind  tokenKind
	text  string
	value float64 // of a number
	at    int     // byte in the text
	end   int     // one past it
}

// String names a token in an error message.
func (t token) String() string {
	switch t.kind {
	case tokenEnd:
		return "the end"
	case tokenLine:
		return "the end of the line"
	}
	return strconv.Quote(t.text)
}

// signs are the operators and brackets, the longer ones first.
func signs() []string {
	return []string{"+=", "-=", "*=", "/=", "<=", ">=", "==", "!=", "**", "+", "-", "*", "/", "^", "(", ")", "<", ">", "=",
		",", ":"}
}

// tokens takes a text apart. A line ends a sentence unless a bracket is open; # begins a comment.
func tokens(text *Text) ([]token, *Error) {
	var out []token
	s, depth := text.S, 0
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == '\n':
			if depth == 0 && len(out) > 0 && out[len(out)-1].kind != tokenLine {
				out = append(out, token{kind: tokenLine, at: i, end: i})
			}
			i++
		case c == '#':
			if end := strings.IndexByte(s[i:], '\n'); end >= 0 {
				i += end
			} else {
				i = len(s)
			}
		case unicode.IsSpace(c):
			i += size
		case c >= '0' && c <= '9' || c == '.' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			end := numberEnd(s, i)
			x, err := strconv.ParseFloat(s[i:end], 64)
			if err != nil {
				return nil, place{text, i}.errorf("%q is not a number", s[i:end])
			}
			out = append(out, token{tokenNumber, s[i:end], x, i, end})
			i = end
		case isLetter(c):
			end := i + size
			for end < len(s) {
				c, size := utf8.DecodeRuneInString(s[end:])
				if !isLetter(c) && !(c >= '0' && c <= '9') {
					break
				}
				end += size
			}
			out = append(out, token{tokenName, s[i:end], 0, i, end})
			i = end
		default:
			t, err := sign(text, i)
			if err != nil {
				return nil, err
			}
			switch t.text {
			case "(":
				depth++
			case ")":
				depth = max(0, depth-1)
			}
			out = append(out, t)
			i = t.end
		}
	}
	return append(out, token{kind: tokenEnd, at: len(strings.TrimRight(s, " \t\n")), end: len(s)}), nil
}

func sign(text *Text, i int) (token, *Error) {
	for _, sign := range signs() {
		if !strings.HasPrefix(text.S[i:], sign) {
			continue
		}
		if sign == "**" {
			return token{}, place{text, i}.errorf("powers are written x^y, found **")
		}
		return token{tokenSign, sign, 0, i, i + len(sign)}, nil
	}
	c, _ := utf8.DecodeRuneInString(text.S[i:])
	hint := ""
	switch c {
	case '&':
		hint = `; "and" is written in letters`
	case '|':
		hint = `; "or" is written in letters`
	case '!':
		hint = `; "not" is written in letters`
	case '[', ']', '{', '}':
		hint = "; brackets are round"
	case '\'':
		hint = `; the derivative of x is written dx/dt`
	}
	return token{}, place{text, i}.errorf("a %q has no meaning here%s", c, hint)
}

// isLetter reports whether a rune may begin a name; the signs of units count.
func isLetter(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '%' || c == '\u00b5' || c == '\u03bc' ||
		c == '\u03a9' || c == '\u2126'
}

// numberEnd returns where the number at s[i:] ends.
func numberEnd(s string, i int) int {
	digits := func() {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
	}
	digits()
	if i < len(s) && s[i] == '.' {
		i++
		digits()
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && s[j] >= '0' && s[j] <= '9' {
			i = j
			digits()
		}
	}
	return i
}
