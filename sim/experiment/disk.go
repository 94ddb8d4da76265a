package experiment

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/sim"
)

// Disk is what the results of one seed will take on disk, before anything is simulated. Figures and tables are not
// counted.
type Disk struct {
	Spikes  int64   // bytes: the rates of sources are known, that of other neurons is a guess
	Guess   float64 // Hz: record.expected_rate
	Samples int64   // bytes of probes and weights, before they are compressed
}

// Bytes returns all of it.
func (d Disk) Bytes() int64 { return d.Spikes + d.Samples }

// String is one line for people.
func (d Disk) String() string {
	return fmt.Sprintf("about %s on disk for each seed (spikes %s at %g Hz where the rate is not known, probes and "+
		"weights at most %s)",
		sim.Size(d.Bytes()), sim.Size(d.Spikes), d.Guess, sim.Size(d.Samples))
}

const (
	// A recorded spike takes as many bits as its time is uncertain by, log2(e/(rate resolution)), and a little more
	// (recordings/FORMAT.md).
	overEntropy = 1.03
	// A sample of a probe is the number of a neuron and a value; a saved weight is source, target, weight and delay, in
	// binary or as a line of text.
	probeBytes, weightBytes, weightLine = 12, 16, 32
)

// Disk estimates what the results take on disk.
func (x *Experiment) Disk(net *sim.Network) Disk {
	d := Disk{Guess: x.Record.ExpectedRate}
	duration := x.Experiment.Duration
	if x.Record.Spikes {
		for name, p := range x.Populations.All() {
			rate := d.Guess
			if s, ok := p.Spec.(neuron.Rated); ok {
				rate = s.MeanRate()
			}
			if rate > 0 {
				bits := max(1, overEntropy*math.Log2(math.E/(rate*x.Record.Resolution.Seconds())))
				d.Spikes += int64(float64(x.recorded(name)) * rate * duration.Seconds() * bits / 8)
			}
		}
		for _, p := range x.Probes.All() {
			samples := int64(duration/max(1, p.Every)) + 1
			d.Samples += samples * int64(selected(p.First, p.Last, max(1, p.Stride),
				x.Populations.Get(p.Population).Size)) * probeBytes
		}
	}
	snapshots := 1.0
	if every := x.Record.WeightsEvery; every > 0 {
		snapshots += float64(duration / every)
	}
	each := snapshots * weightBytes
	if x.Record.Format == "csv" {
		each += weightLine - weightBytes // snapshots are in the recording
	}
	for _, name := range x.Record.Weights {
		d.Samples += int64(each * sim.ExpectedSynapses(net, name))
	}
	return d
}

// recorded returns how many neurons of a population are recorded.
func (x *Experiment) recorded(population string) int {
	size := x.Populations.Get(population).Neurons()
	if s := x.Record.Neurons.Get(population); s != nil {
		return s.Of(size)
	}
	return size
}
