package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panel is one set of axes and what is drawn in it. Later marks lie on earlier ones.
type Panel struct {
	Title string // bold, above the data
	Note  string // right above the data: a correlation, a number of seeds
	X, Y  Axis
	Right Axis // for marks with Right set; drawn in their colour
	Marks []Mark
	Side  []Side // text beside the rows of an axis with Names
	// Square makes the data rectangle as wide as it is high.
	Square bool
}

// Side is a column of text right of the data, a cell for each name of the Y axis.
type Side struct {
	Header string
	Cells  []string
}

// frame is a panel with its scales and colours, ready to be measured and drawn.
type frame struct {
	Panel
	letter          string
	x, y, right     scale
	hasRight, below bool // below: the X axis is labelled here
	rightColor      Color
	colors          []Color
	heat            *Heat
	strip           [][]entry // lines of the legend
}

func newFrame(p Panel, xRange *extent) *frame {
	f := &frame{Panel: p, below: true, rightColor: ink}
	x, y, r := newExtent(), newExtent(), newExtent()
	if xRange != nil {
		x = *xRange
	}
	auto, rightColor := 0, ink
	for _, m := range p.Marks {
		c, onRight := m.wants()
		if c == Auto {
			c = Cycle(auto)
			auto++
		}
		f.colors = append(f.colors, c)
		if onRight {
			if l, ok := m.(Line); !ok || !l.Thin { // references do not own the axis
				if f.rightColor = c; f.hasRight && c != rightColor {
					f.rightColor = ink
				}
				rightColor, f.hasRight = c, true
			}
			m.measure(&x, &r)
		} else {
			m.measure(&x, &y)
		}
		if h, ok := m.(Heat); ok {
			f.heat = &h
			f.X.Tight, f.Y.Tight = true, true
		}
		if _, ok := m.(Tiles); ok {
			f.X.Tight, f.Y.Tight = true, true
		}
	}
	f.x, f.y, f.right = x.scale(f.X), y.scale(f.Y), r.scale(f.Right)
	return f
}

// Measures of the strip above the data, in points.
const (
	swatchWidth = 14
	swatchGap   = 3
	entryGap    = 10
	stripGap    = 5 // between the strip and the data
)

func (e entry) width() vg.Length {
	return swatchWidth + swatchGap + legendText().width(e.name)
}

// fill breaks the legend into lines of a width; the first line shares it with title and note. Lines below it may
// reach further by spill, where the panel on the right has nothing above its data but a letter.
func (f *frame) fill(width, spill vg.Length) {
	f.strip = nil
	entries, all := f.entries()
	used, note := vg.Length(0), vg.Length(0)
	if f.Title != "" {
		used = titleText().width(f.Title) + entryGap
	}
	if f.Note != "" {
		note = legendText().width(f.Note) + entryGap
	}
	if f.bare() {
		return
	}
	line := []entry{}
	if f.Title != "" && used+all+note > width { // a title stands alone rather than before a part of the legend
		f.strip, used, note = append(f.strip, nil), 0, 0
		width += spill
	}
	for _, e := range entries {
		// An entry that is too long even for the first line would run into the letter of the panel on the right.
		if used+e.width()+note > width && (used > 0 || f.strip == nil && spill > 0) {
			if f.strip == nil {
				width += spill
			}
			f.strip, line, used, note = append(f.strip, line), nil, 0, 0
		}
		line = append(line, e)
		used += e.width() + entryGap
	}
	f.strip = append(f.strip, line)
}

// bare reports whether nothing stands above the data.
func (f *frame) bare() bool {
	list, _ := f.entries()
	return f.Title == "" && f.Note == "" && len(f.Side)+len(list) == 0
}

// entries returns the legend, curves before lines that only mark a value, and its width in one line.
func (f *frame) entries() (list []entry, width vg.Length) {
	for _, rules := range []bool{false, true} {
		for i, m := range f.Marks {
			if _, is := m.(Rule); is != rules {
				continue
			}
			for _, e := range m.legend() {
				if e.color == Auto {
					e.color = f.colors[i]
				}
				list = append(list, e)
				width += e.width() + entryGap
			}
		}
	}
	return list, width - entryGap
}

// above is the room for the strip and the letter.
func (f *frame) above() vg.Length {
	h := vg.Length(len(f.strip))*legendText().tall() + 2
	if len(f.strip) > 0 {
		h += stripGap
	}
	if f.letter != "" {
		h = max(h, letterText().size+2)
	}
	return max(h, 5)
}

func (f *frame) under() vg.Length {
	if !f.below {
		return 3
	}
	return newRuler(f.X, f.x, 100, true).below()
}

func (f *frame) before(height vg.Length) vg.Length {
	w := newRuler(f.Y, f.y, height, false).beside(height)
	if f.letter != "" {
		w = max(w, letterText().width(f.letter)+6)
	}
	return w
}

func (f *frame) after(height vg.Length) vg.Length {
	switch {
	case f.heat != nil && f.heat.bar():
		return barGap + barWidth + f.heat.ruler(height).beside(height) - detach
	case f.hasRight:
		return newRuler(f.Right, f.right, height, false).beside(height)
	}
	w := vg.Length(6)
	for _, s := range f.Side {
		w += sideGap + s.width()
	}
	return w
}

const sideGap = 9

func (s Side) width() vg.Length {
	w := legendText().width(s.Header)
	for _, c := range s.Cells {
		w = max(w, tickText().width(c))
	}
	return w
}

// draw puts the panel around its data rectangle. The letter stands at corner, the left end of the panel and the
// baseline of the highest strip of the row.
func (f *frame) draw(c draw.Canvas, data vg.Rectangle, corner vg.Point) {
	v := view{Canvas: draw.Canvas{Canvas: c.Canvas, Rectangle: data}, x: f.x, y: f.y}
	onRight := v
	onRight.y = f.right
	for i, m := range f.Marks {
		if _, r := m.wants(); r {
			m.draw(onRight, f.colors[i])
		} else {
			m.draw(v, f.colors[i])
		}
	}
	size := data.Size()
	if f.below {
		newRuler(f.X, f.x, size.X, true).drawBelow(c, data)
	}
	newRuler(f.Y, f.y, size.Y, false).drawBeside(c, data, -1, ink)
	if f.heat != nil && f.heat.bar() {
		f.heat.drawBar(c, data)
	} else if f.hasRight {
		newRuler(f.Right, f.right, size.Y, false).drawBeside(c, data, 1, f.rightColor)
	}
	f.drawSide(c, data)
	letterText().write(c, ink, corner.X, corner.Y, left, f.letter)
	f.drawStrip(c, data)
}

func (f *frame) drawStrip(c draw.Canvas, data vg.Rectangle) {
	y := data.Max.Y + stripGap + vg.Length(max(0, len(f.strip)-1))*legendText().tall()
	titleText().write(c, ink, data.Min.X, y, left, f.Title)
	legendText().write(c, ink, data.Max.X, y, right, f.Note)
	x := data.Min.X
	if f.Title != "" {
		x += titleText().width(f.Title) + entryGap
	}
	for _, line := range f.strip {
		for _, e := range line {
			mid := y + legendText().capital()/2
			e.swatch(c, vg.Rectangle{Min: vg.Point{X: x, Y: mid - 2.5}, Max: vg.Point{X: x + swatchWidth, Y: mid + 2.5}},
				e.color)
			legendText().write(c, ink, x+swatchWidth+swatchGap, y, left, e.name)
			x += e.width() + entryGap
		}
		x, y = data.Min.X, y-legendText().tall()
	}
}

func (f *frame) drawSide(c draw.Canvas, data vg.Rectangle) {
	x := data.Max.X + 6
	for _, s := range f.Side {
		x += sideGap + s.width()
		legendText().write(c, ink, x, data.Max.Y+stripGap, right, s.Header)
		for i, cell := range s.Cells {
			p, _ := f.y.place(f.Y.nameAt(i))
			y := data.Min.Y + vg.Length(p)*data.Size().Y - tickText().capital()/2
			tickText().write(c, ink, x, y, right, cell)
		}
	}
}
