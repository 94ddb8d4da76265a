package trains

import (
	"archive/zip"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// readNPZ reads arrays of equal length, one for each column, as numpy.savez writes them; and what this program exports.
func readNPZ(name string, o Options) (*File, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	arrays := map[string]*array{}
	var names []string
	for _, m := range z.File {
		in, err := m.Open()
		if err != nil {
			return nil, err
		}
		defer in.Close()
		column, ok := strings.CutSuffix(path.Base(m.Name), ".npy")
		if !ok {
			return nil, fmt.Errorf("is a zip file with %q, not one of arrays (npz)", m.Name)
		}
		a, err := openArray(in)
		if err != nil {
			return nil, fmt.Errorf("array %s: %w", column, err)
		}
		arrays[column] = a
		names = append(names, column)
	}
	if a := arrays["description"]; a != nil && arrays["time_ns"] != nil && arrays["neuron"] != nil &&
		arrays["kind"] != nil {
		text, err := a.row(1, nil)
		if err != nil {
			return nil, err
		}
		return ownNPZ(text[0], arrays)
	}
	t := rows{place: "spike"}
	for _, column := range names {
		if a := arrays[column]; len(a.shape) == 1 && len(a.fields) == 1 {
			t.head = append(t.head, column)
		}
	}
	l, err := settle(t.head, o)
	if err != nil {
		return nil, err
	}
	n := arrays[t.head[l.time]].shape[0]
	var used []int
	for _, i := range []int{l.time, l.unit, l.population, l.kind, l.number} {
		if i < 0 {
			continue
		}
		if have := arrays[t.head[i]].shape[0]; have != n {
			return nil, fmt.Errorf("array %s has %d elements, %s %d", t.head[i], have, t.head[l.time], n)
		}
		used = append(used, i)
	}
	t.each = func(visit func(int, []string) error) error {
		row := make([]string, len(t.head))
		var one []string
		for k := range n {
			for _, i := range used {
				a := arrays[t.head[i]]
				var err error
				if one, err = a.row(1, one[:0]); err != nil {
					return fmt.Errorf("array %s: %w", t.head[i], err)
				}
				row[i] = one[0]
			}
			if err := visit(k+1, row); err != nil {
				return err
			}
		}
		return nil
	}
	f := &File{}
	return f, t.read(f, ".npz", o)
}

// ownNPZ reads what this program exports: times in ns, IDs in the network and labels by number, and what the
// network is.
func ownNPZ(description string, arrays map[string]*array) (*File, error) {
	h, window, err := recordings.ParseDescription([]byte(description))
	if err != nil {
		return nil, err
	}
	f := &File{How: "exported by Burstplex; units are indices in their population"}
	f.Network, f.Window, f.Resolution = h.Populations, window, h.Resolution
	times, neurons, kinds := arrays["time_ns"], arrays["neuron"], arrays["kind"]
	if len(times.shape) != 1 || !slices.Equal(times.shape, neurons.shape) || !slices.Equal(times.shape, kinds.shape) {
		return nil, errors.New("arrays time_ns, neuron and kind differ in length")
	}
	var b builder
	value := func(a *array) (int64, error) {
		text, err := a.row(1, nil)
		if err != nil {
			return 0, err
		}
		return strconv.ParseInt(text[0], 10, 64)
	}
	for range times.shape[0] {
		at, err1 := value(times)
		id, err2 := value(neurons)
		kind, err3 := value(kinds)
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(h.Populations, func(p recordings.Population) bool {
			return id >= 0 && id < 1<<32 && p.Contains(spike.ID(id))
		})
		if i < 0 || kind < 0 || kind > int64(spike.Tail) {
			return nil, fmt.Errorf("neuron %d, kind %d: there is none", id, kind)
		}
		p := h.Populations[i]
		if err := b.add(p.Name, strconv.FormatInt(id-int64(p.First), 10), spike.Tick(at), spike.Kind(kind)); err != nil {
			return nil, err
		}
	}
	f.Trains = b.finish()
	return f, nil
}
