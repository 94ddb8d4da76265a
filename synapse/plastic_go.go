package synapse

// The scalar kernels of plastic weights: what the vector ones must agree with, bit for bit.

func addRowGo(weight []float32, target []uint16, y []float32, c float32, l Limits) {
	target = target[:len(weight)]
	for k, t := range target {
		weight[k] = l.clip(weight[k] + float32(c*y[t]))
	}
}

func addDenseRowGo(weight, y []float32, c float32, l Limits) {
	y = y[:len(weight)]
	for k, v := range y {
		weight[k] = l.clip(weight[k] + float32(c*v))
	}
}

func addColumnGo(weight []float32, place, source []uint32, x []float32, c float32, l Limits) {
	place = place[:len(source)]
	for k, s := range source {
		w := &weight[place[k]]
		*w = l.clip(*w + float32(c*x[s]))
	}
}

func addStrideGo(weight []float32, stride int, x []float32, c float32, l Limits) {
	for s, v := range x {
		w := &weight[s*stride]
		*w = l.clip(*w + float32(c*v))
	}
}

func scaleGo(weight []float32, f float32, l Limits) {
	for k, w := range weight {
		weight[k] = l.clip(float32(w * f))
	}
}
