package trains

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/burstplex/burstplex/neuron/spike"
)

// readText reads a table of text: CSV, or columns between spaces. What stands above its first row, and the ending of the
// file, say what the columns are.
func readText(in *bufio.Reader, name string, o Options) (*File, error) {
	t, err := openTable(in, o)
	if err != nil || t == nil {
		return &File{How: "empty"}, err
	}
	l, err := t.layout(strings.ToLower(filepath.Ext(name)), o)
	if err != nil {
		return nil, err
	}
	f := &File{How: l.how}
	if l.how == "" { // both columns are numbers: which is which shows at the end
		return f, t.readPairs(f, l.scale)
	}
	if t.burstplexNEST {
		f.FirstID = 1
		f.How += "; unit 1 is neuron 0"
	}
	var b builder
	kind, numbers := noKind, newRoster()
	err = t.each(func(line int, row []string) error {
		at, err := parseTime(row[l.time], l.scale)
		if err != nil {
			return fmt.Errorf("line %d: column %s: %w", line, t.name(l.time), err)
		}
		population, unit := "", "0"
		if l.unit >= 0 {
			unit = row[l.unit]
		}
		if l.population >= 0 {
			population = row[l.population]
		}
		if l.number >= 0 {
			if err := numbers.note(population, row[l.number]); err != nil {
				return fmt.Errorf("line %d: column %s: %w", line, t.name(l.number), err)
			}
		}
		if l.kind >= 0 {
			if kind, err = parseKind(row[l.kind]); err != nil {
				return fmt.Errorf("line %d: column %s: %w", line, t.name(l.kind), err)
			}
		}
		if err := b.add(population, unit, at, kind); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f.Trains = b.finish()
	return f, numbers.place(f)
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
		return 0, fmt.Errorf("delimiter = %q: is not what separates columns (allowed: comma, semicolon, tab, space, or one character)", chosen)
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

// name calls a column by its name, or its number.
func (t *table) name(i int) string {
	if t.head != nil {
		return t.head[i]
	}
	return strconv.Itoa(i + 1)
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

// layout says what the columns are. A layout that says nothing in words has two columns of numbers in an order to be found.
func (t *table) layout(ending string, o Options) (layout, error) {
	if t.head != nil {
		return settle(t.head, o)
	}
	named := o.TimeColumn != "" || o.UnitColumn != "" || o.PopulationColumn != ""
	width := len(t.row)
	if width == 2 && !named {
		switch ending {
		case ".ras":
			o.TimeColumn, o.UnitColumn, named = "1", "2", true
			if o.TimeUnit == "" {
				o.TimeUnit = "s"
			}
		case ".gdf":
			o.TimeColumn, o.UnitColumn, named = "2", "1", true
			if o.TimeUnit == "" {
				o.TimeUnit = "ms"
			}
		}
	}
	numbers := make([]string, width)
	for i := range numbers {
		numbers[i] = numberedColumn(i)
	}
	scale, err := scaleOf(o.TimeUnit, "", "its columns, which have no names")
	switch {
	case err != nil:
		return layout{}, err
	case width == 1 && !named:
		o.TimeColumn = "1"
	case width == 2 && !named:
		for i := range 2 { // a name is the unit
			if !isNumber(t.row[i]) {
				o.TimeColumn, o.UnitColumn, named = strconv.Itoa(2-i), strconv.Itoa(i+1), true
			}
		}
		if !named {
			return layout{scale: scale}, nil
		}
	case width == 2 && o.UnitColumn == "" && (o.TimeColumn == "1" || o.TimeColumn == "2"):
		o.UnitColumn = map[string]string{"1": "2", "2": "1"}[o.TimeColumn]
	case width == 2 && o.TimeColumn == "" && (o.UnitColumn == "1" || o.UnitColumn == "2"):
		o.TimeColumn = map[string]string{"1": "2", "2": "1"}[o.UnitColumn]
	case o.TimeColumn == "":
		return layout{}, &Unsettled{Reason: fmt.Sprintf("it has %d columns without names", width), Option: "time_column", Choice: fmt.Sprintf("1 to %d", width)}
	case o.UnitColumn == "":
		return layout{}, &Unsettled{Reason: fmt.Sprintf("it has %d columns without names", width), Option: "unit_column", Choice: fmt.Sprintf("1 to %d", width)}
	}
	return settle(numbers, o)
}

// readPairs reads two columns of numbers: the one that has fractions is the time.
func (t *table) readPairs(f *File, scale float64) error {
	var times [2][]spike.Tick
	var whole [2][]uint64
	fraction := [2]bool{}
	err := t.each(func(line int, row []string) error {
		for k := range 2 {
			at, err := parseTime(row[k], scale)
			if err != nil {
				return fmt.Errorf("line %d: column %d: %w", line, k+1, err)
			}
			times[k] = append(times[k], at)
			unit, err := plainUnit(row[k])
			n, perr := strconv.ParseUint(unit, 10, 64)
			fraction[k] = fraction[k] || err != nil || perr != nil
			whole[k] = append(whole[k], n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	k := 0
	switch {
	case fraction[0] && fraction[1]:
		return errors.New("both columns have fractions or signs: neither holds whole numbers of units")
	case !fraction[0] && !fraction[1]:
		return &Unsettled{Reason: "both columns hold whole numbers", Option: "time_column", Choice: "1 or 2"}
	case fraction[1]:
		k = 1
	}
	f.How = fmt.Sprintf("times from column %d in %s, units from column %d", k+1, unitOf(scale), 2-k)
	var b builder
	for i, at := range times[k] {
		if err := b.add("", strconv.FormatUint(whole[1-k][i], 10), at, noKind); err != nil {
			return err
		}
	}
	f.Trains = b.finish()
	return nil
}
