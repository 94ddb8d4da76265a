// Package ensemble simulates layered networks of units that learn in a single phase, at the resolution of single
// events and bursts. It is the engine of the tasks that train such networks: images (sim/deep), gradient and
// regression (sim/credit).
//
// A unit is an ensemble of neurons that share their drive (package neuron/ensemble draws their events). Units are
// arranged in layers, fully connected or convolutional (package synapse/units):
//
//	input units -> W -> layer 1 -> W -> ... -> output units <- teacher
//	                    apical <- Y (bursts), Q (events) <-
//
// Events travel forward and drive somata. From the output down, bursts travel back through Y and events through Q,
// onto apical dendrites, whose drive decides which events become bursts:
//
//	v_l = W_l x_{l-1} + bias,  x = trace of events, 1 at full activation
//	a_l = Y_{l+1}ᵀ (trace of bursts) - Q_{l+1}ᵀ (trace of events, delayed as bursts are)
//	p_l = 2 p_b σ(2 a_l h/p_b),  h = 1 - own event trace
//	p_L = p_b (1 + (target - own event trace) h) in the output
//
// Weights change by BurstCCN's rule (Greedy et al. 2022): every burst counts a presynaptic event trace x, every
// event -p_b x. No rate, gradient or expectation enters: what a synapse sees are counts of events and bursts and
// their traces.
//
// To follow one presentation through the code: Presenter.Forward and Backward simulate it (present.go, with events
// in steps, steps.go, or at exact times, exact.go), Presenter.Learn writes down what the synapses saw (model.go),
// Batch.Sum turns a batch of that into changes of weights (batch.go). Who applies them, with which learning rate,
// is the task's.
//
// Presentations of a batch are simulated in parallel with the same weights. Sums run in the order of presentations
// and bins, so that weights are the same, bit for bit, for any number of workers.
//
// Beside the spiking model there is a rate model with the same weights (rate.go), which says what spikes cost and
// gives exact gradients.
package ensemble
