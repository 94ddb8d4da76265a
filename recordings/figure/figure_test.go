package figure_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	. "github.com/burstplex/burstplex/recordings/figure"
	"pgregory.net/rapid"
)

var pictures = flag.String("pictures", "", "write the pictures of the tests into this directory, to look at them")

func draw(t testing.TB, f Figure) (pngFile, svg, table []byte) {
	t.Helper()
	var p, s, c bytes.Buffer
	if err := errors.Join(WritePNG(&p, f), WriteSVG(&s, f), WriteCSV(&c, f)); err != nil {
		t.Fatal(err)
	}
	return p.Bytes(), s.Bytes(), c.Bytes()
}

// TestEveryFigure: files of every kind are valid, have the size of a journal's column at 300 dpi, stay small, and
// are the same bytes each time.
func TestEveryFigure(t *testing.T) {
	for name, f := range demos() {
		picture, svg, table := draw(t, f)
		img, err := png.Decode(bytes.NewReader(picture))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		mm := f.Page().Width
		if mm == 0 {
			mm = DoubleColumn
		}
		if want := int(math.Round(mm / 25.4 * 300)); img.Bounds().Dx() != want || img.Bounds().Dy() < 300 {
			t.Errorf("%s: %v pixels, want %d wide", name, img.Bounds().Size(), want)
		}
		if !bytes.Contains(picture, []byte("pHYs")) {
			t.Errorf("%s: the PNG does not tell its resolution", name)
		}
		if err := wellFormed(svg); err != nil {
			t.Errorf("%s: SVG: %v", name, err)
		}
		if len(svg) > 500_000 {
			t.Errorf("%s: SVG of %d bytes", name, len(svg))
		}
		if _, err := csv.NewReader(bytes.NewReader(table)).ReadAll(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		picture2, svg2, table2 := draw(t, f)
		if !bytes.Equal(picture, picture2) || !bytes.Equal(svg, svg2) || !bytes.Equal(table, table2) {
			t.Errorf("%s: drawn twice, it differs", name)
		}
		if *pictures != "" {
			if err := Save(filepath.Join(*pictures, name), f); err != nil {
				t.Error(err)
			}
		}
	}
}

func wellFormed(svg []byte) error {
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// columns reads a table back.
func columns(t *testing.T, f Figure) map[string][]float64 {
	t.Helper()
	_, _, table := draw(t, f)
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cols := map[string][]float64{}
	for i, name := range rows[0] {
		if _, twice := cols[name]; twice {
			t.Errorf("two columns %q", name)
		}
		for _, r := range rows[1:] {
			if v, err := strconv.ParseFloat(r[i], 64); err == nil {
				cols[name] = append(cols[name], v)
			}
		}
	}
	return cols
}

func equal(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) })
}

// TestTableHasTheData: what is drawn is in the CSV, with every bit.
func TestTableHasTheData(t *testing.T) {
	m := multiplexing().(Multiplexing)
	cols := columns(t, m)
	percent := make([]float64, len(m.Time))
	for i, p := range m.UpperProbability.Mean {
		percent[i] = 100 * p
	}
	for name, want := range map[string][]float64{
		"time (s)":                                m.Time,
		"A somatic current into pyr1 (pA)":        m.SomaticCurrent,
		"A pyr1 event rate (Hz)":                  m.LowerEvents.Mean,
		"A pyr1 event rate s.d. (Hz)":             m.LowerEvents.SD,
		"B event rate: published program (Hz)":    m.UpperEvents.References[1].Values,
		"C pyr2 burst probability (%)":            percent,
		"C dendritic current into pyr2 (pA)":      m.DendriticCurrent,
		"D pyr2 burst rate (Hz)":                  m.UpperBursts.Mean,
		"D burst rate: limit of small steps (Hz)": m.UpperBursts.References[0].Values,
		"E pyr1 spike time (s)":                   m.LowerRaster.Time,
		"F pyr2 row":                              m.UpperRaster.Row,
	} {
		if !equal(cols[name], want) {
			t.Errorf("column %q: %d values, want %d that are equal", name, len(cols[name]), len(want))
		}
	}
	c := comparison().(Comparison)
	cols = columns(t, c)
	for i, q := range c.Quantities {
		if cols["measured"][i] != q.Measured || cols["published"][i] != q.Reference[1] || cols["measured s.d."][i] != q.SD {
			t.Errorf("row %d of the comparison: %v", i, cols)
		}
	}
}

// TestGapsAreWritten: NaN is a value of the table, and a line with another abscissa gets its own.
func TestGapsAreWritten(t *testing.T) {
	nan := math.NaN()
	p := Page{Rows: []Row{{Panels: []Panel{{
		X: Axis{Label: "t", Unit: "s"}, Y: Axis{Label: "v", Unit: "mV"},
		Marks: []Mark{
			Line{Name: "a", X: []float64{0, 1, 2}, Y: []float64{.1, nan, 3}},
			Line{Name: "b", X: []float64{0, 1, 2}, Y: []float64{1, 2, 3}},
			Line{Name: "c", X: []float64{5, 6}, Y: []float64{7, 8}},
		},
	}}}}}
	_, _, table := draw(t, p)
	const want = "t (s),v: a (mV),v: b (mV),t (s) of v: c (mV),v: c (mV)\n0,0.1,1,5,7\n1,NaN,2,6,8\n2,3,3,,\n"
	if string(table) != want {
		t.Errorf("table\n%s\nwant\n%s", table, want)
	}
}

// TestNothingToDraw: figures without data, or with nothing but NaN, are frames and not panics.
func TestNothingToDraw(t *testing.T) {
	nan := []float64{math.NaN(), math.NaN()}
	for i, f := range []Figure{
		Page{}, Page{Rows: []Row{{}}}, Page{Rows: []Row{{Panels: []Panel{{}}}}},
		Multiplexing{}, Traces{}, Traces{Traces: []Trace{{}}}, Spikes{}, Spikes{Blocks: []Block{{}, {}}},
		Intervals{}, Intervals{Populations: []IntervalShares{{}}}, Responses{}, Responses{Inputs: []Input{{}}},
		Coherence{}, Coherence{Inputs: []CoherenceOf{{}}}, Sensitivity{}, Comparison{},
		Comparison{Quantities: []Quantity{{}}},
		Multiplexing{Time: nan, LowerEvents: Course{Mean: nan, SD: nan}, SomaticCurrent: nan,
			LowerRaster: Raster{Time: nan, Row: nan}},
		Intervals{Populations: []IntervalShares{{Edges: []float64{1, 2, 3}, Shares: nan}}},
		Comparison{References: []string{"r"}, Quantities: []Quantity{{Measured: math.NaN(), SD: math.NaN(),
			Reference: nan}, {Measured: 1, Reference: []float64{0}}}},
		Page{Rows: []Row{{Panels: []Panel{{Marks: []Mark{Line{X: []float64{0, 1, 2}, Y: []float64{1, math.MaxFloat64, 1},
			SD: []float64{1, math.MaxFloat64, 1}}}}}}}},
		Page{Rows: []Row{{Panels: []Panel{{Marks: []Mark{Heat{Label: "h"}}},
			{Marks: []Mark{Heat{Label: "h", Values: [][]float64{nan, nil}, Print: true}}}}}}},
	} {
		picture, svg, _ := draw(t, f)
		if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
			t.Errorf("figure %d: %v", i, err)
		}
		if err := wellFormed(svg); err != nil || bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
			t.Errorf("figure %d: SVG with places that do not exist (%v)", i, err)
		}
	}
}

// TestAnyData: whatever numbers come, the drawing has only finite places.
func TestAnyData(t *testing.T) {
	strange := rapid.OneOf(rapid.Float64Range(-10, 10), rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1),
		math.Inf(-1), 1e300, -1e300, 1e-300, math.MaxFloat64, 5e-324, 1, 1 + 1e-15}))
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(strange, 0, 8)
		axis := rapid.Custom(func(t *rapid.T) Axis {
			return Axis{Label: "quantity", Unit: "mV", Log: rapid.Bool().Draw(t, "log"), Zero: rapid.Bool().Draw(t, "zero"),
				Tight: rapid.Bool().Draw(t, "tight"), Blank: rapid.Bool().Draw(t, "blank"),
				Range: [2]float64{strange.Draw(t, "from"), strange.Draw(t, "to")}}
		})
		x, y, sd := values.Draw(t, "x"), values.Draw(t, "y"), values.Draw(t, "sd")
		marks := []Mark{
			Line{Name: "line", X: x, Y: y, SD: sd, Steps: rapid.Bool().Draw(t, "steps"), Dots: rapid.Bool().Draw(t, "dots"),
				Right: rapid.Bool().Draw(t, "right")},
			Points{Name: "points", X: x, Y: y, SD: sd, XSD: sd}, Bars{Name: "bars", Edges: x, Values: y, Open: true},
			Raster{Time: x, Row: y}, Rule{Name: "rule", At: strange.Draw(t, "at"), Across: rapid.Bool().Draw(t, "across"),
				Margin: strange.Draw(t, "margin")},
			Heat{Label: "heat", Values: [][]float64{y, sd}, XEdges: x, Print: true, Diverging: rapid.Bool().Draw(t,
				"diverging"), Root: rapid.Bool().Draw(t, "root")},
			Tiles{Columns: len(x) - 2, Tiles: []Tile{{Pixels: make([]uint8, len(y)), Channels: 1, Height: 2, Width: 2,
				Caption: "a"}, {}, {Pixels: []uint8{1, 2, 3}, Channels: 3, Height: 1, Width: 1}}},
		}
		n := rapid.IntRange(0, len(marks)-1).Draw(t, "mark")
		p := Page{Width: SingleColumn,
			Rows: []Row{{Height: 20, Panels: []Panel{{X: axis.Draw(t, "X"), Y: axis.Draw(t, "Y"), Right: axis.Draw(t, "R"),
				Marks: marks[n : n+1]}}}}}
		var svg, table bytes.Buffer
		if err := errors.Join(WriteSVG(&svg, p), WriteCSV(&table, p)); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(svg.Bytes(), []byte("NaN")) || bytes.Contains(svg.Bytes(), []byte("Inf")) {
			t.Fatal("SVG with places that do not exist")
		}
	})
}

// TestManySpikes: the size of a raster does not follow the number of spikes.
func TestManySpikes(t *testing.T) {
	r := bursting(1, 2000, 10, 10, .3)
	if len(r.Time) < 200_000 {
		t.Fatalf("only %d spikes", len(r.Time))
	}
	var svg bytes.Buffer
	if err := WriteSVG(&svg, Spikes{Blocks: []Block{{Name: "many", Rows: 2000, Time: r.Time, Row: r.Row,
		Burst: r.Burst}}}); err != nil {
		t.Fatal(err)
	}
	if svg.Len() > 1_500_000 {
		t.Errorf("%d spikes are %d bytes of SVG", len(r.Time), svg.Len())
	}
}

// TestSaveFails: an error names the file, and nothing is left behind.
func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "no", "such", "figure")
	if err := Save(missing, single()); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing+".png") {
		t.Errorf("error %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "f.svg"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Save(filepath.Join(dir, "f"), single()); err == nil || !strings.Contains(err.Error(), "f.svg") {
		t.Errorf("a folder in the way: %v", err)
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 2 { // f.png and the folder f.svg
		t.Errorf("left behind: %v", left)
	}
}

func ExampleWriteCSV() {
	page := Page{Rows: []Row{{Panels: []Panel{{
		X:     Axis{Label: "time", Unit: "s"},
		Y:     Axis{Label: "event rate", Unit: "Hz"},
		Marks: []Mark{Line{Name: "pyr1", X: []float64{.5, 1.5}, Y: []float64{5.6, 5.4}, SD: []float64{.1, .2}}},
	}}}}}
	WriteCSV(os.Stdout, page)
	// Output:
	// time (s),event rate: pyr1 (Hz),event rate: pyr1 s.d. (Hz)
	// 0.5,5.6,0.1
	// 1.5,5.4,0.2
}

// A population without intervals is said to have none; nothing is drawn for it, as shares of 0 would be.
func TestIntervalsOfNone(t *testing.T) {
	nan := []float64{math.NaN(), math.NaN()}
	for want, shares := range map[string][]float64{"a (no intervals)": nan, "a": {0, 0}} {
		page := Intervals{Threshold: 16,
			Populations: []IntervalShares{{Name: "a", Edges: []float64{1, 10, 100}, Shares: shares}}}.Page()
		if got := page.Rows[0].Panels[0].Marks[0].(Bars).Label; got != want {
			t.Errorf("shares %v are called %q, want %q", shares, got, want)
		}
	}
	bars := func(values []float64) []byte {
		panel := Panel{X: Axis{Label: "x"}, Y: Axis{Label: "y", Zero: true},
			Marks: []Mark{Bars{Name: "a", Edges: []float64{1, 10, 100}, Values: values, Open: true}}}
		_, svg, _ := draw(t, Page{Rows: []Row{{Height: 40, Panels: []Panel{panel}}}})
		return svg
	}
	if paths := func(svg []byte) int { return bytes.Count(svg, []byte("<path")) }; paths(bars(nan)) >= paths(
		bars([]float64{0, 0})) {
		t.Error("bars without values are drawn")
	}
}
