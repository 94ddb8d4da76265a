package units

// Dense connects every unit below with every unit above. Weights: W[out*in + in], row by row.
type Dense struct{ Below, Above Shape }

// In implements Projection.
func (d *Dense) In() Shape { return d.Below }

// Out implements Projection.
func (d *Dense) Out() Shape { return d.Above }

// Weights implements Projection.
func (d *Dense) Weights() int { return d.Below.Units() * d.Above.Units() }

// Products implements Projection.
func (d *Dense) Products() int { return d.Weights() }

// Fan implements Projection.
func (d *Dense) Fan() (in, out int) { return d.Below.Units(), d.Above.Units() }

// Pack implements Projection: panels of six rows of W (or of Wᵀ), the six weights of a step side by side.
func (d *Dense) Pack(p *Packed, w []float32, backward bool) {
	in, out := d.Fan()
	rows, terms, rowStep, termStep := out, in, in, 1
	if backward {
		rows, terms, rowStep, termStep = in, out, 1, in
	}
	p.resize((rows + tileRows - 1) / tileRows * tileRows * terms)
	packPanels(p.panels, w, rows, terms, rowStep, termStep)
}

// packPanels copies rows x terms of w, in panels of six rows; what is missing in the last panel is zero.
func packPanels(dst, w []float32, rows, terms, rowStep, termStep int) {
	for r := 0; r < rows; r += tileRows {
		panel := dst[r*terms : (r+tileRows)*terms]
		for i := range tileRows {
			if r+i >= rows {
				for k := range terms {
					panel[k*tileRows+i] = 0
				}
				continue
			}
			at := (r + i) * rowStep
			for k := range terms {
				panel[k*tileRows+i] = w[at]
				at += termStep
			}
		}
	}
}

// Forward implements Projection.
func (d *Dense) Forward(dst, src *Block, p *Packed, active []int) {
	d.apply(dst, src, p, d.Above.Units(), d.Below.Units(), active)
}

// Backward implements Projection.
func (d *Dense) Backward(dst, src *Block, p *Packed) {
	d.apply(dst, src, p, d.Below.Units(), d.Above.Units(), nil)
}

func (d *Dense) apply(dst, src *Block, p *Packed, rows, terms int, active []int) {
	var steps []step
	if active == nil {
		steps = make([]step, terms)
		for k := range steps {
			steps[k] = step{uint32(4 * tileRows * k), uint32(4 * src.Stride * k)}
		}
	} else {
		steps = make([]step, len(active))
		for i, k := range active {
			steps[i] = step{uint32(4 * tileRows * k), uint32(4 * src.Stride * k)}
		}
	}
	for r := 0; r < rows; r += tileRows {
		panel := p.panels[r*terms:]
		products(dst.Data[r*dst.Stride:], dst.Stride, tileRows, up(dst.Cols), panel, src.Data, steps)
	}
}

// Gradient implements Projection.
func (d *Dense) Gradient(dw []float32, post *Block, pre *Transposed, part, parts int) {
	in, out := d.Fan()
	columns := pre.Columns
	steps := make([]step, columns)
	for k := range steps {
		steps[k] = step{uint32(4 * tileRows * k), uint32(4 * pre.Stride * k)}
	}
	panel := aligned(columns * tileRows)
	panels := (out + tileRows - 1) / tileRows
	for n := panels * part / parts; n < panels*(part+1)/parts; n++ {
		r := n * tileRows
		rows := min(tileRows, out-r)
		packPanels(panel, post.Data[r*post.Stride:], rows, columns, post.Stride, 1)
		products(dw[r*in:], in, rows, in, panel, pre.Data, steps)
	}
}
