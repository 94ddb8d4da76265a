//go:build !amd64 || noasm

package ensemble

func (f Filter) layer(x, counts matrix, n, bins int, start []float32) bool { return false }

func bursting(drive, own []float32, gain, top float32) int { return 0 }

func less(dst, a, b []float32, factor float32) int { return 0 }

func decay(x, age []float32, n int, rate float32) bool { return false }

func (s *source) vector(first uint64) bool { return false }

func (s *source) vectorExponentials(x *[lot]float32) bool { return false }
