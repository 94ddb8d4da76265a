package synapse

// RowConnector is a Connector whose natural order is by source: one row has targets in any shard. It is drawn by row, so
// that the work does not grow with the number of shards.
type RowConnector interface {
	Connector
	// Rows calls add for all synapses of sources from to to-1, source by source.
	Rows(g Geometry, from, to int, add Add)
}

// sourceChunk is the number of sources that one worker draws at a time.
const sourceChunk = 1024

// buildRows makes the rows of all shards: workers take chunks of sources, count, and draw again to fill. A row of a
// shard is written by the worker that has its source, so no two write to the same place.
func (b *builder) buildRows(c RowConnector, cuts []int, each func(n int, f func(int))) ([]rows, error) {
	p, g := b.p, b.p.Geometry
	shards := make([]rows, len(cuts)-1)
	for k := range shards {
		shards[k] = b.empty(cuts[k])
	}
	size := cuts[1] // all but the last shard have it
	groups := len(p.delays)
	chunks := (g.Sources + sourceChunk - 1) / sourceChunk
	all := func(add func(shard *rows, row, source, target, entry int)) {
		each(chunks, func(k int) {
			c.Rows(g, k*sourceChunk, min((k+1)*sourceChunk, g.Sources), func(source, target, entry int) {
				add(&shards[target/size], source*groups+b.delay(source, target, entry), source, target, entry)
			})
		})
	}
	all(func(r *rows, row, _, _, _ int) { r.first[row+1]++ })
	for k := range shards {
		if err := b.reserve(&shards[k]); err != nil {
			return nil, err
		}
	}
	// Here first[row+1] must not be touched by the worker of row: it is the start of the next one. Places are counted in
	// first[row], which becomes the row's end.
	all(func(r *rows, row, source, target, entry int) {
		k := r.first[row]
		r.first[row]++
		r.target[k] = uint16(target - r.lo)
		if b.weights {
			r.weight[k] = float32(b.weight(source, target, entry))
		}
	})
	for k := range shards {
		shards[k].close()
	}
	return shards, nil
}
