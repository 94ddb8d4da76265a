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
	const pixel = vg.Length(72.0 / dpi)
	x0, y0 := math.Floor(float64(v.Min.X/pixel)), math.Floor(float64(v.Min.Y/pixel))
	w := int(math.Ceil(float64(v.Max.X/pixel)) - x0)
	h := int(math.Ceil(float64(v.Max.Y/pixel)) - y0)
	if w <= 0 || h <= 0 {
		return
	}
	palette := color.Palette{color.Transparent}
	for _, c := range colors {
		palette = append(palette, color.NRGBAModel.Convert(c))
	}
	img := image.NewPaletted(image.Rect(0, 0, w, h), palette)
	draw(func(c int, ax, ay, bx, by vg.Length) {
		left, right := span(float64(ax/pixel)-x0, float64(bx/pixel)-x0, w)
		bottom, top := span(float64(ay/pixel)-y0, float64(by/pixel)-y0, h)
		for y := bottom; y < top; y++ {
			row := img.Pix[(h-1-y)*img.Stride:]
			for x := left; x < right; x++ {
				row[x] = uint8(c + 1)
			}
		}
	})
	at := vg.Point{X: vg.Length(x0) * pixel, Y: vg.Length(y0) * pixel}
	v.DrawImage(vg.Rectangle{Min: at, Max: at.Add(vg.Point{X: vg.Length(w) * pixel, Y: vg.Length(h) * pixel})}, img)
}

// span rounds an interval to pixels, at least one, inside [0, n).
func span(from, to float64, n int) (int, int) {
	a := int(math.Round(from))
	b := max(a+1, int(math.Round(to)))
	return min(max(a, 0), n), min(max(b, 0), n)
}
