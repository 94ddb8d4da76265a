// Package plasticity reads events and bursts online. It holds the estimators of event rate, burst rate and burst
// probability that learning rules and probes use; the rules themselves will live here too, one file each.
package plasticity
