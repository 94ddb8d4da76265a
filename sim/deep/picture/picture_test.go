package picture

import (
	"bytes"
	"encoding/csv"
	"flag"
	"image/png"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/images"
)

var save = flag.String("save", "", "directory to save the pictures to, to look at them")

func digits() []string { return strings.Split("0123456789", "") }

// falling returns a curve that falls from one value to another with some noise.
func falling(name string, n int, from, to, noise float64, rnd *rand.Rand) Curve {
	c := Curve{Name: name}
	for i := range n {
		c.X = append(c.X, float64(i))
		c.Y = append(c.Y, to+(from-to)*math.Exp(-float64(i)/5)+noise*rnd.NormFloat64())
		c.SD = append(c.SD, 2*noise)
	}
	return c
}

func layers(n int, from, to, noise float64, rnd *rand.Rand) (curves []Curve) {
	for l := range 3 {
		curves = append(curves, falling("layer "+strconv.Itoa(l+1), n, from+10*float64(l), to*float64(l+1), noise, rnd))
	}
	return curves
}

// spiking returns a layer of neurons at a rate for each unit, a third of their events bursts.
func spiking(name string, units, each int, rate func(unit int) float64, rnd *rand.Rand) Raster {
	r := Raster{Name: name, Rows: units * each}
	for row := range r.Rows {
		for t := rnd.ExpFloat64() * 1000 / rate(row/each); t < 200; t += 10 + rnd.ExpFloat64()*1000/rate(row/each) {
			r.Time, r.Row, r.Burst = append(r.Time, t), append(r.Row, row), append(r.Burst, false)
			for k := 0; rnd.Float64() < 0.4 && k < 3; k++ {
				r.Time, r.Row, r.Burst = append(r.Time, t+4*float64(k+1)), append(r.Row, row), append(r.Burst, true)
			}
		}
	}
	return r
}

func examples() map[string]figure.Figure {
	rnd := rand.New(rand.NewPCG(1, 2))
	counts := func(n, share int) [][]int {
		m := make([][]int, n)
		for r := range m {
			m[r] = make([]int, n)
			for c := range m[r] {
				m[r][c] = rnd.IntN(1 + share)
			}
			m[r][r] = 900 + rnd.IntN(100)
		}
		return m
	}
	set, _ := images.Digits(40, 0, 1)
	var sheet Sheet
	for i := range set.Len() {
		im := Image{Pixels: set.Image(i), Channels: 1, Height: 28, Width: 28, Class: set.Classes[set.Labels[i]]}
		if im.Answer = im.Class; i%7 == 3 {
			im.Answer = "8"
		}
		sheet.Images = append(sheet.Images, im)
	}
	sheet.Title = "generated digits"
	colour := Sheet{}
	for i := range 12 {
		im := Image{Channels: 3, Height: 32, Width: 32, Class: "automobile", Answer: []string{"automobile", "truck"}[i%2]}
		for p := range 3072 {
			im.Pixels = append(im.Pixels, uint8(p/12+i*p%97))
		}
		colour.Images = append(colour.Images, im)
	}
	condition := func(name string, to float64) Condition {
		return Condition{name, falling("", 40, 90, to*.7, .1, rnd), falling("", 40, 90, to*1.1, .3, rnd),
			falling("", 40, 90, to, .2, rnd)}
	}
	output := spiking("output", 10, 20, func(u int) float64 {
		if u == 7 {
			return 60
		}
		return 6
	}, rnd)
	output.Units = digits()
	var stats Statistics
	for i := range 3 {
		rate, burst, apical := falling("", 30, 40, 8+4*float64(i), .5, rnd), falling("", 30, .6, .3+.05*float64(i), .01,
			rnd), falling("", 30, 2, .2, .02, rnd)
		stats.Layers = append(stats.Layers, Layer{"layer " + strconv.Itoa(i+1), rate.X, rate.Y, rate.SD, burst.Y, burst.SD,
			apical.Y})
	}
	stats.X = "epoch"
	var time, accuracy, spikes []float64
	for i := range 9 {
		time = append(time, 5*math.Pow(2, float64(i)/1.5))
		accuracy, spikes = append(accuracy, 98-88*math.Exp(-time[i]/25)), append(spikes, 40*time[i])
	}
	return map[string]figure.Figure{
		"confusion-mnist": Confusion{Title: "test set", Classes: digits(), Counts: counts(10, 9)},
		"confusion-cifar": Confusion{Classes: strings.Fields("airplane automobile bird cat deer dog frog horse ship truck"),
			Counts: counts(10, 90)},
		"learning": Learning{X: "epoch", Conditions: []Condition{condition("", 2.5)}, Log: true, Target: 3,
			Note: "3 seeds"},
		"learning-conditions": Learning{X: "epoch", Conditions: []Condition{condition("BurstCCN", 2.5),
			condition("hidden frozen", 9),
			condition("feedback shuffled", 12), condition("rate model", 1.9)}, Note: "3 seeds"},
		"angles":     Angles{X: "epoch", Backprop: layers(30, 60, 15, 1, rnd), Alignment: layers(30, 50, 8, 1, rnd)},
		"statistics": stats,
		"presentation": Accuracy("presentation time", "ms", true, 10, Curve{Name: "N = 10", X: time, Y: accuracy},
			Curve{Name: "N = 40", X: time, Y: accuracy[2:]}),
		"depth": Sweep{X: "hidden layers", Quantities: []Quantity{{Label: "test error", Unit: "%",
			Curves: []Curve{{X: []float64{1, 2, 3, 5}, Y: []float64{2.4, 2.2, 2.5, 3}, SD: []float64{.1, .1, .2, .2}}}},
			{Label: "angle to backpropagation", Unit: "degrees", Range: [2]float64{0, 95}, Curves: layers(5, 30, 10, 1, rnd)},
			{Label: "spikes per inference", Log: true,
				Curves: []Curve{{X: []float64{1, 2, 3, 5}, Y: []float64{900, 2000, 4100, 9000}}}}}, Note: "3 seeds"},
		"spikes": Spikes{Image: sheet.Images[6], Duration: 200, Teacher: [2]float64{80, 200}, Note: "one presentation",
			Layers: []Raster{
				spiking("input", 784, 1, func(u int) float64 { return 1 + float64(set.Image(6)[u])/6 }, rnd),
				spiking("hidden 1", 50, 10, func(u int) float64 { return 2 + float64(u%17) }, rnd), output}},
		"sheet":        sheet,
		"sheet-colour": colour,
	}
}

// Every picture is drawn, and has the data in its table.
func TestPictures(t *testing.T) {
	wants := map[string]string{ // a column of the table
		"confusion-mnist": "images", "learning": "error: test (%)",
		"learning-conditions": "error: hidden frozen validation (%)",
		"angles":              "B angle to feedback alignment: layer 3 (degrees)",
		"statistics":          "B burst probability: layer 2",
		"presentation":        "accuracy: N = 10 (%)",
		"depth":               "A test error (%)", "spikes": "D output row", "sheet": "caption",
	}
	for name, f := range examples() {
		t.Run(name, func(t *testing.T) {
			var img, svg, table bytes.Buffer
			if err := figure.WritePNG(&img, f); err != nil {
				t.Fatal(err)
			}
			if decoded, err := png.Decode(&img); err != nil || decoded.Bounds().Dx() < 800 || decoded.Bounds().Dx() > 2400 {
				t.Errorf("PNG: %v", err)
			}
			if err := figure.WriteSVG(&svg, f); err != nil {
				t.Fatal(err)
			}
			if err := figure.WriteCSV(&table, f); err != nil {
				t.Fatal(err)
			}
			head, err := csv.NewReader(&table).Read()
			if err != nil {
				t.Fatal(err)
			}
			if want := wants[name]; want != "" && !strings.Contains(strings.Join(head, "\n")+"\n", want+"\n") {
				t.Errorf("columns %q, want %q", head, want)
			}
			if *save != "" {
				if err := figure.Save(filepath.Join(*save, name), f); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A picture of nothing is an empty frame.
func TestNothing(t *testing.T) {
	for _, f := range []figure.Figure{Confusion{}, Learning{}, Angles{}, Statistics{}, Sweep{}, Sheet{}, Spikes{},
		Spikes{Layers: []Raster{{}}},
		Accuracy("x", "", false, 10), Learning{Conditions: make([]Condition, 2)}} {
		var img bytes.Buffer
		if err := figure.WritePNG(&img, f); err != nil {
			t.Errorf("%T: %v", f, err)
		}
	}
}

// The share beside the rows and above the matrix is that of the diagonal.
func TestConfusionShares(t *testing.T) {
	p := Confusion{Classes: []string{"a", "b"}, Counts: [][]int{{3, 1}, {0, 4}}}.Page().Rows[0].Panels[0]
	if p.Note != "8 images, 87.5 % correct" || strings.Join(p.Side[0].Cells, " ") != "100.0 % 75.0 %" {
		t.Errorf("%q, %q", p.Note, p.Side[0].Cells)
	}
	if percent(9999, 10000) != "99.9 %" {
		t.Error("an error is rounded away")
	}
}
