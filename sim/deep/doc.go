// Package deep trains networks of ensembles on images, in a single phase, at the resolution of single events and bursts.
//
// A unit is an ensemble of neurons that share their drive (package neuron/ensemble). Units are arranged in layers, fully
// connected or convolutional (package synapse/units):
//
//	image -> input units -> W -> layer 1 -> W -> ... -> output units <- teacher
//	                              apical <- Y (bursts), Q (events) <-
//
// Events travel forward and drive somata. From the output down, bursts travel back through Y and events through Q, onto apical
// dendrites, whose drive decides which events become bursts. Teacher and plasticity are on while an image is shown;
// weights change by BurstCCN's rule (Greedy et al. 2022): every burst counts a presynaptic event trace x, every event
// -p_b x. No rate, gradient or expectation enters: what a synapse sees are counts of events and bursts and their traces.
//
// To follow one image through the code: Trainer.learn shows a batch (train.go), Presenter.Forward and Backward simulate one
// image (present.go, with events in steps, steps.go, or at exact times, exact.go), Presenter.Learn writes down what the synapses
// saw (model.go), Batch.sum turns a batch of that into changes of weights (batch.go), Trainer.change applies them, to feedback weights too
// (feedback.go: they start weak, independent of the forward weights, and are learned from the same counts).
//
// Images of a batch are simulated in parallel with the same weights. Sums run in the order of images and bins, so that weights
// are the same, bit for bit, for any number of workers, and for a training that was interrupted and resumed.
//
// Beside the spiking model there are rate models with the same weights, order and learning rates (rate.go, comparators.go):
// they say what spikes cost, and give the exact gradients that changes learned in spikes are compared with (measure.go).
package deep
