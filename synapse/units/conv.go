package units

import "fmt"

// Conv is a convolution without padding: unit (y, x, c) above receives from the Kernel x Kernel positions below
// that start at (y Stride, x Stride), with weights that are the same at every position (Greedy et al. 2022,
// CIFAR-10 network). Weights: W[c][ky][kx][channel below].
type Conv struct {
	Below          Shape
	Channels       int // above
	Kernel, Stride int
}

// Validate reports a convolution that does not fit.
func (c *Conv) Validate() error {
	if c.Channels < 1 || c.Kernel < 1 || c.Stride < 1 {
		return fmt.Errorf("a convolution needs channels, kernel and stride of at least 1, not %d, %d, %d", c.Channels,
			c.Kernel, c.Stride)
	}
	if c.Kernel > c.Below.Height || c.Kernel > c.Below.Width {
		return fmt.Errorf("a kernel of %dx%d does not fit onto %v", c.Kernel, c.Kernel, c.Below)
	}
	return nil
}

// In implements Projection.
func (c *Conv) In() Shape { return c.Below }

// Out implements Projection.
func (c *Conv) Out() Shape {
	return Shape{(c.Below.Height-c.Kernel)/c.Stride + 1, (c.Below.Width-c.Kernel)/c.Stride + 1, c.Channels}
}

// Fan implements Projection.
func (c *Conv) Fan() (in, out int) {
	n := c.Kernel * c.Kernel
	return n * c.Below.Channels, n * c.Channels
}

// Weights implements Projection.
func (c *Conv) Weights() int { in, _ := c.Fan(); return in * c.Channels }

// Products implements Projection.
func (c *Conv) Products() int { o := c.Out(); return c.Weights() * o.Height * o.Width }

// Pack implements Projection. Forward: panels of six channels above, terms (ky, kx, channel below). Backward: for every
// (ky, kx), panels of six channels below, terms the channels above.
func (c *Conv) Pack(p *Packed, w []float32, backward bool) {
	in, _ := c.Fan()
	if !backward {
		p.resize(panelled(c.Channels) * in)
		packPanels(p.panels, w, c.Channels, in, in, 1)
		return
	}
	below := c.Below.Channels
	size := panelled(below) * c.Channels
	p.resize(c.Kernel * c.Kernel * size)
	for k := range c.Kernel * c.Kernel {
		packPanels(p.panels[k*size:(k+1)*size], w[k*below:], below, c.Channels, 1, in)
	}
}

func panelled(rows int) int { return (rows + tileRows - 1) / tileRows * tileRows }

// Forward implements Projection; active is not used.
func (c *Conv) Forward(dst, src *Block, p *Packed, _ []int) {
	in, _ := c.Fan()
	out, below := c.Out(), c.Below.Channels
	steps := make([]step, in)
	run := c.Kernel * below // units below that follow each other
	for k := range steps {
		row := k/run*c.Below.Width*below + k%run
		steps[k] = step{uint32(4 * tileRows * k), uint32(4 * src.Stride * row)}
	}
	for pos := range out.Height * out.Width {
		y, x := pos/out.Width*c.Stride, pos%out.Width*c.Stride
		from := src.Data[(y*c.Below.Width+x)*below*src.Stride:]
		for r := 0; r < c.Channels; r += tileRows {
			panel := p.panels[r*in:]
			to := dst.Data[(pos*c.Channels+r)*dst.Stride:]
			products(to, dst.Stride, c.Channels-r, up(dst.Cols), panel, from, steps)
		}
	}
}

// Backward implements Projection.
func (c *Conv) Backward(dst, src *Block, p *Packed) {
	out, below := c.Out(), c.Below.Channels
	steps := make([]step, c.Channels)
	for k := range steps {
		steps[k] = step{uint32(4 * tileRows * k), uint32(4 * src.Stride * k)}
	}
	size := panelled(below) * c.Channels
	for y := range c.Below.Height {
		for x := range c.Below.Width {
			to := dst.Data[(y*c.Below.Width+x)*below*dst.Stride:]
			for ky := y % c.Stride; ky < c.Kernel && ky <= y; ky += c.Stride {
				oy := (y - ky) / c.Stride
				if oy >= out.Height {
					continue
				}
				for kx := x % c.Stride; kx < c.Kernel && kx <= x; kx += c.Stride {
					ox := (x - kx) / c.Stride
					if ox >= out.Width {
						continue
					}
					from := src.Data[(oy*out.Width+ox)*c.Channels*src.Stride:]
					for r := 0; r < below; r += tileRows {
						panel := p.panels[(ky*c.Kernel+kx)*size+r*c.Channels:]
						products(to[r*dst.Stride:], dst.Stride, below-r, up(dst.Cols), panel, from, steps)
					}
				}
			}
		}
	}
}

// Gradient implements Projection.
func (c *Conv) Gradient(dw []float32, post *Block, pre *Transposed, part, parts int) {
	in, _ := c.Fan()
	out, below := c.Out(), c.Below.Channels
	positions, columns := out.Height*out.Width, pre.Columns
	steps := make([]step, columns)
	for k := range steps {
		steps[k] = step{uint32(4 * tileRows * k), uint32(4 * pre.Stride * k)}
	}
	panel := aligned(columns * tileRows)
	run := c.Kernel * below
	panels := (c.Channels + tileRows - 1) / tileRows
	// A part is a range of (panel, position) of which each part takes whole panels: a weight has one writer.
	for n := panels * part / parts; n < panels*(part+1)/parts; n++ {
		r := n * tileRows
		rows := min(tileRows, c.Channels-r)
		for pos := range positions {
			packPanels(panel, post.Data[(pos*c.Channels+r)*post.Stride:], rows, columns, post.Stride, 1)
			y, x := pos/out.Width*c.Stride, pos%out.Width*c.Stride
			for ky := range c.Kernel {
				from := pre.Data[((y+ky)*c.Below.Width+x)*below:]
				products(dw[r*in+ky*run:], in, rows, run, panel, from, steps)
			}
		}
	}
}
