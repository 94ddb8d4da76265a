package figure

import (
	"math"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// script is a size (points when printed) and weight of Liberation Sans, which has the widths of Arial.
type script struct {
	size vg.Length
	bold bool
}

// The scripts of a figure.
func tickText() script     { return script{size: 8} }
func labelText() script    { return script{size: 8.5} }
func legendText() script   { return script{size: 8} }
func titleText() script    { return script{size: 8.5, bold: true} }
func letterText() script   { return script{size: 11, bold: true} }
func exponentText() script { return script{size: 6.5} }

func (s script) face() font.Face {
	f := font.Font{Typeface: plot.DefaultFont.Typeface, Variant: "Sans", Size: s.size}
	if s.bold {
		f.Weight = xfont.WeightBold
	}
	return font.DefaultCache.Lookup(f, s.size)
}

// width returns the width of one line.
func (s script) width(text string) vg.Length {
	face := s.face()
	return face.Width(text)
}

// capital is the height of a capital letter and of a digit; tall that of a line with descenders.
func (s script) capital() vg.Length { return .72 * s.size }
func (s script) tall() vg.Length    { return 1.2 * s.size }

// Where x lies in a line of text, as a share of its width.
const (
	left   = 0
	middle = .5
	right  = 1
)

// write draws one line with its baseline at y.
func (s script) write(c draw.Canvas, color Color, x, y vg.Length, align vg.Length, text string) {
	if text == "" {
		return
	}
	c.Push()
	c.SetColor(color)
	c.Translate(vg.Point{X: x - align*s.width(text), Y: y})
	c.Fill(outline(s.face(), text))
	c.Pop()
}

// writeUp draws a line that reads upwards, centred at y, with its baseline at x.
func (s script) writeUp(c draw.Canvas, color Color, x, y vg.Length, text string) {
	c.Push()
	c.Translate(vg.Point{X: x, Y: y})
	c.Rotate(math.Pi / 2)
	s.write(c, color, 0, 0, middle, text)
	c.Pop()
}

// wrap breaks a label into two lines of similar width if it does not fit into the room.
func (s script) wrap(text string, room vg.Length) []string {
	if text == "" {
		return nil
	}
	if s.width(text) <= room {
		return []string{text}
	}
	best, at := vg.Length(math.Inf(1)), -1
	for i, r := range text {
		if r != ' ' {
			continue
		}
		if w := max(s.width(text[:i]), s.width(text[i+1:])); w < best {
			best, at = w, i
		}
	}
	if at < 0 {
		return []string{text}
	}
	return []string{text[:at], strings.TrimSpace(text[at:])}
}
