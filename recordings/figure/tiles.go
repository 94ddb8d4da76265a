package figure

import (
	"image"
	"image/color"

	"gonum.org/v1/plot/vg"
)

// Tiles are small pictures in rows, each with a caption below it, from the upper left: examples of the images that
// a network was shown. The X axis counts columns and the Y axis rows; with Blank axes nothing of them is seen. The
// table has the captions.
type Tiles struct {
	Columns int // default: all in one row
	Tiles   []Tile
}

// Tile is a picture of raw bytes.
type Tile struct {
	Pixels                  []uint8 // channel x row x column, 0 (black) to 255
	Channels, Height, Width int     // 1 channel: grey; 3: red, green, blue
	Caption                 string
	Color                   Color // of the caption, default that of text
}

// Size returns the number of columns and of rows.
func (t Tiles) Size() (columns, rows int) {
	columns = t.Columns
	if columns <= 0 {
		columns = max(1, len(t.Tiles))
	}
	return columns, (len(t.Tiles) + columns - 1) / columns
}

func (t Tiles) wants() (Color, bool) { return ink, false }
func (t Tiles) legend() []entry      { return nil }

func (t Tiles) measure(x, y *extent) {
	columns, rows := t.Size()
	x.grow(0)
	x.grow(float64(columns))
	y.grow(0)
	y.grow(float64(rows))
}

func (t Tiles) draw(v view, _ Color) {
	columns, rows := t.Size()
	g := newGrid(v)
	img := image.NewNRGBA(g.bounds())
	for i, tile := range t.Tiles {
		column, row := float64(i%columns), float64(rows-1-i/columns)
		a, okA := v.at(column, row)
		b, okB := v.at(column+1, row+1)
		if !okA || !okB || !tile.whole() {
			continue
		}
		const gap = 2 // points between a picture and the border of its cell
		caption := vg.Length(0)
		if tile.Caption != "" {
			caption = tickText().tall()
		}
		scale := min((b.X-a.X-2*gap)/vg.Length(tile.Width), (b.Y-a.Y-2*gap-caption)/vg.Length(tile.Height))
		w, h := scale*vg.Length(tile.Width), scale*vg.Length(tile.Height)
		x, top := (a.X+b.X-w)/2, b.Y-gap
		if scale > 0 {
			tile.paint(img, g.cover(x, top-h, x+w, top))
		}
		c := tile.Color
		if c == Auto {
			c = ink
		}
		tickText().write(v.Canvas, c, (a.X+b.X)/2, top-h-tickText().size, middle, tile.Caption)
	}
	g.put(v, img)
}

// whole reports whether the picture has as many bytes as its measures say.
func (t Tile) whole() bool {
	return (t.Channels == 1 || t.Channels == 3) && t.Height > 0 && t.Width > 0 &&
		len(t.Pixels) == t.Channels*t.Height*t.Width
}

// paint fills a part of an image with the picture; its pixels stay sharp squares.
func (t Tile) paint(img *image.NRGBA, at image.Rectangle) {
	plane := t.Height * t.Width
	for y := at.Min.Y; y < at.Max.Y; y++ {
		row := min(t.Height-1, (y-at.Min.Y)*t.Height/at.Dy())
		for x := at.Min.X; x < at.Max.X; x++ {
			i := row*t.Width + min(t.Width-1, (x-at.Min.X)*t.Width/at.Dx())
			c := color.NRGBA{R: t.Pixels[i], G: t.Pixels[i], B: t.Pixels[i], A: 255}
			if t.Channels == 3 {
				c.G, c.B = t.Pixels[plane+i], t.Pixels[2*plane+i]
			}
			img.SetNRGBA(x, y, c)
		}
	}
}

func (t Tiles) table(_, _ Axis) []column {
	number, caption := column{name: "tile"}, column{name: "caption"}
	for i, tile := range t.Tiles {
		number.values = append(number.values, float64(i))
		caption.text = append(caption.text, tile.Caption)
	}
	return []column{number, caption}
}
