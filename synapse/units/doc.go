// Package units holds projections between layers of units, where a unit is an ensemble of neurons that share their
// synaptic drive (package neuron/ensemble): dense ones and convolutions whose weights are shared between positions.
//
// Because all neurons of a unit receive the same input, and because a feedforward layer can be taken through a
// whole presentation before the next one, delivery is a matrix product over time: the drive of all units of a layer
// in all bins of a presentation is W times the traces of the layer below. The same operators serve the other
// directions: feedback (transposed weights) and the changes of weights, sums over time of postsynaptic times
// presynaptic activity.
//
// A Block holds one row per unit and one column per bin of time (or per image, for rate models). Every number of a
// result is a sum in one fixed order, one rounding after each product and each addition, in vector and in scalar
// code: results do not depend on workers, blocking or processor.
package units
