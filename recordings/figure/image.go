package figure

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// dpi is the resolution of PNG files and of images inside SVG files.
const dpi = 300

// fillFunc fills a rectangle, given in points on the page, with one of the colours.
type fillFunc func(color int, x0, y0, x1, y1 vg.Length)

// paint draws many rectangles into the data rectangle as one image: a raster of 1e5 spikes is some 100 kB of PNG
// inside the SVG and would be some 10 MB of paths. The image lies on the pixel grid of the PNG file, so that
// nothing is resampled there.
func paint(v view, colors []Color, draw func(fill fillFunc)) {
	g := newGrid(v)
	palette := color.Palette{color.Transparent}
	for _, c := range colors {
		palette = append(palette, color.NRGBAModel.Convert(c))
	}
	img := image.NewPaletted(g.bounds(), palette)
	draw(func(c int, ax, ay, bx, by vg.Length) {
		r := g.cover(ax, ay, bx, by)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			row := img.Pix[y*img.Stride:]
			for x := r.Min.X; x < r.Max.X; x++ {
				row[x] = uint8(c + 1)
			}
		}
	})
	g.put(v, img)
}

// pixel is the side of a pixel in points.
const pixel = vg.Length(72.0 / dpi)

// grid is the part of the PNG file's pixel grid that a data rectangle lies in.
type grid struct {
	x0, y0 float64 // lower left corner, in pixels of the page
	w, h   int
}

func newGrid(v view) grid {
	x0, y0 := math.Floor(float64(v.Min.X/pixel)), math.Floor(float64(v.Min.Y/pixel))
	return grid{x0, y0, max(0, int(math.Ceil(float64(v.Max.X/pixel))-x0)),
		max(0, int(math.Ceil(float64(v.Max.Y/pixel))-y0))}
}

func (g grid) bounds() image.Rectangle { return image.Rect(0, 0, g.w, g.h) }

// cover returns the pixels, from the top, of a rectangle given in points on the page.
func (g grid) cover(ax, ay, bx, by vg.Length) image.Rectangle {
	left, right := span(float64(ax/pixel)-g.x0, float64(bx/pixel)-g.x0, g.w)
	bottom, top := span(float64(ay/pixel)-g.y0, float64(by/pixel)-g.y0, g.h)
	return image.Rect(left, g.h-top, right, g.h-bottom)
}

// put draws an image of the grid's bounds.
func (g grid) put(v view, img image.Image) {
	if g.w == 0 || g.h == 0 {
		return
	}
	at := vg.Point{X: vg.Length(g.x0) * pixel, Y: vg.Length(g.y0) * pixel}
	v.DrawImage(vg.Rectangle{Min: at, Max: at.Add(vg.Point{X: vg.Length(g.w) * pixel, Y: vg.Length(g.h) * pixel})}, img)
}

// span rounds an interval to pixels, at least one, inside [0, n).
func span(from, to float64, n int) (int, int) {
	a := int(math.Round(from))
	b := max(a+1, int(math.Round(to)))
	return min(max(a, 0), n), min(max(b, 0), n)
}
