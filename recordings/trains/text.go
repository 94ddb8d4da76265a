package trains

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// readText reads a table of text: CSV, or columns between spaces. What stands above its first row, and the ending
// of the file, say what the columns are.
func readText(in *bufio.Reader, name string, o Options) (*File, error) {
	t, err := openTable(in, o)
	if err != nil || t == nil {
		return &File{How: "empty"}, err
	}
	f := &File{}
	r := rows{head: t.head, first: t.row, each: t.each, place: "line"}
	if err := r.read(f, strings.ToLower(filepath.Ext(name)), o); err != nil {
		return nil, err
	}
	if t.burstplexNEST {
		f.FirstID = 1
		f.How += "; unit 1 is neuron 0"
	}
	return f, nil
}

// mostRow is the bytes that a row may have, so that no file, however small when compressed, takes all memory.
const mostRow = 1 << 20

// table is text in rows and columns.
type table struct {
	in            *bufio.Reader
	line          int      // of the last row read, from 1
	comma         rune     // ' ': any white space
	head          []string // names of columns; nil if there are none
	row           []string // the first row, not yet given out
	burstplexNEST bool     // written by this program in the format of NEST
}

// openTable reads up to the first row of numbers. It returns nil for a file without rows.
func openTable(in *bufio.Reader, o Options) (*table, error) {
	t := &table{in: in}
	comment := ""
	for {
		text, err := t.readLine()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		trimmed := strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
		switch {
		case trimmed == "":
			continue
		case strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "%"):
			comment = strings.TrimLeft(trimmed, "#% \t")
			t.burstplexNEST = t.burstplexNEST || strings.HasPrefix(comment, "Burstplex, in the format of NEST")
			continue
		}
		if t.comma, err = delimiter(trimmed, o.Delimiter); err != nil {
			return nil, err
		}
		if t.row, err = t.split(strings.TrimPrefix(text, "\ufeff")); err != nil {
			return nil, fmt.Errorf("line %d: %w", t.line, err)
		}
		if last := len(t.row) - 1; last > 0 && t.row[last] == "" && !t.isHead(t.row, o) {
			t.row = t.row[:last] // a separator at the end of every row, as NEST 2 writes them
		}
		if t.isHead(t.row, o) {
			t.head, t.row = t.row, nil
		} else if names := t.inComment(comment); len(names) == len(t.row) && slices.ContainsFunc(names, known) {
			t.head = names
		}
		return t, nil
	}
}

// delimiter returns what separates the columns of a line.
func delimiter(line, chosen string) (rune, error) {
	switch chosen {
	case "":
		for _, c := range ";,\t" {
			if strings.ContainsRune(line, c) {
				return c, nil
			}
		}
		return ' ', nil
	case "comma":
		return ',', nil
	case "semicolon":
		return ';', nil
	case "tab", `\t`:
		return '\t', nil
	case "space":
		return ' ', nil
	}
	c, n := utf8.DecodeRuneInString(chosen)
	if n != len(chosen) || strings.ContainsRune("\"\r\n#%.0123456789", c) {
		return 0, fmt.Errorf("delimiter = %q: is not what separates columns "+
			"(allowed: comma, semicolon, tab, space, or one character)", chosen)
	}
	return c, nil
}

// isHead tells names of columns from a row of values.
func (t *table) isHead(row []string, o Options) bool {
	numbers := 0
	for _, s := range row {
		if known(s) || s != "" && (s == o.TimeColumn || s == o.UnitColumn || s == o.PopulationColumn) && !isNumber(s) {
			return true
		}
		if isNumber(s) {
			numbers++
		}
	}
	return numbers == 0
}

func isNumber(s string) bool {
	_, err := parseTime(s, 1)
	return err == nil
}

// inComment returns the names in a comment, split as the rows are, or at white space.
func (t *table) inComment(comment string) []string {
	names, err := t.split(comment)
	if t.comma == ' ' || err != nil || len(names) < 2 {
		names = strings.Fields(unitInBrackets.ReplaceAllString(comment, "_$1"))
	}
	return names
}

// readLine returns the next line without its end.
func (t *table) readLine() (string, error) {
	var text []byte
	for {
		part, err := t.in.ReadSlice('\n')
		text = append(text, part...)
		if len(text) > mostRow {
			return "", fmt.Errorf("line %d: a row is longer than %d bytes", t.line+1, mostRow)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (err != io.EOF || len(text) == 0) {
			return "", err
		}
		t.line++
		return strings.TrimRight(string(text), "\r\n"), nil
	}
}

// split splits a line into its columns.
func (t *table) split(line string) ([]string, error) {
	switch {
	case t.comma == ' ':
		if strings.ContainsAny(line, "([") {
			line = unitInBrackets.ReplaceAllString(line, "_$1")
		}
		return strings.Fields(line), nil
	case !strings.Contains(line, `"`):
		fields := strings.Split(line, string(t.comma))
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		return fields, nil
	}
	r := csv.NewReader(strings.NewReader(line))
	r.Comma, r.TrimLeadingSpace = t.comma, true
	fields, err := r.Read()
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fields, err
}

// each calls visit for every row, which is valid during the call.
func (t *table) each(visit func(line int, row []string) error) error {
	width := len(t.head)
	if t.row != nil {
		if width = len(t.row); t.head != nil && len(t.head) != width {
			return fmt.Errorf("line %d: %d columns, want %d", t.line, width, len(t.head))
		}
		if err := visit(t.line, t.row); err != nil {
			return err
		}
	}
	for {
		text, err := t.readLine()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if s := strings.TrimSpace(text); s == "" || s[0] == '#' || s[0] == '%' {
			continue
		}
		if t.comma != ' ' && strings.Count(text, `"`)%2 == 1 {
			if text, err = t.quotedLines(text); err != nil {
				return err
			}
		}
		row, err := t.split(text)
		if len(row) == width+1 && row[width] == "" {
			row = row[:width] // a separator at the end
		}
		if err == nil && len(row) != width {
			err = fmt.Errorf("%d columns, want %d", len(row), width)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", t.line, err)
		}
		if err := visit(t.line, row); err != nil {
			return err
		}
	}
}

// quotedLines goes on with a row in which a quoted name holds the end of a line.
func (t *table) quotedLines(text string) (string, error) {
	first := t.line
	all := []byte(text)
	for open := true; open; {
		more, err := t.readLine()
		switch {
		case err == io.EOF:
			return "", fmt.Errorf("line %d: a quote is not closed", first)
		case err != nil:
			return "", err
		}
		all = append(append(all, '\n'), more...)
		if len(all) > mostRow {
			return "", fmt.Errorf("line %d: a row is longer than %d bytes", first, mostRow)
		}
		open = strings.Count(more, `"`)%2 == 0
	}
	return string(all), nil
}
