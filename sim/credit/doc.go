// Package credit simulates layered networks of ensembles that learn in a single phase from events and bursts, and compares
// what they learn with exact gradients: the tasks "gradient" and "regression".
//
// # A presentation
//
// Inputs are rates; everything else is spikes. Layer by layer, from below, the events of all units are drawn for the whole
// presentation (package ensemble): bursts travel through other paths and do not change events in a feed-forward
// stack, so this order is exact. Then, from above, every event becomes a burst or not, by the apical drive at its time:
//
//	          input x_0 (rates)
//	            | W_1             drive v_l = W_l x_{l-1} + c_l,  x = trace of events / (N E_max τ_s)
//	events    layer 1
//	            | W_2             a_l = Y_{l+1}ᵀ (trace of bursts) - Q_{l+1}ᵀ (trace of events, delayed like bursts)
//	events    layer 2 ...         p_l = 2 p_b σ(2 a_l h/p_b), h = 1 - own event trace
//	            |
//	output    layer L  <- teacher p_L = p_b (1 + (target - own event trace) h)
//
// Plasticity is on from the settling time to the end: -p_b x_j at every event of i, +x_j at the second spike of every
// burst. Traces are sampled in bins (1 ms): the drive of a bin is that of the events before it, and a weight change sees the trace at
// the start of its bin. Spike counts, their variability, dead times and delays are all there; nothing is replaced by an
// expectation.
package credit
