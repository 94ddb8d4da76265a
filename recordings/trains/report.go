package trains

import (
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// Report is what a SONATA report holds of one population: a value of each element of its neurons, at equal distances of
// time.
type Report struct {
	Population string
	Variable   string // where this program wrote it; otherwise "value"
	Unit       string
	Neurons    []uint64 // of each element: index in the population
	Elements   []uint64 // of each element: its number in its neuron
	From, Step spike.Tick
	Samples    uint64

	path string
}

// Reports lists the reports of a file, none if it holds no group /report.
func Reports(path string) ([]*Report, error) {
	var all []*Report
	err := openHDF5(path, func(root *hdf5.Object) error {
		group, err := root.Member("report")
		if err != nil || group == nil || !group.Group() {
			return err
		}
		members, err := group.Members()
		if err != nil {
			return err
		}
		for _, m := range members {
			population, err := group.Member(m.Name)
			if err != nil {
				return err
			}
			r, err := report(population, m.Name)
			if err != nil {
				return err
			}
			r.path = path
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// openHDF5 calls use with the root of a file.
func openHDF5(path string, use func(root *hdf5.Object) error) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	file, err := hdf5.Open(in, info.Size())
	if err != nil {
		return err
	}
	root, err := file.Root()
	if err != nil {
		return err
	}
	return use(root)
}

// report reads all of a report but its data.
func report(population *hdf5.Object, name string) (*Report, error) {
	r := &Report{Population: name, Variable: "value"}
	data, err := member(population, "data")
	if err != nil {
		return nil, err
	}
	shape, err := data.Shape()
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 {
		return nil, fmt.Errorf("%s: %d dimensions, want 2: time and element", data.Path, len(shape))
	}
	r.Samples = shape[0]
	if r.Unit, _, err = data.Text("units"); err != nil {
		return nil, err
	}
	if variable, ok, err := data.Text("variable"); err != nil {
		return nil, err
	} else if ok {
		r.Variable = variable
	}
	mapping, err := member(population, "mapping")
	if err != nil {
		return nil, err
	}
	if err := r.elements(mapping, shape[1]); err != nil {
		return nil, err
	}
	return r, r.times(mapping)
}

// member returns a member that must be there.
func member(group *hdf5.Object, name string) (*hdf5.Object, error) {
	if !group.Group() {
		return nil, fmt.Errorf("%s is not a group", group.Path)
	}
	o, err := group.Member(name)
	if err == nil && o == nil {
		err = fmt.Errorf("%s holds no %s: not a SONATA report", group.Path, name)
	}
	return o, err
}

// elements reads which columns are whose.
func (r *Report) elements(mapping *hdf5.Object, columns uint64) error {
	lists := map[string][]uint64{}
	for _, name := range []string{"node_ids", "index_pointers", "element_ids"} {
		list, err := mapping.Member(name)
		if err == nil && list == nil && name == "node_ids" {
			list, err = member(mapping, "gids") // before version 0.1
		}
		if err == nil && list == nil {
			list, err = member(mapping, name)
		}
		if err != nil {
			return err
		}
		if lists[name], err = wholes(list); err != nil {
			return err
		}
	}
	nodes, pointers := lists["node_ids"], lists["index_pointers"]
	r.Elements = lists["element_ids"]
	if len(pointers) != len(nodes)+1 || uint64(len(r.Elements)) != columns {
		return fmt.Errorf("%s: %d node_ids, %d index_pointers and %d element_ids for %d columns of data", mapping.Path,
			len(nodes), len(pointers), len(r.Elements), columns)
	}
	for i, id := range nodes {
		if pointers[i] != uint64(len(r.Neurons)) || pointers[i+1] < pointers[i] || pointers[i+1] > columns {
			return fmt.Errorf("%s: the index_pointers of node %d are %d and %d of %d", mapping.Path, id, pointers[i],
				pointers[i+1], columns)
		}
		if id >= MostNeurons {
			return fmt.Errorf("%s: node %d would need a population of more than %d neurons", mapping.Path, id, MostNeurons)
		}
		r.Neurons = append(r.Neurons, slices.Repeat([]uint64{id}, int(pointers[i+1]-pointers[i]))...)
	}
	if uint64(len(r.Neurons)) != columns {
		return fmt.Errorf("%s: index_pointers end at %d of %d", mapping.Path, len(r.Neurons), columns)
	}
	return nil
}

// times reads start and step.
func (r *Report) times(mapping *hdf5.Object) error {
	time, err := member(mapping, "time")
	if err != nil {
		return err
	}
	scale, err := sonataScale(time, Options{})
	if err != nil {
		return err
	}
	var at []float64
	if err := time.Each(func(x float64, _ uint64) error { at = append(at, x); return nil }); err != nil {
		return err
	}
	if len(at) != 3 || !(at[2] > 0) {
		return fmt.Errorf("%s: %v is not start, stop and step", time.Path, at)
	}
	if r.From, err = toTick(at[0], scale); err != nil {
		return err
	}
	if r.Step, err = toTick(at[2], scale); err != nil {
		return err
	}
	if n := (at[1] - at[0]) / at[2]; math.Abs(n-float64(r.Samples)) > 1.01 { // some programs count the last one
		return fmt.Errorf("%s: %v are %g samples, the data has %d", time.Path, at, n, r.Samples)
	}
	if r.Step <= 0 || r.Samples > uint64(spike.Forever/r.Step) {
		return fmt.Errorf("%s: %v: a step must be at least 1 ns, and the end before %v", time.Path, at, spike.Forever)
	}
	return nil
}

// Each visits the samples in order of time; the row, a value for each element, is valid until visit returns.
func (r *Report) Each(visit func(at spike.Tick, row []float64) error) error {
	err := openHDF5(r.path, func(root *hdf5.Object) error {
		group := root
		var err error
		for _, name := range []string{"report", r.Population, "data"} {
			if group, err = member(group, name); err != nil {
				return err
			}
		}
		at := r.From
		return group.EachRow(func(row []float64) error {
			err := visit(at, row)
			at += r.Step
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", r.path, err)
	}
	return nil
}
