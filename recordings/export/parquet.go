package export

import (
	"io"
	"os"

	"github.com/parquet-go/parquet-go"

	"github.com/burstplex/burstplex/recordings"
)

// spikeRow is a row of the Parquet file.
type spikeRow struct {
	Time       int64  `parquet:"time_ns,delta"`
	Population string `parquet:"population,dict"`
	Neuron     uint32 `parquet:"neuron"` // index in the population
	Kind       string `parquet:"kind,dict"`
}

// WriteParquet writes columns time_ns, population, neuron and kind, compressed with zstd, in row groups of 1 Mi spikes.
func WriteParquet(w io.Writer, r *recordings.Reader, q recordings.Query) error {
	text, err := r.Describe(q)
	if err != nil {
		return err
	}
	out := parquet.NewGenericWriter[spikeRow](w, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(1<<20),
		parquet.KeyValueMetadata("program", r.Header().Program), parquet.KeyValueMetadata("experiment",
			r.Header().Experiment),
		parquet.KeyValueMetadata(recordings.DescriptionKey, string(text)))
	pops := roster(r.Header().Populations)
	var rows []spikeRow
	for batch, err := range r.Batches(q) {
		if err != nil {
			return err
		}
		rows = rows[:0]
		for _, e := range batch {
			p := &pops[pops.of(e.Src)]
			rows = append(rows, spikeRow{int64(e.At), p.Name, uint32(e.Src - p.First), e.Kind.String()})
		}
		if _, err := out.Write(rows); err != nil {
			return err
		}
	}
	return out.Close()
}

func toParquet(f *os.File, r *recordings.Reader, q recordings.Query) error {
	return WriteParquet(f, r, q)
}
