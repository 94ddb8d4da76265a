// Package analysis turns a stream of spikes into the numbers that papers print: event rate, burst rate and burst
// probability in time, interval and burst-length histograms, Fano factors, correlations, coherence with an input,
// f-I curves, and how all of them depend on the threshold that separates bursts from events.
//
// Spikes are never held in memory. Everything that reads spikes is an Accumulator: it is fed batches in canonical
// order (by time, then neuron; package spike) and keeps a state whose size depends on the number of neurons and
// bins and not on the number of spikes, so 1e8 spikes need no more memory than 1e4. How the stream is cut into
// batches never changes a result, and Add allocates nothing. A file is read once for any number of questions:
//
//	bins := analysis.NewBins(spike.Window{From: spike.Second, To: 4 * spike.Second}, 50*spike.Millisecond)
//	rates := analysis.NewRates(pops, bins)
//	isi := analysis.NewIntervals(pops, analysis.LogEdges(16*spike.Millisecond, spike.Millisecond, 10*spike.Second, 20))
//	err := reader.Feed(recordings.Query{}, rates, isi) // or analysis.Feed with any iter.Seq[spike.Event]
//	fmt.Println(rates.Courses()[0].BurstProbability())
//
// Adapters change what an accumulator sees: Select passes some kinds of spikes (Select(isi, spike.Onset) makes
// inter-event intervals of interspike intervals), During cuts a window out of the stream, Relabel replaces the
// labels by those of another spike.Detector.
//
// A burst belongs to its event: it counts in the bin or window in which the event began, wherever its second spike
// is (spike.Onsets), so that no burst probability is above 1. Describe measures all of this, and exact medians, in
// one call.
//
// What works on binned series and not on spikes (Pearson, CrossCorrelation, Welch, Staircase, OverSeeds) takes
// plain []float64. A value that does not exist, such as the burst probability of a bin without events, is NaN and
// is left out of means and correlations.
//
// Errors: arguments that only a programming mistake can produce (overlapping populations, a bin of no width)
// panic. Spikes of neurons that belong to no population are ignored.
package analysis
