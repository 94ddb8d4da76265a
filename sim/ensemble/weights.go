package ensemble

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Weights is what a network has learned.
type Weights struct{ W, Bias, Y, Q [][]float32 }

// Weights returns the weights of the network, not copied.
func (n *Network) Weights() (w Weights) {
	for _, l := range n.Layers {
		w.W, w.Bias, w.Y, w.Q = append(w.W, l.W), append(w.Bias, l.Bias), append(w.Y, l.Y), append(w.Q, l.Q)
	}
	return w
}

// Clone copies the weights, so that training can go on.
func (w Weights) Clone() (c Weights) {
	for _, p := range []struct {
		to   *[][]float32
		from [][]float32
	}{{&c.W, w.W}, {&c.Bias, w.Bias}, {&c.Y, w.Y}, {&c.Q, w.Q}} {
		for _, x := range p.from {
			*p.to = append(*p.to, append([]float32(nil), x...))
		}
	}
	return c
}

// Set gives a network weights of its own shape.
func (n *Network) Set(w Weights) {
	for i, l := range n.Layers {
		copy(l.W, w.W[i])
		copy(l.Bias, w.Bias[i])
		copy(l.Y, w.Y[i])
		copy(l.Q, w.Q[i])
	}
	n.Pack(true)
}

// Digest names weights and biases: the first 16 hexadecimal digits of SHA-256 over their bits, layer by layer.
func (w Weights) Digest() string {
	h := sha256.New()
	for i := range w.W {
		for _, x := range [][]float32{w.W[i], w.Bias[i]} {
			if err := binary.Write(h, binary.LittleEndian, x); err != nil {
				panic(err) // a hash takes everything
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
