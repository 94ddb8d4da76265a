package config

import (
	"strconv"
	"strings"
)

// Format prints a tree as TOML that parses to the same tree: the same keys in the same order with the same
// values. Comments and layout of the original are not kept. It is how a run stores the experiment that it
// resolved from a file and overrides.
func Format(root *Node) []byte {
	var b strings.Builder
	writeTable(&b, root, "")
	return []byte(b.String())
}

// section returns the tables that are written under [headers] of their own: the table itself, or the elements of
// an array of tables; nil for what is written as a value.
func (n *Node) section() []*Node {
	if n.origin == byValue || n.kind != KindTable && n.kind != KindArray {
		return nil
	}
	if n.kind == KindTable {
		return []*Node{n}
	}
	for _, kid := range n.kids {
		if kid.kind != KindTable {
			return nil // an override replaced an element by something else
		}
	}
	return n.kids
}

// writeTable prints the values of a table and then its sections. A section that stands before a value in the
// tree is written as a value, to keep the order.
func writeTable(b *strings.Builder, n *Node, path string) {
	values := 0 // the entries up to here are written as values
	for i, kid := range n.kids {
		if kid.section() == nil {
			values = i + 1
		}
	}
	for _, kid := range n.kids[:values] {
		b.WriteString(quoteKey(kid.key))
		b.WriteString(" = ")
		writeValue(b, kid)
		b.WriteByte('\n')
	}
	for _, kid := range n.kids[values:] {
		header := quoteKey(kid.key)
		if path != "" {
			header = path + "." + header
		}
		for _, table := range kid.section() {
			switch {
			case kid.kind == KindArray:
				writeHeader(b, "[["+header+"]]")
			case table.needsHeader():
				writeHeader(b, "["+header+"]")
			}
			writeTable(b, table, header)
		}
	}
}

func writeHeader(b *strings.Builder, header string) {
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(header)
	b.WriteByte('\n')
}

// needsHeader reports whether a table's sub-tables do not already imply it.
func (n *Node) needsHeader() bool {
	for _, kid := range n.kids {
		if kid.section() == nil {
			return true
		}
	}
	return len(n.kids) == 0
}

// writeValue prints a value after "key = ", a long array over several lines.
func writeValue(b *strings.Builder, n *Node) {
	const width = 100
	var line strings.Builder
	writeInline(&line, n)
	if n.kind != KindArray || line.Len() <= width {
		b.WriteString(line.String())
		return
	}
	b.WriteByte('[')
	column := width + 1
	for _, kid := range n.kids {
		line.Reset()
		writeInline(&line, kid)
		if column += line.Len() + 2; column > width {
			b.WriteString("\n\t")
			column = line.Len() + 2
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(line.String())
		b.WriteByte(',')
	}
	b.WriteString("\n]")
}

// writeInline prints a value on one line.
func writeInline(b *strings.Builder, n *Node) {
	switch n.kind {
	case KindTable:
		open := "{ "
		for _, kid := range n.kids {
			b.WriteString(open)
			b.WriteString(quoteKey(kid.key))
			b.WriteString(" = ")
			writeInline(b, kid)
			open = ", "
		}
		if len(n.kids) == 0 {
			b.WriteString("{")
		} else {
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	case KindArray:
		b.WriteByte('[')
		for i, kid := range n.kids {
			if i > 0 {
				b.WriteString(", ")
			}
			writeInline(b, kid)
		}
		b.WriteByte(']')
	case KindString:
		if strings.Contains(n.text, "\n") {
			writeLines(b, n.text)
			return
		}
		b.WriteString(quoteText(n.text))
	case KindInt:
		i, _ := n.int() // checked when it was parsed
		b.WriteString(strconv.FormatInt(i, 10))
	case KindFloat, KindBool:
		b.WriteString(n.text)
	}
}

// writeLines prints text of several lines between triple quotes.
func writeLines(b *strings.Builder, text string) {
	b.WriteString(`"""`)
	for line := range strings.SplitSeq(text, "\n") {
		q := quoteText(line)
		b.WriteByte('\n')
		b.WriteString(strings.ReplaceAll(q[1:len(q)-1], `\t`, "\t"))
	}
	b.WriteString(`"""`)
}
