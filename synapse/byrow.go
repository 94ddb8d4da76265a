package synapse

// RowConnector is a Connector whose natural order is by source: one row has targets in any shard. It is drawn by
// row, so that the work does not grow with the number of shards.
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
	g := b.p.Geometry
	shards := make([]rows, len(cuts)-1)
	for k := range shards {
		shards[k] = b.empty(cuts[k])
	}
	size := cuts[1] // all but the last shard have it
	chunks := (g.Sources + sourceChunk - 1) / sourceChunk
	all := func(put func(v *batch, i int, r *rows)) {
		each(chunks, func(k int) {
			v := b.batch(func(v *batch) {
				for i := range v.n {
					put(v, i, &shards[v.target(i)/size])
				}
			})
			c.Rows(g, k*sourceChunk, min((k+1)*sourceChunk, g.Sources), v.add)
			v.take()
		})
	}
	all(func(v *batch, i int, r *rows) { r.first[v.row[i]+1]++ })
	for k := range shards {
		if err := b.reserve(&shards[k], shards[k].accumulate()); err != nil {
			return nil, err
		}
	}
	// Here first[row+1] must not be touched by the worker of row: it is the start of the next one. Places are counted in
	// first[row], which becomes the row's end.
	all(func(v *batch, i int, r *rows) {
		k := r.first[v.row[i]]
		r.first[v.row[i]]++
		r.put(k, uint16(v.target(i)-r.lo), v.weight[i])
	})
	for k := range shards {
		shards[k].close()
	}
	return shards, nil
}

// accumulate turns lengths, first[row+1] of row, into places, and returns their sum.
func (r *rows) accumulate() (total uint64) {
	for i, n := range r.first {
		total += uint64(n)
		r.first[i] = uint32(total)
	}
	return total
}

// close ends filling: the end of every row becomes the start of the next.
func (r *rows) close() {
	copy(r.first[1:], r.first)
	r.first[0] = 0
}
