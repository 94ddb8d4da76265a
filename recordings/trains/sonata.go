package trains

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// readHDF5 reads the spike trains of an HDF5 file by what its root group holds.
func readHDF5(path string, o Options) (*File, error) {
	if o.TimeColumn+o.UnitColumn+o.PopulationColumn != "" {
		return nil, errors.New("an HDF5 file has no columns to choose")
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	file, err := hdf5.Open(in, info.Size())
	if err != nil {
		return nil, err
	}
	root, err := file.Root()
	if err != nil {
		return nil, err
	}
	members, err := root.Members()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range members {
		if m.Name == "spikes" {
			f, err := readSONATA(root, o)
			if err != nil {
				return nil, err
			}
			return f, describe(f, root)
		}
		names = append(names, m.Name)
	}
	return nil, fmt.Errorf("is an HDF5 file without /spikes (SONATA): its root holds %s", orNothing(names))
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
func readSONATA(root *hdf5.Object, o Options) (*File, error) {
	spikes, err := root.Member("spikes")
	if err != nil {
		return nil, err
	}
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
			return f, nil
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
	return f, nil
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
		switch {
		case ids.Float && (x != math.Trunc(x) || x < 0 || x >= float64(uint64(1)<<ids.Digits)):
			return fmt.Errorf("node ID %g is not a whole number that floating point counts exactly", x)
		case ids.Float:
			n = uint64(x)
		case ids.Signed && x < 0:
			return fmt.Errorf("node ID %.0f is negative", x)
		}
		i++
		return b.add(name, strconv.FormatUint(n, 10), at[i-1], noKind)
	})
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
		return 0, &Unsettled{Reason: fmt.Sprintf("%s has units %q", times.Path, units), Option: "time_unit", Choice: "ms, s, us or ns"}
	}
	return scale, nil
}
