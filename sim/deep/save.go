package deep

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/task"
)

// weights is what a network has learned.
type weights struct{ W, Bias, Y, Q [][]float32 }

func (n *Network) weights() (w weights) {
	for _, l := range n.Layers {
		w.W, w.Bias, w.Y, w.Q = append(w.W, l.W), append(w.Bias, l.Bias), append(w.Y, l.Y), append(w.Q, l.Q)
	}
	return w
}

// clone copies the weights, so that training can go on.
func (w weights) clone() (c weights) {
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

// set gives a network weights of its own shape.
func (n *Network) set(w weights) {
	for i, l := range n.Layers {
		copy(l.W, w.W[i])
		copy(l.Bias, w.Bias[i])
		copy(l.Y, w.Y[i])
		copy(l.Q, w.Q[i])
	}
	n.pack(true)
}

// digest names weights and biases: the first 16 hexadecimal digits of SHA-256 over their bits, layer by layer.
func (w weights) digest() string {
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

// checkpoint is all that an interrupted training needs to go on.
type checkpoint struct {
	Weights  weights
	Progress Progress
	Curve    []Point
	Checks   []Check
	Best     bestNetwork // of the epochs so far
	Seconds  float64
}

// bestNetwork is the network with the smallest validation error.
type bestNetwork struct {
	Epoch   int
	Error   float64
	Weights weights
	Mean    State
}

func checkpointName(seed uint64) string { return fmt.Sprintf("checkpoint-%d.bin", seed) }

// write puts a checkpoint in the place of the previous one when it is complete.
func (c *checkpoint) write(path string) error { return task.KeepValue(path, c) }

// readCheckpoint returns nil if there is none.
func readCheckpoint(path string) (*checkpoint, error) {
	c := &checkpoint{}
	if found, err := task.KeptValue(path, c); !found {
		return nil, err
	}
	return c, nil
}

// saveNetwork writes weights as a recording of tables: w1, bias1, y1, q1, ... of layers 1 and up, and the mean activations
// before an image appears.
func saveNetwork(path string, seed uint64, program string, net *Network, mean State) error {
	w, err := recordings.Create(path, recordings.Header{Experiment: "network", Seed: seed, Program: program, Resolution: spike.Microsecond}, recordings.Replace())
	if err != nil {
		return err
	}
	put := func(name string, layer int, x []float32) {
		if err == nil && len(x) > 0 {
			err = w.WriteTable(fmt.Sprintf("%s%d", name, layer), 0, []recordings.Column{{Name: name, Data: x}})
		}
	}
	put("mean", 0, mean[0])
	for i, l := range net.Layers {
		put("w", i+1, l.W)
		put("bias", i+1, l.Bias)
		put("y", i+1, l.Y)
		put("q", i+1, l.Q)
		put("mean", i+1, mean[i+1])
	}
	return errors.Join(err, w.Close())
}
