package export

import (
	"encoding/binary"
	"io"
	"os"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// WriteSONATA writes a SONATA spike file: /spikes/<population> with timestamps (float64, ms) and node_ids (uint64,
// index in the population), sorted by time, for every population of which neurons are recorded. The recording is
// read once for each.
func WriteSONATA(w io.WriterAt, r *recordings.Reader, q recordings.Query) error {
	out := hdf5.NewWriter(w)
	var members []hdf5.Member
	for _, p := range r.Header().Populations {
		if p.Neurons() == 0 || len(q.Populations) > 0 && !slices.Contains(q.Populations, p.Name) {
			continue
		}
		mine := q
		mine.Populations = []string{p.Name}
		times, nodes := out.Dataset(hdf5.Float64()), out.Dataset(hdf5.Uint64())
		err := each(r, mine, func(e spike.Event) {
			times.Float(e.At.Milliseconds())
			nodes.Uint(uint64(e.Src - p.First))
		})
		if err != nil {
			return err
		}
		units := hdf5.Attribute{Name: "units", Type: hdf5.Text(2), Data: []byte("ms")}
		sorting := hdf5.Attribute{Name: "sorting", Type: hdf5.Enum("none", "by_id", "by_time"), Data: []byte{2}}
		group := out.Group([]hdf5.Member{{Name: "timestamps", Address: times.Close(units)},
			{Name: "node_ids", Address: nodes.Close()}}, sorting)
		members = append(members, hdf5.Member{Name: p.Name, Address: group})
		if out.Err() != nil {
			return out.Err()
		}
	}
	le := binary.LittleEndian
	attributes := []hdf5.Attribute{{Name: "magic", Type: hdf5.Uint32(), Data: le.AppendUint32(nil, 0x0A7A)},
		{Name: "version", Type: hdf5.Uint32(), Rows: 2, Data: le.AppendUint32(le.AppendUint32(nil, 0), 1)}}
	text, err := r.Describe(q)
	if err != nil {
		return err
	}
	if len(text) <= mostAttribute {
		attributes = append(attributes, hdf5.Attribute{Name: recordings.DescriptionKey, Type: hdf5.Text(len(text)),
			Data: text})
	}
	return out.Finish(out.Group([]hdf5.Member{{Name: "spikes", Address: out.Group(members)}}, attributes...))
}

// mostAttribute is how long an attribute may be.
const mostAttribute = 60_000

func toSONATA(f *os.File, r *recordings.Reader, q recordings.Query) error {
	return WriteSONATA(f, r, q)
}
