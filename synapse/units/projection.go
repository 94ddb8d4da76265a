package units

import "fmt"

// Shape is an arrangement of units: a map of Height x Width positions with Channels units at each. Unit (y, x, c)
// has number (y Width + x) Channels + c. A dense layer is 1 x 1 x n.
type Shape struct{ Height, Width, Channels int }

// Units returns the number of units.
func (s Shape) Units() int { return s.Height * s.Width * s.Channels }

func (s Shape) String() string {
	if s.Height == 1 && s.Width == 1 {
		return fmt.Sprint(s.Channels)
	}
	return fmt.Sprintf("%dx%dx%d", s.Height, s.Width, s.Channels)
}

// Projection is a linear map from a layer of units to the next one. Weights are a plain slice, row by row; see
// Dense and Conv for their order. A Packed form of the weights is made after every change and serves Forward and
// Backward.
type Projection interface {
	In() Shape
	Out() Shape
	// Weights returns the number of weights; Fan the synapses onto and from a unit, for initial weights.
	Weights() int
	Fan() (in, out int)
	// Products returns the multiplications of one pass for one column: synapses, counted once per position.
	Products() int
	// Pack prepares weights for Forward (backward false) or Backward.
	Pack(p *Packed, w []float32, backward bool)
	// Forward adds W src to dst; active lists the rows of src that are not zero, nil: all.
	Forward(dst, src *Block, p *Packed, active []int)
	// Backward adds Wᵀ src to dst.
	Backward(dst, src *Block, p *Packed)
	// Gradient adds, to the rows of dw that belong to part (of parts), the sum over columns of post times pre:
	// post is units x columns, pre is transposed, columns x units.
	Gradient(dw []float32, post *Block, pre *Transposed, part, parts int)
}

// Packed is a set of weights in the order in which tiles read them.
type Packed struct{ panels []float32 }

func (p *Packed) resize(n int) {
	if cap(p.panels) < n {
		p.panels = aligned(n)
	}
	p.panels = p.panels[:n]
}

// Transposed holds columns as rows: Data[c*Stride+i] is unit i in column c.
type Transposed struct {
	Columns, Units, Stride int
	Data                   []float32
}

// NewTransposed returns memory for columns x units.
func NewTransposed(columns, units int) *Transposed {
	// not a power of two, or every row has the same place in the cache
	stride := (units+tileCols-1)/tileCols*tileCols + tileCols
	return &Transposed{columns, units, stride, aligned(columns*stride + tileCols)}
}

// Set copies columns [from, from+n) of b to columns at and following, less an offset per unit (nil: none).
func (t *Transposed) Set(at int, b *Block, from, n int, offset []float32) {
	for i := range b.Rows {
		row := b.Data[i*b.Stride+from : i*b.Stride+from+n]
		o := float32(0)
		if offset != nil {
			o = offset[i]
		}
		k := at*t.Stride + i
		for _, v := range row {
			t.Data[k] = v - o
			k += t.Stride
		}
	}
}

// step is one term of a tile: where its six weights and its sixteen numbers are, in bytes.
type step struct{ a, b uint32 }

// products adds the sum over steps of weights times numbers to rows (at most 6) x cols of c, tile by tile.
func products(c []float32, stride, rows, cols int, a, b []float32, steps []step) {
	if len(steps) == 0 {
		return
	}
	k := 0
	if rows >= tileRows {
		for ; k+2*tileCols <= cols && double(&c[k], stride, &a[0], &b[k], steps); k += 2 * tileCols {
		}
	}
	for ; k < cols; k += tileCols {
		product(c[k:], stride, rows, cols-k, a, b[k:], steps)
	}
}

// product adds the sum over steps of weights times numbers to rows (at most 6) x cols (at most 16) of c.
func product(c []float32, stride, rows, cols int, a, b []float32, steps []step) {
	if rows >= tileRows && cols >= tileCols {
		tile(&c[0], stride, &a[0], &b[0], steps)
		return
	}
	var part [tileRows * tileCols]float32
	for i := range min(rows, tileRows) {
		copy(part[i*tileCols:], c[i*stride:i*stride+min(cols, tileCols)])
	}
	tile(&part[0], tileCols, &a[0], &b[0], steps)
	for i := range min(rows, tileRows) {
		copy(c[i*stride:i*stride+min(cols, tileCols)], part[i*tileCols:])
	}
}

// Part returns the rows of w that Projection.Gradient writes for one of parts, of a projection with this many rows
// of weights.
func Part(rows, part, parts int) (lo, hi int) {
	panels := (rows + tileRows - 1) / tileRows
	return min(rows, panels*part/parts*tileRows), min(rows, panels*(part+1)/parts*tileRows)
}
