package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Page is a figure: rows of panels. Data rectangles of one column of panels are aligned, and so are those of one
// row. A row with a single panel takes the whole width.
type Page struct {
	Width  float64 // of the paper in mm, default DoubleColumn; the height follows from the rows
	ShareX bool    // panels of a column have one X axis, labelled under the lowest
	Rows   []Row
}

// Row is a row of panels of equal height.
type Row struct {
	Height float64 // of the data in mm, default 32
	Panels []Panel
}

// Widths of figures in journals, mm.
const (
	SingleColumn = 88
	DoubleColumn = 180
)

const defaultHeight = 32

// Page returns the page itself, so that a Page is a Figure.
func (p Page) Page() Page { return p }

// narrowest is the least width of the data of a panel, in points.
const narrowest = 40

// Gaps between panels and around them, in points.
const (
	gapX   = 8
	gapY   = 7
	border = 4
)

// layout is a page with a place for everything.
type layout struct {
	width, height vg.Length
	frames        [][]*frame
	data          [][]vg.Rectangle
	corner        [][]vg.Point // of each panel, where its letter stands
}

func (p Page) columns() int {
	n := 1
	for _, r := range p.Rows {
		n = max(n, len(r.Panels))
	}
	return n
}

// spans reports whether the only panel of row r takes all columns.
func (p Page) spans(r int) bool { return len(p.Rows[r].Panels) == 1 && p.columns() > 1 }

func (p Page) layout() layout {
	l := layout{width: mm(DoubleColumn)}
	if p.Width > 0 {
		l.width = mm(p.Width)
	}
	p.frames(&l)
	n := p.columns()
	inner := l.width - 2*border

	// Widths: the widest margins of a column count for the whole column.
	before, after := make([]vg.Length, n), make([]vg.Length, n)
	for r, row := range l.frames {
		for c, f := range row {
			last := c
			if p.spans(r) {
				last = n - 1
			}
			before[c] = max(before[c], f.before(p.dataHeight(r)))
			after[last] = max(after[last], f.after(p.dataHeight(r)))
		}
	}
	free := inner - gapX*vg.Length(n-1)
	for c := range n {
		free -= before[c] + after[c]
	}
	each := free / vg.Length(n)
	if each < narrowest { // rather a wider page than axes without room for data
		l.width += vg.Length(n) * (narrowest - each)
		each, inner = narrowest, l.width-2*border
	}

	// Heights: from the top of the page down.
	y := vg.Length(0)
	for r, row := range l.frames {
		w := each
		if p.spans(r) {
			w = inner - before[0] - after[n-1]
		}
		var above, under vg.Length
		lines := 1
		for c, f := range row {
			spill := vg.Length(0)
			if c+1 < len(row) && row[c+1].bare() {
				spill = after[c] + gapX + before[c+1]
			}
			f.fill(w, spill)
			above, under, lines = max(above, f.above()), max(under, f.under()), max(lines, len(f.strip))
		}
		top := y + above
		bottom := top + p.dataHeight(r)
		x := vg.Length(border)
		var data []vg.Rectangle
		var corners []vg.Point
		for c, f := range row {
			wide := w
			if f.Square {
				wide = min(wide, bottom-top)
			}
			data = append(data, vg.Rectangle{Min: vg.Point{X: x + before[c], Y: bottom}, Max: vg.Point{X: x + before[c] +
				wide, Y: top}})
			corners = append(corners, vg.Point{X: x, Y: top - stripGap - vg.Length(lines-1)*legendText().tall()})
			x += before[c] + each + after[c] + gapX
		}
		l.data, l.corner = append(l.data, data), append(l.corner, corners)
		if y = bottom + under; r+1 < len(l.frames) {
			y += gapY
		}
	}
	l.height = y + 2*border
	for r := range l.data { // y grew downwards so far; the page's origin is below
		for c, d := range l.data[r] {
			l.corner[r][c].Y = l.height - border - l.corner[r][c].Y
			l.data[r][c] = vg.Rectangle{Min: vg.Point{X: d.Min.X, Y: l.height - border - d.Min.Y}, Max: vg.Point{X: d.Max.X,
				Y: l.height - border - d.Max.Y}}
		}
	}
	return l
}

// frames scales every panel and gives it its letter.
func (p Page) frames(l *layout) {
	shared := make([]extent, p.columns())
	for c := range shared {
		shared[c] = newExtent()
		if !p.ShareX {
			continue
		}
		for _, row := range p.Rows {
			if c < len(row.Panels) {
				var ignore extent
				for _, m := range row.Panels[c].Marks {
					m.measure(&shared[c], &ignore)
				}
			}
		}
	}
	for r, row := range p.Rows {
		var frames []*frame
		for c, panel := range row.Panels {
			var x *extent
			if p.ShareX {
				x = &shared[c]
			}
			f := newFrame(panel, x)
			f.letter = p.letter(r, c)
			for k, lower := range p.Rows[r+1:] { // of the same width
				if p.ShareX && c < len(lower.Panels) && p.spans(r) == p.spans(r+1+k) {
					f.below = false
				}
			}
			frames = append(frames, f)
		}
		l.frames = append(l.frames, frames)
	}
}

// letter numbers panels A, B, … Z, AA in reading order; the only panel of a figure has none.
func (p Page) letter(row, column int) string {
	n, total := column, 0
	for r, x := range p.Rows {
		if total += len(x.Panels); r < row {
			n += len(x.Panels)
		}
	}
	if total < 2 {
		return ""
	}
	s := string(rune('A' + n%26))
	if n >= 26 {
		s = string(rune('A'+n/26-1)) + s
	}
	return s
}

func (p Page) dataHeight(r int) vg.Length {
	if h := p.Rows[r].Height; h > 0 {
		return mm(h)
	}
	return mm(defaultHeight)
}

func mm(x float64) vg.Length { return vg.Length(x) * vg.Millimeter }

// draw puts the page on a canvas of its size.
func (l layout) draw(c draw.Canvas) {
	for r, row := range l.frames {
		for i, f := range row {
			f.draw(c, l.data[r][i], l.corner[r][i])
		}
	}
}
