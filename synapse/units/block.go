package units

import "unsafe"

const (
	tileRows = 6  // rows of a tile: as many accumulators as sixteen vector registers allow
	tileCols = 16 // columns of a tile: two vectors
)

// Block is a matrix of single-precision numbers, one row per unit, one column per bin or image.
//
//	row 0      [ c0 c1 c2 ... Cols-1 | padding ]   Stride numbers, a multiple of 16
//	row 1      [ ...                           ]
//	 ...
//	padding rows, so that a tile that starts in the block ends in its memory
type Block struct {
	Rows, Cols, Stride int
	Data               []float32
}

// NewBlock returns a block of zeros.
func NewBlock(rows, cols int) *Block {
	stride := up(cols)
	return &Block{rows, cols, stride, aligned((rows + tileRows) * stride)}
}

// up rounds columns up to whole tiles.
func up(cols int) int { return (cols + tileCols - 1) / tileCols * tileCols }

// Row returns the columns of a row.
func (b *Block) Row(i int) []float32 { return b.Data[i*b.Stride : i*b.Stride+b.Cols] }

// Clear sets all numbers to zero.
func (b *Block) Clear() { clear(b.Data) }

// Fill sets every row to its own constant.
func (b *Block) Fill(rows []float32) {
	for i, v := range rows {
		row := b.Row(i)
		for k := range row {
			row[k] = v
		}
	}
}

// aligned returns n zeros that start on a cache line.
func aligned(n int) []float32 {
	const line = 16
	s := make([]float32, n+line)
	skip := 0
	if r := int(uintptr(unsafe.Pointer(&s[0])) / 4 % line); r != 0 {
		skip = line - r
	}
	return s[skip : skip+n : skip+n]
}
