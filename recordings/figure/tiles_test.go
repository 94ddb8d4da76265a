package figure_test

import (
	"bytes"
	"image/color"
	"image/png"
	"testing"

	. "github.com/burstplex/burstplex/recordings/figure"
)

// TestTiles: the pixels of tiles are squares of their own colours, in reading order.
func TestTiles(t *testing.T) {
	red, grey := color.NRGBA{200, 10, 20, 255}, color.NRGBA{90, 90, 90, 255}
	tiles := Tiles{Columns: 2, Tiles: []Tile{
		{Pixels: []uint8{200, 0, 10, 0, 20, 0}, Channels: 3, Height: 1, Width: 2},
		{Pixels: []uint8{90}, Channels: 1, Height: 1, Width: 1},
		{Pixels: []uint8{1, 2}, Channels: 1, Height: 1, Width: 1}, // of another size than it says: left out
	}}
	p := Page{Width: 60, Rows: []Row{{Height: 50, Panels: []Panel{{X: Axis{Blank: true}, Y: Axis{Blank: true},
		Marks: []Mark{tiles}}}}}}
	picture, _, table := draw(t, p)
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	count := map[color.NRGBA]int{}
	left := map[color.NRGBA]int{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			if count[c]++; count[c] == 1 {
				left[c] = x
			}
		}
	}
	black := color.NRGBA{0, 0, 0, 255}
	if count[red] < 10_000 || count[red]-count[black] > 400 || count[black]-count[red] > 400 {
		t.Errorf("%d pixels are red and %d black, want equally many", count[red], count[black])
	}
	if count[grey] < 40_000 || left[grey] < left[black] || left[black] < left[red] {
		t.Errorf("%d pixels are grey, from %d; black begins at %d, red at %d", count[grey], left[grey], left[black],
			left[red])
	}
	white := color.NRGBA{255, 255, 255, 255}
	if rest := img.Bounds().Dx()*img.Bounds().Dy() - count[red] - count[grey] - count[black] - count[white]; rest > 3000 {
		t.Errorf("%d pixels of other colours", rest)
	}
	if string(table) != "tile,caption\n0,\n1,\n2,\n" {
		t.Errorf("table %q", table)
	}
}
