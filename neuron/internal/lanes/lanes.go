// Package lanes says where the vector kernels find things: state, input and parameters of neurons, of which a group
// goes through a step at a time, one in each lane of a register: eight neurons with 256 bits (AVX2), sixteen with 512
// (AVX-512). The Go code that calls the kernels and the program that generates them share these places.
package lanes

import "github.com/burstplex/burstplex/neuron/spike"

// Width is the number of lanes of the narrowest kernels.
const Width = 8

// Pair is what arrives through one channel: the jump of the conductance at the step's end and its integral.
type Pair struct{ End, Area float32 }

// Limits of a Call.
const (
	MaxRows     = 12 // float32 columns of a model
	MaxTimes    = 2  // columns of ticks
	MaxChannels = 6
	MaxPorts    = 2
)

// Call is what a kernel is given: the places of a block's first neuron, and which neurons of the block, whole groups,
// to advance by a step. Kernels change the state and list the groups that hold neurons to be looked at again because
// something may have happened to them within the step, together with their state before.
type Call struct {
	First, End int // neurons of the block
	// parameters of the group of neuron First, in the model's order, each as many times as there are lanes
	Constants *float32
	Stride    int                   // bytes from there to those of the next group, 0 if all are alike
	State     *float32              // the first row of state; all are columns of float32
	RowStride int                   // bytes from one to the next
	Times     [MaxTimes]*spike.Tick // columns, for example ends of refractoriness
	Own       [MaxPorts][2]*float32 // currents of each neuron at both ends of the step, pA
	Pairs     [MaxChannels]*Pair    // arrivals
	Sums      *float32              // arrivals at a delta channel
	Hazard    *float64              // integral of the escape rate that is left until the next event
	Shared    [MaxPorts][2]float32  // currents that all neurons receive, added to their own
	Before    spike.Tick            // the tick before the step's first
	At        spike.Tick            // the step's first tick
	Last      spike.Tick            // its last tick
	Looks     *Look                 // the list, with room for all groups
	Kept      *float32              // the state before of every group in the list, row by row
}

// Look is a group with neurons to be looked at again.
type Look struct {
	First uint32 // its first neuron
	Lanes uint32 // bit l: lane l
}
