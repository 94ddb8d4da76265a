package figure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/burstplex/burstplex/internal/replace"
)

// Figure is anything that can be laid out as a page.
type Figure interface{ Page() Page }

// Save draws a figure into base.png and base.svg and writes its numbers to base.csv. Each file appears whole or
// not at all. The error names the file that could not be written.
func Save(base string, f Figure) error {
	if err := SaveImages(base, f); err != nil {
		return err
	}
	return save(base+".csv", func(w io.Writer) error { return WriteCSV(w, f) })
}

// SaveWith is Save, and writes the caption to base.txt: what is shown, of how many neurons and seeds, what a burst is.
func SaveWith(base string, f Figure, caption string) error {
	if err := Save(base, f); err != nil {
		return err
	}
	return save(base+".txt", func(w io.Writer) error {
		_, err := io.WriteString(w, caption+"\n")
		return err
	})
}

// SaveImages is Save without the numbers.
func SaveImages(base string, f Figure) error {
	for _, out := range []struct {
		suffix string
		write  func(io.Writer, Figure) error
	}{{".png", WritePNG}, {".svg", WriteSVG}} {
		if err := save(base+out.suffix, func(w io.Writer) error { return out.write(w, f) }); err != nil {
			return err
		}
	}
	return nil
}

// save writes a file beside its place and then moves it there.
func save(path string, write func(io.Writer) error) error {
	if err := replace.File(path, func(f *os.File) error { return write(f) }); err != nil {
		return fmt.Errorf("figure %s: %w", path, err)
	}
	return nil
}

// WritePNG draws a figure at 300 dpi; the file says so, and programs print it in its true size.
func WritePNG(w io.Writer, f Figure) error {
	l := f.Page().layout()
	c := vgimg.NewWith(vgimg.UseWH(l.width, l.height), vgimg.UseDPI(dpi))
	l.draw(draw.New(c))
	var png bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&png); err != nil {
		return err
	}
	_, err := w.Write(withResolution(png.Bytes()))
	return err
}

// withResolution adds the chunk pHYs, pixels per metre, behind the header of a PNG file, whose length is fixed:
// 8 bytes of signature and 25 of IHDR.
func withResolution(png []byte) []byte {
	const header, perMetre = 8 + 25, dpi * 10000 / 254
	chunk := []byte("pHYs")
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	out := append([]byte(nil), png[:header]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)-4))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, png[header:]...)
}

// WriteSVG draws a figure as vectors, text as outlines; rasters and heat maps are images inside.
func WriteSVG(w io.Writer, f Figure) error {
	l := f.Page().layout()
	c := vgsvg.New(l.width, l.height)
	d := draw.New(c)
	d.SetColor(White) // paper, or dark viewers show black text on black
	d.Fill(rectangle(vg.Rectangle{Max: vg.Point{X: l.width, Y: l.height}}))
	l.draw(d)
	var svg bytes.Buffer
	if _, err := c.WriteTo(&svg); err != nil {
		return err
	}
	// what the canvas embeds is PNG
	out := bytes.ReplaceAll(svg.Bytes(), []byte("data:image/jpg;"), []byte("data:image/png;"))
	_, err := w.Write(out)
	return err
}

func rectangle(r vg.Rectangle) vg.Path {
	var p vg.Path
	p.Move(r.Min)
	p.Line(vg.Point{X: r.Max.X, Y: r.Min.Y})
	p.Line(r.Max)
	p.Line(vg.Point{X: r.Min.X, Y: r.Max.Y})
	p.Close()
	return p
}
