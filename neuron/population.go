package neuron

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Spec is the description of a population: plain data with units, from which a Population is made.
type Spec interface {
	// Validate returns a *ParameterError for the first parameter that makes no sense.
	Validate() error
	// New makes a population in its initial state.
	New(b Build) (Population, error)
}

// Build is what a population must know of the network that it is part of.
type Build struct {
	N        int            // number of neurons
	First    spike.ID       // number of its first neuron
	Key      rng.Key        // key of seed and population name
	Step     spike.Tick     // integration step
	Detector spike.Detector // what counts as a burst
}

// Population is a group of neurons of one model.
type Population interface {
	// Len returns the number of neurons.
	Len() int
	// Ports lists the places that currents can be injected into, for example "soma" and "apical".
	Ports() []string
	// Channels lists the inputs that synapses can end on. Input.Cells follows this order.
	Channels() []Channel
	// Advance takes the neurons of r from w.From to w.To, a whole number of steps, and pushes their spikes.
	// Input belongs to r: its element 0 is neuron r.Lo.
	Advance(r Range, w spike.Window, in *Input, out *spike.Buffer)
	// Columns lists the whole state.
	Columns() []Column
	// Reset restores the initial state.
	Reset()
}

// Grouped is implemented by descriptions whose populations consist of units of several neurons each. Such a population
// receives input, and counts its size, in units: Build.N, Population.Len and Range are units. Its spikes are those of
// neurons: number Build.First + unit x UnitSize + neuron of the unit.
type Grouped interface {
	// UnitSize returns the number of neurons of a unit.
	UnitSize() int
}

// Unitless is implemented by descriptions of populations whose input has no unit: what is a current in pA elsewhere is
// a plain number there.
type Unitless interface{ Unitless() }

// UnitSize returns how many neurons a unit of a description has: 1 unless it is Grouped.
func UnitSize(s Spec) int {
	if g, ok := s.(Grouped); ok {
		return max(1, g.UnitSize())
	}
	return 1
}

// Exact is implemented by populations that integrate event by event: their input is delivered as single
// arrivals (Input.Arrivals) and not as sums per step.
type Exact interface{ WantsArrivals() bool }

// Sleeper is implemented by populations whose neurons can fall asleep: a neuron without input whose state has
// reached a fixed point of its step is left alone until an input arrives or its current changes. Sleeping never
// changes a result; SetSleep(false) exists to prove that.
type Sleeper interface {
	SetSleep(on bool)
	// Watches reports whether Advance must be told who receives input during w (in.Touched): because a neuron of r
	// sleeps, or because it is time to see who has come to rest. If not, in.Touched may be nil.
	Watches(r Range, w spike.Window, in *Input) bool
	// Asleep reports whether all neurons of r sleep and would not be woken by the currents of in.
	Asleep(r Range, in *Input) bool
}

// Foreseer is implemented by populations without inputs that know when they spike next: they are left alone until then.
type Foreseer interface {
	// Next returns a time before which no neuron of r spikes, after Advance has come as far as it has.
	Next(r Range) spike.Tick
}

// Jump is a moment at which variables of a neuron jump, with their values on both sides.
type Jump struct {
	Neuron        int
	At            spike.Tick
	Before, After []float64
}

// Jumper is implemented by populations that know when variables jump within a step: learning rules read these.
type Jumper interface {
	// WatchJumps names the columns whose jumps are noted from now on.
	WatchJumps(columns []string)
	// TakeJumps appends what was noted since the last call, in no certain order but that of time for each neuron.
	TakeJumps(jumps []Jump) []Jump
}

// Probe is a value of the neurons of a population that is no state: it is computed when it is asked for.
type Probe struct {
	Unit string
	At   func(neuron int, now spike.Tick) float64
}

// Prober is implemented by populations with such values.
type Prober interface {
	// Probes names them.
	Probes() []string
	// Probe returns one of them.
	Probe(name string) (Probe, bool)
}

// Range is the half-open range [Lo, Hi) of neurons of one population.
type Range struct{ Lo, Hi int }

// Len returns the number of neurons in the range.
func (r Range) Len() int { return r.Hi - r.Lo }

// Column is one state variable of a population, projection or rule, one element per neuron (or synapse).
type Column struct {
	Name string // as in the model's equations, for example "v_s"
	Unit string // for example "mV"; "" if dimensionless
	Data any    // []float32, []float64, []spike.Tick, []uint64, []uint32 or []uint8; shares memory with the state

	// Offset is added by Float: voltages are stored as deviations from rest, which keeps two more bits.
	Offset float64
}

// Float returns element i as a number (ticks in ms) for probes and figures.
func (c Column) Float(i int) float64 {
	switch d := c.Data.(type) {
	case []float32:
		return float64(d[i]) + c.Offset
	case []float64:
		return d[i]
	case []spike.Tick:
		return d[i].Milliseconds()
	case []uint64:
		return float64(d[i])
	case []uint32:
		return float64(d[i])
	case []uint8:
		return float64(d[i])
	}
	panic(fmt.Sprintf("neuron: column %s holds %T", c.Name, c.Data))
}

// Channel is an input that synapses can end on.
type Channel struct {
	Port     string // "soma", "apical"
	Receptor string // "ampa", "nmda", "gaba", "current", "delta", ...
	Kernel   Kernel
}

// Kernel says what an arrival adds to a channel. A nil Kernel is a delta synapse: weights are summed per step.
type Kernel interface {
	// At returns what a unit arrival has done by the end of its step if a time rest of the step remains: end
	// is added to the synaptic variable, area to its integral as the membrane sees it.
	At(rest spike.Tick) (end, area float32)
}

// Reader is implemented by specs that read a file: whoever knows where relative names lead to sets name and file
// system.
type Reader interface {
	// Reads returns where the spec keeps the name of its file ("": none) and the file system that it is in (nil: that of
	// the machine).
	Reads() (file *string, fsys *fs.FS)
}

// Replayer is implemented by specs that play trains of a file: whoever can read the file fills in the trains.
type Replayer interface {
	// Replays returns the description of file and trains.
	Replays() *Replay
}

// Rated is implemented by specs whose neurons spike at a rate that does not depend on input.
type Rated interface {
	// MeanRate is that of a neuron, Hz.
	MeanRate() float64
}

// Weighted is implemented by backgrounds whose arrivals have weights.
type Weighted interface {
	// Weights returns the smallest and the largest one.
	Weights() (lo, hi float64)
}

// BackgroundSpec describes private random input to every neuron of a population.
type BackgroundSpec interface {
	// Validate returns a *ParameterError for the first parameter that makes no sense.
	Validate() error
	// New makes the background of a population. b.Key is the key of this background.
	New(b Build, target Target) (Background, error)
}

// Target is where a background ends.
type Target struct {
	Port    int    // index into Population.Ports, for a current
	Channel int    // index into Population.Channels, for synaptic input; -1 for a current
	Kernel  Kernel // of the channel, tabulated; nil for a delta channel
}

// Background is private random input of every neuron of a population.
type Background interface {
	// Fill adds the input of the neurons of r during w to in: to Cells (and Arrivals, if in.Kept; only there, if
	// in.Single), or to Drive.OwnStart and OwnEnd, which are zero at first.
	Fill(r Range, w spike.Window, in *Input)
	// Columns lists the whole state.
	Columns() []Column
	// Reset restores the initial state.
	Reset()
}

// ParameterError is a parameter that makes no sense, to be reported with its place in the experiment file.
type ParameterError struct {
	Key     string  // as in the experiment file, for example "tau_s"
	Value   float64 // in Unit
	Text    string  // what a name was, where the parameter is no number
	Unit    string
	Reason  string // "must be above 0"
	Allowed string // "(0, inf) ms"
	By      string // key of the parameter that the range depends on, "" for none: either may be the wrong one
}

// by says that an error is of a range that another parameter sets.
func by(key string, err error) error {
	if pe, ok := err.(*ParameterError); ok {
		pe.By = key
	}
	return err
}

func (e *ParameterError) Error() string {
	return fmt.Sprintf("%s = %s: %s (allowed: %s)", e.Key, e.Given(), e.Reason, e.Allowed)
}

// Limits returns the range that is allowed and what it depends on, for the reference of keys.
func (e *ParameterError) Limits() (key, allowed, by string) { return e.Key, e.Allowed, e.By }

// Given returns the value with its unit.
func (e *ParameterError) Given() string {
	if e.Text != "" {
		return strconv.Quote(e.Text)
	}
	return strings.TrimSpace(fmt.Sprintf("%g %s", e.Value, e.Unit))
}
