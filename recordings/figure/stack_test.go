package figure

import (
	"math"
	"testing"
)

// The axis reaches the top of the highest stack, what is missing adds nothing, and the table has the layers, not
// their sums.
func TestStack(t *testing.T) {
	s := Stack{X: []float64{1, 2, 3}, Width: .5, Layers: []Layer{{Name: "a", Values: []float64{1, 2, math.NaN()}},
		{Name: "b", Values: []float64{3, 5, 1}}}}
	x, y := newExtent(), newExtent()
	s.measure(&x, &y)
	if x.min != .75 || x.max != 3.25 || y.min != 0 || y.max != 7 {
		t.Errorf("axes from %g to %g and %g to %g", x.min, x.max, y.min, y.max)
	}
	columns := s.table(Axis{Label: "x"}, Axis{Label: "y"})
	if len(columns) != 3 || columns[2].values[1] != 5 {
		t.Errorf("table %+v", columns)
	}
	if l := s.legend(); len(l) != 2 || l[0].color == l[1].color {
		t.Errorf("legend %+v", l)
	}
}
