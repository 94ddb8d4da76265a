package picture

import (
	"fmt"

	"github.com/burstplex/burstplex/recordings/figure"
)

// Image is an image that the network was shown, as raw bytes.
type Image struct {
	Pixels                  []uint8 // channel x row x column, 0 to 255
	Channels, Height, Width int     // 1 or 3 channels
	Class, Answer           string  // the true class and the network's answer; an empty answer shows the class alone
}

// tile returns the picture: the caption is green where the answer is correct, and otherwise "answer (class)" in
// vermillion.
func (im Image) tile() figure.Tile {
	t := figure.Tile{Pixels: im.Pixels, Channels: im.Channels, Height: im.Height, Width: im.Width, Caption: im.Class}
	switch im.Answer {
	case "":
	case im.Class:
		t.Color = figure.Green
	default:
		t.Color, t.Caption = figure.Vermillion, fmt.Sprintf("%s (%s)", im.Answer, im.Class)
	}
	return t
}

// Sheet shows example images with the network's answers.
type Sheet struct {
	Title   string
	Images  []Image
	Columns int // default 10, or 5 if the names of classes are long
}

// Page draws images of equal size.
func (s Sheet) Page() figure.Page {
	names := 0
	tiles := figure.Tiles{Columns: s.Columns}
	for _, im := range s.Images {
		tiles.Tiles = append(tiles.Tiles, im.tile())
		names = max(names, longest([]string{im.Class, im.Answer}))
	}
	if tiles.Columns <= 0 {
		tiles.Columns = 10
		if names > 3 {
			tiles.Columns = 5
		}
	}
	columns, rows := tiles.Size()
	const width, caption = figure.DoubleColumn, 4.5 // mm
	side := min(24, (width-8)/float64(columns))
	p := figure.Panel{Title: s.Title, Note: s.note(), X: figure.Axis{Blank: true}, Y: figure.Axis{Blank: true},
		Marks: []figure.Mark{tiles}}
	return figure.Page{
		Width: side*float64(columns) + 8,
		Rows:  []figure.Row{{Height: max(1, float64(rows)) * (side + caption), Panels: []figure.Panel{p}}},
	}
}

func (s Sheet) note() string {
	for _, im := range s.Images {
		if im.Answer != "" && im.Answer != im.Class {
			return "wrong: answer (class)"
		}
	}
	return ""
}
