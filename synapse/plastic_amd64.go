//go:build !noasm

package synapse

//go:noescape
func addRowAVX2(weight *float32, target *uint16, n int, y *float32, c, lo, hi float32)

//go:noescape
func addDenseRowAVX2(weight *float32, n int, y *float32, c, lo, hi float32)

//go:noescape
func addColumnAVX2(weight *float32, place, source *uint32, n int, x *float32, c, lo, hi float32)

//go:noescape
func addStrideAVX2(weight *float32, stride, n int, x *float32, c, lo, hi float32)

//go:noescape
func scaleAVX2(weight *float32, n int, f, lo, hi float32)

func addRow(weight []float32, target []uint16, y []float32, c float32, l Limits) {
	n := whole(len(weight), 8)
	if n > 0 {
		addRowAVX2(&weight[0], &target[0], n, &y[0], c, l.Lo, l.Hi)
	}
	addRowGo(weight[n:], target[n:], y, c, l)
}

func addDenseRow(weight, y []float32, c float32, l Limits) {
	n := whole(len(weight), 8)
	if n > 0 {
		addDenseRowAVX2(&weight[0], n, &y[0], c, l.Lo, l.Hi)
	}
	addDenseRowGo(weight[n:], y[n:], c, l)
}

func addColumn(weight []float32, place, source []uint32, x []float32, c float32, l Limits) {
	n := whole(len(place), 4)
	if n > 0 {
		addColumnAVX2(&weight[0], &place[0], &source[0], n, &x[0], c, l.Lo, l.Hi)
	}
	addColumnGo(weight, place[n:], source[n:], x, c, l)
}

func addStride(weight []float32, stride int, x []float32, c float32, l Limits) {
	n := whole(len(x), 4)
	if n > 0 {
		addStrideAVX2(&weight[0], 4*stride, n, &x[0], c, l.Lo, l.Hi)
	}
	if n < len(x) {
		addStrideGo(weight[n*stride:], stride, x[n:], c, l)
	}
}

func scale(weight []float32, f float32, l Limits) {
	n := whole(len(weight), 8)
	if n > 0 {
		scaleAVX2(&weight[0], n, f, l.Lo, l.Hi)
	}
	scaleGo(weight[n:], f, l)
}
