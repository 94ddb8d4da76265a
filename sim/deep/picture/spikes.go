package picture

import (
	"fmt"

	"github.com/burstplex/burstplex/recordings/figure"
)

// Spikes is the raster of one image's presentation: the image, and below it a panel for each layer, the first on
// top. Events and the later spikes of bursts differ in colour.
type Spikes struct {
	Image    Image
	Layers   []Raster
	Duration float64    // of the presentation, ms
	Teacher  [2]float64 // from when to when the teacher is on, ms; nothing is marked unless from < to
	Note     string     // above the first layer
}

// Raster is the spikes of a layer. Rows belong to units in order, and equally many to each unit.
type Raster struct {
	Name  string
	Time  []float64 // ms
	Row   []int     // neuron, from 0
	Burst []bool    // the second or a later spike of a burst; nil: none
	Rows  int       // number of neurons
	Units []string  // names of the units, where there are few: the classes of the output layer; nil: neurons are numbered
}

// Page gives layers with more neurons more room.
func (s Spikes) Page() figure.Page {
	page := figure.Page{Width: 150, ShareX: true}
	if len(s.Image.Pixels) > 0 {
		tiles := figure.Tiles{Tiles: []figure.Tile{s.Image.tile()}}
		p := figure.Panel{X: figure.Axis{Range: [2]float64{0, 1}, Blank: true}, Y: figure.Axis{Blank: true}, Square: true,
			Marks: []figure.Mark{tiles}}
		page.Rows = append(page.Rows, figure.Row{Height: 22, Panels: []figure.Panel{p}})
	}
	for i, r := range s.Layers {
		p := r.panel()
		p.X = figure.Axis{Label: "time", Unit: "ms", Range: [2]float64{0, s.Duration}}
		if s.Teacher[0] < s.Teacher[1] {
			p.Marks = append(p.Marks, s.teacher(i == 0)...)
		}
		if i == 0 {
			p.Note = s.Note
		} else {
			raster := p.Marks[0].(figure.Raster)
			raster.Quiet = true
			p.Marks[0] = raster
		}
		page.Rows = append(page.Rows, figure.Row{Height: min(45, max(16, float64(r.Rows)/8)), Panels: []figure.Panel{p}})
	}
	return page
}

// teacher marks when the teacher goes on and, if that is before the end, off.
func (s Spikes) teacher(named bool) []figure.Mark {
	rule := figure.Rule{At: s.Teacher[0], Dash: figure.Dashed, Color: figure.Gray}
	if named {
		rule.Name = "teacher on"
	}
	marks := []figure.Mark{rule}
	if s.Teacher[1] < s.Duration {
		rule.Name, rule.At = "", s.Teacher[1]
		marks = append(marks, rule)
	}
	return marks
}

func (r Raster) panel() figure.Panel {
	raster := figure.Raster{Name: r.Name, Time: r.Time, Burst: r.Burst, Rows: float64(r.Rows)}
	for _, row := range r.Row {
		raster.Row = append(raster.Row, float64(row))
	}
	y := figure.Axis{Label: r.Name, Range: [2]float64{0, max(1, float64(r.Rows))}}
	p := figure.Panel{}
	if n := len(r.Units); n > 0 {
		each := float64(r.Rows) / float64(n)
		events := make([]int, n)
		for i, row := range r.Row {
			if unit := int(float64(row) / each); unit >= 0 && unit < n && (i >= len(r.Burst) || !r.Burst[i]) {
				events[unit]++
			}
		}
		side := figure.Side{Header: "events"}
		for i, name := range r.Units {
			y.Names, y.Places = append(y.Names, name), append(y.Places, (float64(i)+.5)*each)
			side.Cells = append(side.Cells, fmt.Sprint(events[i]))
		}
		p.Side = []figure.Side{side}
	}
	p.Y, p.Marks = y, []figure.Mark{raster}
	return p
}
