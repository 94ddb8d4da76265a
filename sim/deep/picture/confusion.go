package picture

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/recordings/figure"
)

// Confusion is the matrix of answers: how often each class got which answer. Colours go by the square root of the
// count, because correct answers outnumber each kind of error by far; the counts stand in the cells, and the share
// of correct answers beside the rows.
type Confusion struct {
	Title   string
	Classes []string
	Counts  [][]int // [true class][answer]
}

// Page draws the first class on top.
func (c Confusion) Page() figure.Page {
	heat := figure.Heat{Label: "images", Print: true, Root: true, Bare: true}
	side := figure.Side{Header: "correct"}
	total, correct := 0, 0
	for class, counts := range slices.Backward(c.Counts) {
		row, sum := make([]float64, len(counts)), 0
		for answer, n := range counts {
			row[answer] = float64(n)
			sum += n
		}
		heat.Values = append(heat.Values, row)
		if class < len(counts) {
			correct += counts[class]
			side.Cells = append(side.Cells, percent(counts[class], sum))
		}
		total += sum
	}
	rows := slices.Clone(c.Classes)
	slices.Reverse(rows)
	n := max(1, len(c.Classes))
	p := figure.Panel{
		Title: c.Title, Note: fmt.Sprintf("%d images, %s correct", total, percent(correct, total)),
		X: figure.Axis{Label: "answer", Names: short(c.Classes)}, Y: figure.Axis{Label: "class", Names: rows},
		Marks: []figure.Mark{heat}, Side: []figure.Side{side},
	}
	page := figure.Page{Rows: []figure.Row{{Height: min(150, 7*float64(n)), Panels: []figure.Panel{p}}}}
	if page.Width = 38 + 9*float64(n); longest(c.Classes) > 3 {
		page.Width = 40 + 14*float64(n)
	}
	return page
}

// percent writes a share, "-" if there is nothing to take it of.
func percent(part, of int) string {
	if of == 0 {
		return "-"
	}
	p := 100 * float64(part) / float64(of)
	if part < of { // 99.99 % of answers is not all of them
		p = math.Min(p, 99.9)
	}
	return fmt.Sprintf("%.1f %%", p)
}

func longest(names []string) int {
	n := 0
	for _, s := range names {
		n = max(n, len([]rune(s)))
	}
	return n
}

// short cuts names to what fits under a column.
func short(names []string) []string {
	const most = 10
	out := slices.Clone(names)
	for i, s := range out {
		if r := []rune(s); len(r) > most {
			out[i] = string(r[:most-1]) + "…"
		}
	}
	return out
}
