package figure

import (
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	vgfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// outline returns a line of text as the outlines of its glyphs, with the left end of its baseline at the origin.
//
// Text is drawn as outlines because an SVG viewer that lacks the font takes another one, with other widths, and
// labels that were laid out to fit then overlap. The spacing is that of font.Face.Width, which measured them.
func outline(face vgfont.Face, text string) vg.Path {
	var (
		path  vg.Path
		buf   sfnt.Buffer
		em    = fixed.Int26_6(face.Face.UnitsPerEm()) // font units: nothing is rounded
		scale = face.Font.Size / vg.Length(em)
		x     fixed.Int26_6
		last  sfnt.GlyphIndex
	)
	at := func(p fixed.Point26_6) vg.Point {
		return vg.Point{X: vg.Length(x+p.X) * scale, Y: -vg.Length(p.Y) * scale}
	}
	for i, r := range text {
		g, err := face.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		if i > 0 {
			if kern, err := face.Face.Kern(&buf, last, g, em, font.HintingNone); err == nil {
				x += kern
			}
		}
		segments, err := face.Face.LoadGlyph(&buf, g, em, nil)
		if err != nil {
			continue
		}
		for k, s := range segments {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if k > 0 {
					path.Close()
				}
				path.Move(at(s.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(at(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(at(s.Args[0]), at(s.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
			}
		}
		if len(segments) > 0 {
			path.Close()
		}
		if advance, err := face.Face.GlyphAdvance(&buf, g, em, font.HintingNone); err == nil {
			x += advance
		}
		last = g
	}
	return path
}
