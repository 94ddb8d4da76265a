package images

import (
	"math"

	"codeberg.org/go-fonts/liberation/liberationmonoregular"
	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifbold"
	"codeberg.org/go-fonts/liberation/liberationserifbolditalic"
	"codeberg.org/go-fonts/liberation/liberationserifitalic"
	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// vertex is a point of a contour and the unit normal there, which points away from the ink (y downward).
type vertex struct{ x, y, nx, ny float64 }

// outline is a glyph: closed polygons, scaled to a height of 1 and centred.
type outline [][]vertex

// digitFonts are the fonts that digits are rendered from: sans, serif, monospaced, upright and slanted, light and bold.
func digitFonts() [][]byte {
	return [][]byte{
		goregular.TTF, gobold.TTF, goitalic.TTF, gomono.TTF,
		liberationsansregular.TTF, liberationsansbold.TTF, liberationmonoregular.TTF,
		liberationserifregular.TTF, liberationserifbold.TTF, liberationserifitalic.TTF, liberationserifbolditalic.TTF,
	}
}

// digitShapes returns the outlines of the digits: [digit][font].
func digitShapes() [][]outline {
	shapes := make([][]outline, 10)
	for _, data := range digitFonts() {
		font, err := sfnt.Parse(data)
		if err != nil {
			panic("images: a built-in font does not parse")
		}
		for d := range shapes {
			shapes[d] = append(shapes[d], glyph(font, '0'+rune(d)))
		}
	}
	return shapes
}

// glyph returns the outline of a character.
func glyph(font *sfnt.Font, char rune) outline {
	const em = 1024 // pixels that the outline is read at, without hinting
	var buffer sfnt.Buffer
	index, err := font.GlyphIndex(&buffer, char)
	if err != nil {
		panic("images: a built-in font has no digits")
	}
	segments, err := font.LoadGlyph(&buffer, index, fixed.I(em), nil)
	if err != nil {
		panic("images: a glyph of a built-in font does not load")
	}
	var contours [][][2]float64
	point := func(p fixed.Point26_6) [2]float64 { return [2]float64{float64(p.X), float64(p.Y)} }
	for _, s := range segments {
		if s.Op == sfnt.SegmentOpMoveTo {
			contours = append(contours, [][2]float64{point(s.Args[0])})
			continue
		}
		c := &contours[len(contours)-1]
		switch s.Op {
		case sfnt.SegmentOpLineTo:
			*c = append(*c, straight((*c)[len(*c)-1], point(s.Args[0]))...)
		case sfnt.SegmentOpQuadTo:
			*c = append(*c, quadratic((*c)[len(*c)-1], point(s.Args[0]), point(s.Args[1]))...)
		default:
			panic("images: a built-in font has cubic curves")
		}
	}
	return normalise(contours)
}

// straight divides a line, because it will be bent.
func straight(a, b [2]float64) (points [][2]float64) {
	const parts = 4
	for i := 1; i <= parts; i++ {
		t := float64(i) / parts
		points = append(points, [2]float64{a[0] + float64(t*(b[0]-a[0])), a[1] + float64(t*(b[1]-a[1]))})
	}
	return points
}

// quadratic divides a Bézier curve from a to c with the control point b.
func quadratic(a, b, c [2]float64) (points [][2]float64) {
	const parts = 3
	for i := 1; i <= parts; i++ {
		t := float64(i) / parts
		var p [2]float64
		for k := range p {
			p[k] = float64((1-t)*(1-t)*a[k]) + float64(2*t*(1-t)*b[k]) + float64(t*t*c[k])
		}
		points = append(points, p)
	}
	return points
}

// normalise scales contours to a height of 1, centres them, and finds the normals.
func normalise(contours [][][2]float64) outline {
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, c := range contours {
		for _, p := range c {
			for k := range p {
				lo[k], hi[k] = min(lo[k], p[k]), max(hi[k], p[k])
			}
		}
	}
	height := hi[1] - lo[1]
	var shape outline
	for _, c := range contours {
		if c[0] == c[len(c)-1] {
			c = c[1:] // closed explicitly
		}
		contour := make([]vertex, len(c))
		for i, p := range c {
			before, after := c[(i+len(c)-1)%len(c)], c[(i+1)%len(c)]
			dx, dy := after[0]-before[0], after[1]-before[1]
			// Outer contours of TrueType run clockwise as they are seen, holes the other way round: the ink is on the right.
			length := math.Sqrt(float64(dx*dx) + float64(dy*dy))
			contour[i] = vertex{(p[0] - (lo[0]+hi[0])/2) / height, (p[1] - (lo[1]+hi[1])/2) / height, dy / length, -dx / length}
		}
		shape = append(shape, contour)
	}
	return shape
}
