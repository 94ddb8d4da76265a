package images

import "math"

// canvas fills polygons with exact area coverage: an edge adds, to each pixel that it passes and to the pixel on
// its right, how much of the pixel's row lies to the right of it; the running sum along a row is then the coverage.
// Contours may overlap; the direction they run in must agree, with holes running against it. Every product is
// rounded (no fused multiply-add), so the bytes are the same on every processor.
type canvas struct {
	acc [digitSide][digitSide + 2]float64
}

func (c *canvas) clear() { *c = canvas{} }

// edge adds the edge from (x0, y0) to (x1, y1), in pixels, y downward.
func (c *canvas) edge(x0, y0, x1, y1 float64) {
	if y0 == y1 {
		return
	}
	sign := 1.0
	if y0 > y1 {
		x0, y0, x1, y1, sign = x1, y1, x0, y0, -1
	}
	slope := (x1 - x0) / (y1 - y0)
	for row := max(0, int(math.Floor(y0))); row < digitSide && float64(row) < y1; row++ {
		top, bottom := max(y0, float64(row)), min(y1, float64(row+1))
		c.piece(row, x0+float64(slope*(top-y0)), x0+float64(slope*(bottom-y0)), float64(sign*(bottom-top)))
	}
}

// piece adds a part of an edge that lies within a row: height (signed) spread evenly over xa to xb. What lies
// beside the canvas is moved to its border.
func (c *canvas) piece(row int, xa, xb, height float64) {
	xa, xb = min(max(xa, 0), digitSide), min(max(xb, 0), digitSide)
	if xa > xb {
		xa, xb = xb, xa
	}
	acc := &c.acc[row]
	first, last := int(xa), int(xb)
	if first == last {
		right := float64(height * (float64(xa+xb)/2 - float64(first)))
		acc[first] += height - right
		acc[first+1] += right
		return
	}
	density := height / (xb - xa)
	for col := first; col <= last; col++ {
		from, to := max(xa, float64(col)), min(xb, float64(col+1))
		part := float64(density * (to - from))
		right := float64(part * ((from+to)/2 - float64(col)))
		acc[col] += part - right
		acc[col+1] += right
	}
}

// cover calls f with the coverage, 0 to 1, of each pixel in order.
func (c *canvas) cover(f func(pixel int, cover float64)) {
	for row := range digitSide {
		sum := 0.0
		for col := range digitSide {
			sum += c.acc[row][col]
			f(row*digitSide+col, min(math.Abs(sum), 1))
		}
	}
}
