package deep

import (
	"errors"
	"fmt"
	"github.com/burstplex/burstplex/sim/ensemble"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/task"
)

// checkpoint is all that an interrupted training needs to go on.
type checkpoint struct {
	Weights  ensemble.Weights
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
	Weights ensemble.Weights
	Mean    ensemble.State
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

// saveNetwork writes weights as a recording of tables: w1, bias1, y1, q1, ... of layers 1 and up, and the mean
// activations before an image appears.
func saveNetwork(path string, seed uint64, program string, net *ensemble.Network, mean ensemble.State) error {
	w, err := recordings.Create(path, recordings.Header{Experiment: "network", Seed: seed, Program: program,
		Resolution: spike.Microsecond}, recordings.Replace())
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
