// Package recordings writes spike trains to disk as they happen and reads them back: compressed to the entropy of
// the spikes, safe against crashes, and open to every tool.
//
// A recording (".bspk") is a list of blocks that is only ever appended to. It names everything that is needed to
// understand it later: the experiment, the seed, the populations, which of their neurons were recorded, and
// the resolution of time. FORMAT.md describes it byte by byte.
//
// Writing stays off the path of the simulation. WriteSpikes copies the spikes of a window and returns; a goroutine
// sorts, compresses and writes them, and what has been reported durable survives a kill or a power cut:
//
//	w, err := recordings.Create("run.bspk", recordings.Header{
//		Seed:        1,
//		Populations: []recordings.Population{{Population: spike.Population{Name: "pyr", Size: 4000}}},
//	})
//	err = w.WriteSpikes(spike.Window{From: 0, To: spike.Millisecond}, events) // once per window
//	err = w.WriteRows("voltage", t, columns)                                   // probes, curves: rows of this time
//	err = w.WriteTable("weights", t, columns)                                  // a snapshot
//	err = w.Close()
//
// Reading never loads the file. Spikes come in canonical order (time, then neuron), in batches that reuse
// their memory, from any span of time and any set of neurons:
//
//	r, err := recordings.Open("run.bspk")
//	for batch, err := range r.Batches(recordings.Query{Populations: []string{"pyr"}}) { ... }
//	for e, err := range r.Spikes(recordings.Query{}) { ... }     // one at a time
//	err = r.Feed(recordings.Query{}, accumulator)                // package analysis
//	t, err := r.Series("voltage")                                // a probe from beginning to end
//
// Whole files: Info and Summarize describe one, Verify judges it, Digest fingerprints it, Repair saves what is
// intact, Cut and Merge take apart and join, Recompact makes it smaller. Package export translates from and to
// other formats.
//
// Errors of the disk are returned once, with the path and the model time, by the next call of the writer; nothing
// is written to a failed file again. Damage in a file is an error of type *Damage that names the offset and the
// reason; everything outside the damaged block stays readable.
package recordings
