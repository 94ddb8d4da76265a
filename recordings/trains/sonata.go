package trains

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// readSONATA reads the spike trains of a SONATA file. Units are node IDs. Times are taken as ms, as the format prescribes.
func readSONATA(path string, _ Options) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	trains, err := sonataTrains(f, info.Size(), "")
	return &File{Trains: trains, How: "SONATA, times in ms"}, err
}

func sonataTrains(in io.ReaderAt, size int64, population string) ([]Train, error) {
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
		err := b.add(name, strconv.FormatUint(n, 10), at[i], noKind)
		i++
		return err
	})
	if err != nil {
		return nil, err
	}
	if i < len(at) {
		return nil, fmt.Errorf("%s: %d node_ids for %d timestamps", g.Path, i, len(at))
	}
	return b.finish(), nil
}
