package neuron

// Normals turns an even number of random words, two at a time, into as many standard normal numbers: many at a time
// where the processor can, and with the same bits everywhere.
func Normals(z []float32, words []uint32) {
	for len(words) >= fillBlock {
		normals((*[fillBlock]float32)(z), (*[fillBlock]uint32)(words), fillBlock/4)
		z, words = z[fillBlock:], words[fillBlock:]
	}
	if len(words) > 0 {
		var w [fillBlock]uint32
		var some [fillBlock]float32
		n := copy(w[:], words)
		normals(&some, &w, (n+3)/4)
		copy(z[:n], some[:])
	}
}
