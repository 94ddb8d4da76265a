package export

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// nwbVersion is the version of the NWB schema that files follow.
const nwbVersion = "2.7.0"

// nwbDate stands where NWB wants a date of the session: a simulation has none, and equal recordings give equal files.
const nwbDate = "1970-01-01T00:00:00+00:00"

// WriteNWB writes an NWB file (HDF5, Neurodata Without Borders) whose table /units has a row for each recorded neuron
// of the query: id (its ID in the network), spike_times in s, obs_intervals (the time that was recorded), population,
// neuron (index in the population) and spike_kind (0 onset of an event, 1 the spike that makes it a burst, 2 later
// spikes). The recording is read once to count, and then once for every 2^23 spikes, which is what is held in memory.
func WriteNWB(w io.WriterAt, r *recordings.Reader, q recordings.Query) error {
	text, err := r.Describe(q)
	if err != nil {
		return err
	}
	f := &nwbFile{Writer: hdf5.NewWriter(w), seed: sha256.Sum256(text)}
	h, cover, err := recordings.ParseDescription(text)
	if err != nil {
		return err
	}
	rows, err := unitsOf(r, q, h.Populations)
	if err != nil {
		return err
	}
	units, err := f.units(r, q, rows, cover)
	if err != nil {
		return err
	}
	group := func(name string, members ...hdf5.Member) hdf5.Member {
		return hdf5.Member{Name: name, Address: f.Group(members)}
	}
	members := []hdf5.Member{
		{Name: "file_create_date", Address: f.Values(hdf5.Strings(), f.Strings(nwbDate), []int{1})},
		f.text("identifier", fmt.Sprintf("%x", f.seed[:16])),
		f.text("session_description", "spikes of a simulation, written by Burstplex"),
		f.text("session_start_time", nwbDate), f.text("timestamps_reference_time", nwbDate),
		group("acquisition"), group("analysis"), group("processing"),
		group("stimulus", group("presentation"), group("templates")),
		group("general", f.text("notes", "made by "+r.Header().Program)),
		{Name: "units", Address: units},
	}
	attributes := append(f.object("NWBFile", "core", "root"), f.Text("nwb_version", nwbVersion))
	if len(text) <= mostAttribute {
		attributes = append(attributes, hdf5.Attribute{Name: recordings.DescriptionKey, Type: hdf5.Text(len(text)),
			Data: text})
	}
	return f.Finish(f.Group(members, attributes...))
}

func toNWB(f *os.File, r *recordings.Reader, q recordings.Query) error { return WriteNWB(f, r, q) }

// nwbFile is a file that is being written.
type nwbFile struct {
	*hdf5.Writer
	seed [32]byte // of the names of objects
}

func (f *nwbFile) text(name, value string) hdf5.Member {
	return hdf5.Member{Name: name, Address: f.Values(hdf5.Strings(), f.Strings(value), nil)}
}

// object returns what every object of NWB says of itself. Its identifier, a UUID, follows from what is in the file.
func (f *nwbFile) object(kind, namespace, path string) []hdf5.Attribute {
	id := sha256.Sum256(append(f.seed[:], path...))
	id[6], id[8] = id[6]&15|0x80, id[8]&63|0x80 // version 8: made in a way of one's own
	return []hdf5.Attribute{f.Text("neurodata_type", kind), f.Text("namespace", namespace),
		f.Text("object_id", fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16]))}
}

// column returns the attributes of a column.
func (f *nwbFile) column(name, kind, description string) []hdf5.Attribute {
	return append(f.object(kind, "hdmf-common", name), f.Text("description", description))
}

// unit is a row of the table: a neuron.
type unit struct {
	id         spike.ID
	population string
	index      int // in the population
	spikes     uint64
}

// unitsOf lists the recorded neurons of the populations by ID, with the number of their spikes.
func unitsOf(r *recordings.Reader, q recordings.Query, populations []recordings.Population) ([]unit, error) {
	var rows []unit
	row := map[spike.ID]int{}
	for _, p := range populations {
		for _, part := range p.Recorded {
			for k := range part.Count {
				index := part.First + k*part.Stride
				id := p.First + spike.ID(index)
				row[id] = len(rows)
				rows = append(rows, unit{id: id, population: p.Name, index: index})
			}
		}
	}
	return rows, each(r, q, func(e spike.Event) { rows[row[e.Src]].spikes++ })
}

// units writes the table.
func (f *nwbFile) units(r *recordings.Reader, q recordings.Query, rows []unit, cover spike.Window) (uint64, error) {
	times, kinds := f.Dataset(hdf5.Float64()), f.Dataset(hdf5.Uint8())
	if err := trainsOf(r, q, rows, heldSpikes, func(e spike.Event) {
		times.Float(e.At.Seconds())
		kinds.Uint(uint64(e.Kind))
	}); err != nil {
		return 0, err
	}
	ids, indices, intervals := f.Dataset(hdf5.Int64()), f.Dataset(hdf5.Uint64()), f.Matrix(hdf5.Float64(), 2)
	names := make([]string, len(rows))
	for i, u := range rows {
		ids.Uint(uint64(u.id))
		indices.Uint(uint64(u.index))
		intervals.Float(cover.From.Seconds())
		intervals.Float(cover.To.Seconds())
		names[i] = u.population
	}
	column := func(name, doc string, d *hdf5.Dataset, more ...hdf5.Attribute) hdf5.Member {
		return hdf5.Member{Name: name, Address: d.Close(append(f.column(name, "VectorData", doc), more...)...)}
	}
	resolution := hdf5.Attribute{Name: "resolution", Type: hdf5.Float64(),
		Data: binary.LittleEndian.AppendUint64(nil, math.Float64bits(r.Header().Resolution.Seconds()))}
	members := []hdf5.Member{
		column("spike_times", "times of spikes, s", times, resolution),
		column("obs_intervals", "time that was recorded, s", intervals),
		column("spike_kind", "0 onset of an event, 1 the spike that makes it a burst, 2 later spikes of the burst", kinds),
	}
	for i, spikes := range []func(unit) uint64{
		func(u unit) uint64 { return u.spikes }, func(unit) uint64 { return 1 }, func(u unit) uint64 { return u.spikes },
	} {
		members = append(members, f.index(members[i], rows, spikes))
	}
	members = append(members,
		hdf5.Member{Name: "id", Address: ids.Close(f.object("ElementIdentifiers", "hdmf-common", "id")...)},
		hdf5.Member{Name: "population", Address: f.Values(hdf5.Strings(), f.Strings(names...), []int{len(rows)},
			f.column("population", "VectorData", "population of the network")...)},
		column("neuron", "index in the population", indices))
	columns := []string{"spike_times", "obs_intervals", "population", "neuron", "spike_kind"}
	attributes := append(f.object("Units", "core", "units"), f.Text("description", "recorded neurons"),
		hdf5.Attribute{Name: "colnames", Type: hdf5.Strings(), Rows: len(columns), Data: f.Strings(columns...)})
	return f.Group(members, attributes...), f.Err()
}

// index writes the column that says where in another column each row ends.
func (f *nwbFile) index(of hdf5.Member, rows []unit, length func(unit) uint64) hdf5.Member {
	d, end := f.Dataset(hdf5.Uint64()), uint64(0)
	for _, u := range rows {
		end += length(u)
		d.Uint(end)
	}
	name := of.Name + "_index"
	attributes := append(f.column(name, "VectorIndex", "where each row ends in "+of.Name),
		hdf5.Attribute{Name: "target", Type: hdf5.Reference(), Data: binary.LittleEndian.AppendUint64(nil, of.Address)})
	return hdf5.Member{Name: name, Address: d.Close(attributes...)}
}

// heldSpikes is how many spikes are held in memory to bring them into the order of neurons, at 16 bytes each.
const heldSpikes = 1 << 23

// trainsOf visits the spikes of the rows neuron by neuron, holding at most so many, or those of one neuron.
func trainsOf(r *recordings.Reader, q recordings.Query, rows []unit, most uint64, visit func(spike.Event)) error {
	q.ByNeuron = true
	for lo := 0; lo < len(rows); {
		hi, total := lo, uint64(0)
		next := map[spike.ID]uint64{} // where the next spike of a neuron goes
		for ; hi < len(rows) && (hi == lo || total+rows[hi].spikes <= most); hi++ {
			next[rows[hi].id] = total
			total += rows[hi].spikes
		}
		if len(rows) > hi-lo { // not all of them
			q.Neurons = nil
			for _, u := range rows[lo:hi] {
				q.Neurons = append(q.Neurons, u.id)
			}
		}
		held := make([]spike.Event, total)
		err := each(r, q, func(e spike.Event) {
			held[next[e.Src]] = e
			next[e.Src]++
		})
		if err != nil {
			return err
		}
		for _, e := range held {
			visit(e)
		}
		lo = hi
	}
	return nil
}
