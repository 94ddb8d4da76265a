package trains

import (
	"fmt"
	"strconv"

	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// readColumns reads datasets of numbers that stand side by side in a group, one for each column: what scripts write
// with h5py, and vectors that MATLAB saves (version 7.3). Names and options say what they are, as in other tables.
func readColumns(group *hdf5.Object, members []hdf5.Member, o Options) (*File, error) {
	t := rows{place: "spike"}
	var sets []*hdf5.Object
	times := false
	for _, m := range members {
		if m.Other != "" {
			continue
		}
		set, err := group.Member(m.Name)
		if err != nil {
			return nil, err
		}
		if set.Group() {
			continue
		}
		name := m.Name
		if scale, isTime := timeName(normalName(name)); isTime {
			times = true
			if units, ok, err := set.Text("units"); err != nil {
				return nil, err
			} else if _, known := timeUnits()[units]; ok && scale == 0 && known {
				name += "_" + units
			}
		}
		t.head, sets = append(t.head, name), append(sets, set)
	}
	if !times && o.TimeColumn == "" {
		return nil, fmt.Errorf("is an HDF5 file without /spikes (SONATA), /units (NWB) or a column of times: its root "+
			"holds %s",
			orNothing(memberNames(members)))
	}
	l, err := settle(t.head, o)
	if err != nil {
		return nil, err
	}
	if l.population >= 0 || l.kind >= 0 || l.number >= 0 {
		return nil, fmt.Errorf("populations and labels are not read from HDF5 columns; write a CSV file")
	}
	columns := make([][]string, len(sets))
	for _, i := range []int{l.time, l.unit} {
		if i < 0 {
			continue
		}
		if columns[i], err = texts(sets[i]); err != nil {
			return nil, err
		}
		if len(columns[i]) != len(columns[l.time]) {
			return nil, fmt.Errorf("%s has %d elements, %s %d", sets[i].Path, len(columns[i]), sets[l.time].Path,
				len(columns[l.time]))
		}
	}
	t.each = func(visit func(int, []string) error) error {
		row := make([]string, len(sets))
		for k := range columns[l.time] {
			for _, i := range []int{l.time, l.unit} {
				if i >= 0 {
					row[i] = columns[i][k]
				}
			}
			if err := visit(k+1, row); err != nil {
				return err
			}
		}
		return nil
	}
	f := &File{}
	return f, t.read(f, ".h5", o)
}

// texts reads a dataset of numbers as text.
func texts(o *hdf5.Object) ([]string, error) {
	kind, err := o.Number()
	if err != nil {
		return nil, err
	}
	var out []string
	err = o.Each(func(x float64, n uint64) error {
		switch {
		case kind.Float:
			out = append(out, strconv.FormatFloat(x, 'g', -1, 64))
		case kind.Signed:
			out = append(out, strconv.FormatInt(int64(n), 10))
		default:
			out = append(out, strconv.FormatUint(n, 10))
		}
		return nil
	})
	return out, err
}

func memberNames(members []hdf5.Member) (names []string) {
	for _, m := range members {
		names = append(names, m.Name)
	}
	return names
}
