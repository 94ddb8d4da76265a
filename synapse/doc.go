// Package synapse connects populations: connectors say which neurons, rows store the synapses, short-term plasticity
// shapes what a spike releases, and delivery streams it into the targets' inputs.
//
// # From a spike to its targets
//
// A spike becomes one row-event per projection and delay (Due). A synaptic event never passes through a queue. When the
// step comes in which a row-event arrives, every shard of the target population streams the part of
// the row that lies in the shard into its accumulators:
//
//	projection "pyr1_pyr2", shard 2 (targets 2048..3071)
//
//	        first            target (local)           weight (nil if all are equal)
//	row 0   [  0]----------> [ 17  230  801 ]         [ ...           ]
//	row 1   [  3]----------> [ 4   5   99  640 ]      [ ...           ]
//	row 2   [  7]--> ...
//
// A row is one source neuron, or one source neuron and one delay where delays are distributed. A shard's rows are
// written by one worker and read by one worker.
//
// Projections of one population that are static and transmit alike share their rows, see Fan: a row is as many times
// longer.
//
// The inner loop is acc[target] += weight * k, whatever the time of arrival within the step: k comes from the
// target's Kernel, once per row-event.
package synapse
