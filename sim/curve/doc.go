// Package curve measures what learning rules do to a single synapse: the task "plasticity-curve". Trains of two
// neurons are drawn as a protocol says, labelled by the detector, and passed to a rule, many independent pairs at a
// time. No network is simulated: the trains are the experiment (Greedy et al. 2022, Fig. 1B, C; Payeur et al. 2021,
// Fig. 2B-D).
package curve
