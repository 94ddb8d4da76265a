//go:build !amd64 || noasm

package synapse

func addRow(weight []float32, target []uint16, y []float32, c float32, l Limits) {
	addRowGo(weight, target, y, c, l)
}

func addDenseRow(weight, y []float32, c float32, l Limits) { addDenseRowGo(weight, y, c, l) }

func addColumn(weight []float32, place, source []uint32, x []float32, c float32, l Limits) {
	addColumnGo(weight, place, source, x, c, l)
}

func addStride(weight []float32, stride int, x []float32, c float32, l Limits) {
	addStrideGo(weight, stride, x, c, l)
}

func scale(weight []float32, f float32, l Limits) { scaleGo(weight, f, l) }
