package trains

import (
	"fmt"
	"strconv"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// readNWB reads the table /units of an NWB file: spike_times in s, one unit after the other, and in spike_times_index
// where each ends. Units are numbered by the column id. What this program exported says what the network is: then the
// id is the neuron's in the network, and spike_kind holds the labels.
func readNWB(root, units *hdf5.Object, o Options) (*File, error) {
	scale, err := scaleOf(o.TimeUnit, "s", "")
	if err != nil {
		return nil, err
	}
	columns := map[string]*hdf5.Object{}
	for _, name := range []string{"spike_times", "spike_times_index", "id"} {
		if columns[name], err = units.Member(name); err != nil {
			return nil, err
		}
	}
	if columns["spike_times"] == nil || columns["spike_times_index"] == nil {
		return nil, fmt.Errorf("%s: no spike_times or no spike_times_index: not the units of an NWB file", units.Path)
	}
	var at []spike.Tick
	err = columns["spike_times"].Each(func(x float64, _ uint64) error {
		t, err := toTick(x, scale)
		at = append(at, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	ends, err := wholes(columns["spike_times_index"])
	if err != nil {
		return nil, err
	}
	ids := make([]uint64, len(ends))
	for i := range ids {
		ids[i] = uint64(i)
	}
	if columns["id"] != nil {
		if ids, err = wholes(columns["id"]); err != nil {
			return nil, err
		}
	}
	if len(ids) != len(ends) {
		return nil, fmt.Errorf("%s: %d ids for %d units", units.Path, len(ids), len(ends))
	}
	f := &File{How: "NWB units, times in " + unitOf(scale)}
	if err := describe(f, root); err != nil {
		return nil, err
	}
	kinds, err := nwbKinds(units, f, len(at))
	if err != nil {
		return nil, err
	}
	var b builder
	first := uint64(0)
	for i, end := range ends {
		if end < first || end > uint64(len(at)) {
			return nil, fmt.Errorf("%s: unit %d ends at spike %d of %d, after %d", units.Path, i, end, len(at), first)
		}
		name, number := f.place(ids[i])
		train, err := b.unit(name, strconv.FormatUint(number, 10)) // also where it is silent
		if err != nil {
			return nil, err
		}
		b.trains[train].Times = at[first:end:end]
		if kinds != nil {
			b.trains[train].Kinds = kinds[first:end:end]
		}
		first = end
	}
	if first != uint64(len(at)) {
		return nil, fmt.Errorf("%s: %s without a unit", units.Path, plural.Of(uint64(len(at))-first, "spike"))
	}
	f.Trains = b.finish()
	return f, nil
}

// place finds the population of a neuron and its index there, where the file knows the network.
func (f *File) place(id uint64) (population string, index uint64) {
	for _, p := range f.Network {
		if first := uint64(p.First); id >= first && id < first+uint64(p.Size) {
			return p.Name, id - first
		}
	}
	return "", id
}

// nwbKinds reads the labels of n spikes from a file that this program wrote, nil from others.
func nwbKinds(units *hdf5.Object, f *File, n int) ([]spike.Kind, error) {
	column, err := units.Member("spike_kind")
	if err != nil || column == nil || len(f.Network) == 0 {
		return nil, err
	}
	numbers, err := wholes(column)
	if err != nil {
		return nil, err
	}
	if len(numbers) != n {
		return nil, fmt.Errorf("%s: %d labels for %d spikes", units.Path, len(numbers), n)
	}
	kinds := make([]spike.Kind, n)
	for i, k := range numbers {
		if k > uint64(spike.Tail) {
			return nil, fmt.Errorf("%s: %d is no label", column.Path, k)
		}
		kinds[i] = spike.Kind(k)
	}
	return kinds, nil
}

// wholes reads a dataset of whole numbers.
func wholes(o *hdf5.Object) ([]uint64, error) {
	kind, err := o.Number()
	if err != nil {
		return nil, err
	}
	var out []uint64
	err = o.Each(func(x float64, n uint64) error {
		n, err := whole(kind, x, n)
		out = append(out, n)
		return err
	})
	return out, err
}
