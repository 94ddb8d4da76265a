package export

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export/internal/hdf5"
)

// WriteSONATA writes a SONATA spike file: /spikes/<population> with timestamps (float64, ms) and node_ids (uint64, index
// in the population), sorted by time, for every population of which neurons are recorded. The recording is read once
// for each.
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
		group := out.Group([]hdf5.Member{{Name: "timestamps", Address: times.Close(units)}, {Name: "node_ids", Address: nodes.Close()}}, sorting)
		members = append(members, hdf5.Member{Name: p.Name, Address: group})
		if out.Err() != nil {
			return out.Err()
		}
	}
	le := binary.LittleEndian
	return out.Finish(out.Group([]hdf5.Member{{Name: "spikes", Address: out.Group(members)}},
		hdf5.Attribute{Name: "magic", Type: hdf5.Uint32(), Data: le.AppendUint32(nil, 0x0A7A)},
		hdf5.Attribute{Name: "version", Type: hdf5.Uint32(), Rows: 2, Data: le.AppendUint32(le.AppendUint32(nil, 0), 1)}))
}

func toSONATA(f *os.File, r *recordings.Reader, q recordings.Query) error {
	return WriteSONATA(f, r, q)
}

// ReadSONATA reads the spike trains of a SONATA file, of one population or, if it is empty, of all. Units are node IDs,
// in ascending order. Times are taken as ms, as the format prescribes.
func ReadSONATA(path, population string) ([]Train, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	trains, err := readSONATA(f, info.Size(), population)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return trains, nil
}

func readSONATA(in io.ReaderAt, size int64, population string) ([]Train, error) {
	file, err := hdf5.Open(in, size)
	if err != nil {
		return nil, err
	}
	root, err := file.Root()
	if err != nil {
		return nil, err
	}
	spikes, err := root.Member("spikes")
	if err != nil || spikes == nil {
		return nil, errors.Join(errors.New("no group /spikes: not a SONATA spike file"), err)
	}
	members, err := spikes.Members()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range members {
		names = append(names, m.Name)
	}
	if slices.Contains(names, "timestamps") { // before version 0.1 there were no populations
		return readPopulation(spikes, "")
	}
	if population != "" && !slices.Contains(names, population) {
		return nil, fmt.Errorf("no population %q in /spikes; it has %q", population, names)
	}
	var out []Train
	for _, name := range names {
		if population != "" && name != population {
			continue
		}
		g, err := spikes.Member(name)
		if err != nil {
			return nil, err
		}
		trains, err := readPopulation(g, name)
		if err != nil {
			return nil, err
		}
		out = append(out, trains...)
	}
	return out, nil
}

// readPopulation reads the trains of a group.
func readPopulation(g *hdf5.Object, name string) ([]Train, error) {
	times, err := g.Member("timestamps")
	if err != nil {
		return nil, err
	}
	nodes, err := g.Member("node_ids")
	if err != nil {
		return nil, err
	}
	if times == nil || nodes == nil {
		return nil, fmt.Errorf("%s has no timestamps or no node_ids", g.Path)
	}
	var at []spike.Tick
	err = times.Each(func(x float64, n uint64) error {
		t, err := toTick(x, 1e6)
		at = append(at, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	var b builder
	i := 0
	err = nodes.Each(func(_ float64, n uint64) error {
		if i >= len(at) {
			return fmt.Errorf("more node_ids than timestamps (%d)", len(at))
		}
		b.add(name, strconv.FormatUint(n, 10), at[i], noKind)
		i++
		return nil
	})
	if err != nil {
		return nil, err
	}
	if i < len(at) {
		return nil, fmt.Errorf("%s: %d node_ids for %d timestamps", g.Path, i, len(at))
	}
	trains := b.finish()
	slices.SortFunc(trains, byNumber)
	return trains, nil
}
