// Package deep trains networks of ensembles on images, in a single phase: the task "images". Package ensemble
// simulates them; here are the examples, the training and what is measured of it.
//
// To follow one batch through the code: Trainer.learn shows it (train.go), Trainer.change applies what the synapses
// saw to weights, and to feedback weights too (feedback.go: they start weak, independent of the forward weights,
// and are learned from the same counts). Task.Run goes through the epochs, keeps checkpoints, chooses the best
// network by images that were held out of training, and answers the test images once (run.go).
//
// A training that was interrupted and resumed ends with the same weights, bit for bit.
//
// Beside the spiking model there are rate models with the same weights, order and learning rates (comparators.go,
// and Rates of package ensemble), and the exact gradients that changes learned in spikes are compared with
// (measure.go).
package deep
