//go:build !amd64 || noasm

package ensemble

import "github.com/burstplex/burstplex/neuron/rng"

// There is no vector code: all units are drawn one by one.

type memory struct{}

func (s *Steps) layer(counts, drive matrix, n, bins int, start []float32, key rng.Key, entity uint64) bool {
	return false
}

func (s *Steps) layerBursts(bursts, events, probability matrix, n, bins int, key rng.Key, entity uint64) bool {
	return false
}
