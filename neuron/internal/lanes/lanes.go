// Package lanes says where the vector kernels find things: state, input and parameters of neurons, eight of which (an
// octet) go through a step at a time, one in each lane of a 256-bit register. The Go code that calls the kernels and the
// program that generates them share these places.
package lanes

import "github.com/burstplex/burstplex/neuron/spike"

// Width is the number of neurons in an octet.
const Width = 8

// Vec is one number of eight neurons.
type Vec [Width]float32

// Pair is what arrives through one channel: the jump of the conductance at the step's end and its integral.
type Pair struct{ End, Area float32 }

// Limits of a Call.
const (
	MaxRows     = 12 // float32 columns of a model
	MaxTimes    = 2  // columns of ticks
	MaxChannels = 6
	MaxPorts    = 2
)

// Call is what a kernel is given: the places of a block's first neuron, and which octets of the block to advance by a
// step. Kernels change the state and list the octets that hold neurons to be looked at again because something may have
// happened to them within the step, together with their state before.
type Call struct {
	First, End int                   // octets of the block
	Constants  *Vec                  // parameters of octet First, in the model's order
	Stride     int                   // bytes from there to those of the next octet, 0 if all are alike
	State      *float32              // the first row of state; all are columns of float32
	RowStride  int                   // bytes from one to the next
	Times      [MaxTimes]*spike.Tick // columns, for example ends of refractoriness
	Own        [MaxPorts][2]*float32 // currents of each neuron at both ends of the step, pA
	Pairs      [MaxChannels]*Pair    // arrivals
	Sums       *float32              // arrivals at a delta channel
	Shared     [MaxPorts][2]float32  // currents that all neurons receive, added to their own
	Before     spike.Tick            // the tick before the step's first
	At         spike.Tick            // the step's first tick
	Last       spike.Tick            // its last tick
	Looks      *Look                 // the list, with room for all octets
	Kept       *Vec                  // the state before of every octet in the list, row by row
}

// Look is an octet with neurons to be looked at again.
type Look struct {
	Octet uint32
	Lanes uint32 // bit l: lane l
}
