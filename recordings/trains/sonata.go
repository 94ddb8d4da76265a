package trains

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// readHDF5 reads the spike trains of an HDF5 file by what its root group holds.
func readHDF5(path string, o Options) (*File, error) {
	var f *File
	err := openHDF5(path, func(root *hdf5.Object) (err error) {
		f, err = readRoot(root, o)
		return err
	})
	return f, err
}

func readRoot(root *hdf5.Object, o Options) (*File, error) {
	members, err := root.Members()
	if err != nil {
		return nil, err
	}
	for _, format := range []struct {
		member string
		read   func(root, group *hdf5.Object, o Options) (*File, error)
	}{{"spikes", readSONATA}, {"units", readNWB}} {
		if !slices.Contains(memberNames(members), format.member) {
			continue
		}
		group, err := root.Member(format.member)
		if err != nil {
			return nil, err
		}
		if !group.Group() { // a column of this name
			continue
		}
		if o.TimeColumn+o.UnitColumn+o.PopulationColumn != "" {
			return nil, fmt.Errorf("holds /%s and no columns to choose", format.member)
		}
		return format.read(root, group, o)
	}
	return readColumns(root, members, o)
}

// describe takes from the root what files of this program say of the recording.
func describe(f *File, root *hdf5.Object) error {
	text, ok, err := root.Text(recordings.DescriptionKey)
	if err != nil || !ok {
		return err
	}
	h, window, err := recordings.ParseDescription([]byte(text))
	f.Network, f.Window, f.Resolution = h.Populations, window, h.Resolution
	return err
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return listed(names)
}

// readSONATA reads /spikes: a group for each population, or, before version 0.1 of the format, the spikes of one.
func readSONATA(root, spikes *hdf5.Object, o Options) (*File, error) {
	members, err := spikes.Members()
	if err != nil {
		return nil, err
	}
	f := &File{}
	var b builder
	var seen []string
	for _, m := range members {
		if m.Name == "timestamps" || m.Name == "node_ids" || m.Name == "gids" {
			if err := sonataPopulation(&b, f, spikes, "", o); err != nil {
				return nil, err
			}
			f.Trains = b.finish()
			return f, describe(f, root)
		}
	}
	for _, m := range members {
		g, err := spikes.Member(m.Name)
		if err != nil {
			return nil, err
		}
		if !g.Group() {
			seen = append(seen, m.Name)
			continue
		}
		if err := sonataPopulation(&b, f, g, m.Name, o); err != nil {
			return nil, err
		}
	}
	if f.How == "" {
		return nil, fmt.Errorf("/spikes holds no population, only %s", orNothing(seen))
	}
	f.Trains = b.finish()
	return f, describe(f, root)
}

// sonataPopulation adds the spikes of a group.
func sonataPopulation(b *builder, f *File, g *hdf5.Object, name string, o Options) error {
	times, err := g.Member("timestamps")
	if err != nil {
		return err
	}
	nodes, err := g.Member("node_ids")
	if err == nil && nodes == nil {
		nodes, err = g.Member("gids") // before version 0.1
	}
	switch {
	case err != nil:
		return err
	case times == nil || nodes == nil:
		return fmt.Errorf("%s: no timestamps or no node_ids", g.Path)
	}
	scale, err := sonataScale(times, o)
	if err != nil {
		return err
	}
	if how := "SONATA, times in " + unitOf(scale); !strings.Contains(f.How, how) {
		if f.How += "; "; f.How == "; " {
			f.How = ""
		}
		f.How += how
	}
	ids, err := nodes.Number()
	if err != nil {
		return err
	}
	var at []spike.Tick
	err = times.Each(func(x float64, _ uint64) error {
		t, err := toTick(x, scale)
		at = append(at, t)
		return err
	})
	if err != nil {
		return err
	}
	n, err := nodes.Len()
	if err != nil {
		return fmt.Errorf("%s: %w", nodes.Path, err)
	}
	if n != uint64(len(at)) {
		return fmt.Errorf("%s: %d node_ids for %d timestamps", g.Path, n, len(at))
	}
	f.names = append(f.names, name)
	i := 0
	return nodes.Each(func(x float64, n uint64) error {
		n, err := whole(ids, x, n)
		if err != nil {
			return fmt.Errorf("node ID %w", err)
		}
		i++
		return b.add(name, strconv.FormatUint(n, 10), at[i-1], noKind)
	})
}

// whole returns an element of a dataset that must hold whole numbers from 0.
func whole(kind hdf5.Number, x float64, n uint64) (uint64, error) {
	switch {
	case kind.Float && (x != math.Trunc(x) || x < 0 || x >= float64(uint64(1)<<kind.Digits)):
		return 0, fmt.Errorf("%g is not a whole number that floating point counts exactly", x)
	case kind.Float:
		return uint64(x), nil
	case kind.Signed && x < 0:
		return 0, fmt.Errorf("%.0f is negative", x)
	}
	return n, nil
}

// sonataScale returns ns per unit of the times: ms, unless the attribute units or an option says otherwise.
func sonataScale(times *hdf5.Object, o Options) (float64, error) {
	if o.TimeUnit != "" {
		return scaleOf(o.TimeUnit, "", "")
	}
	units, ok, err := times.Text("units")
	if err != nil || !ok {
		return 1e6, err
	}
	scale, known := timeUnits()[strings.ToLower(strings.TrimSpace(units))]
	if !known {
		return 0, &Unsettled{Reason: fmt.Sprintf("%s has units %q", times.Path, units), Option: "time_unit",
			Choice: "ms, s, us or ns"}
	}
	return scale, nil
}
