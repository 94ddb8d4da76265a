package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// decimate keeps of consecutive points in one column of pixels the first, the last, the lowest and the highest, in
// their order: a line through them covers the same pixels, and its cost is that of the page and not of the data.
func decimate(run []vg.Point) []vg.Point {
	column := func(p vg.Point) float64 { return math.Floor(float64(p.X / pixel)) }
	out := make([]vg.Point, 0, min(len(run), 1<<14))
	for i := 0; i < len(run); {
		at, low, high, k := column(run[i]), i, i, i+1
		for ; k < len(run) && column(run[k]) == at; k++ {
			if run[k].Y < run[low].Y {
				low = k
			}
			if run[k].Y > run[high].Y {
				high = k
			}
		}
		before := -1
		for _, p := range [4]int{i, min(low, high), max(low, high), k - 1} {
			if p > before {
				out, before = append(out, run[p]), p
			}
		}
		i = k
	}
	return out
}

// pieceLength is the number of points that are drawn at a time. The rasterizer searches all that a path has put into a
// row of pixels for each crossing, so that the time of a path grows with the square of what it crosses.
const pieceLength = 64

// pieces cuts a line. A piece begins with the last segment of the one before, so that the corner between them is drawn;
// start is the length of the line before each piece, for dashes.
func pieces(run []vg.Point) (parts [][]vg.Point, start []vg.Length) {
	from, length := 0, vg.Length(0)
	for {
		to := min(len(run), from+pieceLength)
		parts, start = append(parts, run[from:to]), append(start, length)
		if to == len(run) {
			return parts, start
		}
		for i := from; i < to-2; i++ {
			length += vg.Length(math.Hypot(float64(run[i+1].X-run[i].X), float64(run[i+1].Y-run[i].Y)))
		}
		from = to - 2
	}
}

// areas cuts the area between two edges, whose X ascends, at borders of pixels, where no seam shows, into polygons.
func areas(upper, lower []vg.Point) (polygons [][]vg.Point) {
	ascends := func(run []vg.Point) bool {
		for i := 1; i < len(run); i++ {
			if run[i].X < run[i-1].X {
				return false
			}
		}
		return true
	}
	if len(upper) > pieceLength && ascends(upper) && ascends(lower) {
		for len(upper) > pieceLength {
			at := vg.Length(math.Ceil(float64(upper[pieceLength].X/pixel))) * pixel
			if at >= upper[len(upper)-1].X || at >= lower[len(lower)-1].X {
				break
			}
			var a, b []vg.Point
			a, upper = cutAt(upper, at)
			b, lower = cutAt(lower, at)
			polygons = append(polygons, around(a, b))
		}
	}
	return append(polygons, around(upper, lower))
}

// cutAt cuts a line, whose X ascends, at a place before its end; both parts have a point there.
func cutAt(run []vg.Point, x vg.Length) (before, after []vg.Point) {
	i := 0
	for run[i].X <= x {
		i++
	}
	p := run[max(0, i-1)]
	if i > 0 {
		share := (x - p.X) / (run[i].X - p.X)
		p = vg.Point{X: x, Y: p.Y + share*(run[i].Y-p.Y)}
	}
	before = append(append(before, run[:i]...), p)
	after = append(append(after, p), run[i:]...)
	return before, after
}

// around is the polygon between two edges.
func around(upper, lower []vg.Point) []vg.Point {
	polygon := append([]vg.Point(nil), upper...)
	for k := len(lower) - 1; k >= 0; k-- {
		polygon = append(polygon, lower[k])
	}
	return polygon
}
