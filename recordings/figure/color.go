package figure

import (
	"image/color"

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
)

// Color is an opaque colour, 0xFFRRGGBB. Zero is Auto.
type Color uint32

// The palette of Okabe & Ito (2008), and greys for what should stay in the background.
const (
	Auto       Color = 0 // the next colour of the palette that the panel has not used
	Black      Color = 0xFF000000
	Blue       Color = 0xFF0072B2
	Vermillion Color = 0xFFD55E00
	Green      Color = 0xFF009E73
	Orange     Color = 0xFFE69F00
	SkyBlue    Color = 0xFF56B4E9
	Purple     Color = 0xFFCC79A7
	Yellow     Color = 0xFFF0E442
	Gray       Color = 0xFF7F7F7F
	LightGray  Color = 0xFFD0D0D0
	White      Color = 0xFFFFFFFF

	ink Color = 0xFF262626 // axes and text
)

// Cycle gives the automatic colours their order: neighbours differ most for every kind of colour vision. Yellow
// is left out, because thin lines of it vanish on white paper.
func Cycle(i int) Color {
	return [...]Color{Blue, Vermillion, Green, Orange, Purple, SkyBlue, Black, Gray}[i%8]
}

// RGBA implements color.Color.
func (c Color) RGBA() (r, g, b, a uint32) {
	return color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 0xFF}.RGBA()
}

// fade returns the colour with an opacity of 0 to 1.
func (c Color) fade(opacity float64) color.Color {
	return color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), uint8(opacity*255 + .5)}
}

// colors returns the colours of a heat map, of even perceptual steps: white to dark blue, or, for values with a
// sign, blue over light grey to red (Moreland 2009).
func colors(diverging bool) palette.ColorMap {
	if diverging {
		return moreland.SmoothBlueRed()
	}
	m, err := moreland.NewLuminance([]color.Color{Color(0xFF08306B), Color(0xFF2171B5), Color(0xFF6BAED6),
		Color(0xFFC6DBEF), White})
	if err != nil {
		panic("figure: colours do not ascend in luminance")
	}
	return m
}
