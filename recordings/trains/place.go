package trains

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Numbering says which unit of a file becomes which neuron. The zero value is the rule of the package: a whole number
// n is neuron n - FirstID, names are numbered as they come.
type Numbering struct {
	FirstID int    // number of the unit that is neuron 0; 0 leaves it to the file (0; 1 for NEST files of this program)
	IDs     string // "keep" (or ""): as above; "renumber": units become neurons 0, 1, 2... in order
}

// Placed is one recording of a file with a neuron for each of its trains.
type Placed struct {
	Recording string
	Size      int     // neurons, silent ones included
	Trains    []Train // those of the file, in their order
	Neurons   []int   // the neuron of each train
	Names     bool    // neurons do not have the numbers of their units
}

// MostNeurons is the largest size of a population.
const MostNeurons = 100_000_000

// A SelectionError says why trains cannot be taken as somebody wants them. Key is what to change: "recording",
// "units", "size", "first_id" or "ids".
type SelectionError struct{ Key, Reason, Allowed string }

func (e *SelectionError) Error() string {
	if e.Allowed == "" {
		return e.Key + ": " + e.Reason
	}
	return fmt.Sprintf("%s: %s (allowed: %s)", e.Key, e.Reason, e.Allowed)
}

// Recordings lists what the file calls recordings or populations, in order: those with trains, and those that it
// only names.
func (f *File) Recordings() []string {
	var names []string
	for _, p := range f.Network {
		names = append(names, p.Name)
	}
	for _, name := range f.names {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for rest := f.Trains; len(rest) > 0; rest = rest[ofOne(rest):] {
		if !slices.Contains(names, rest[0].Recording) {
			names = append(names, rest[0].Recording)
		}
	}
	return names
}

// Place gives the trains of a recording their neurons. A size other than 0 is that of the population: that a unit
// with spikes would have no place in it is an error.
func (f *File) Place(recording string, size int, n Numbering) (*Placed, error) {
	p := &Placed{Recording: recording}
	if i := slices.IndexFunc(f.Trains, func(t Train) bool { return t.Recording == recording }); i >= 0 {
		p.Trains = f.Trains[i : i+ofOne(f.Trains[i:])]
	}
	for _, q := range f.Network {
		if q.Name == recording {
			p.Size = q.Size
		}
	}
	if name, number := mixed(p.Trains); n.IDs != "renumber" && number != "" {
		return nil, &SelectionError{"ids", fmt.Sprintf("units of %s are numbers (%s) and names (%s)", f.Name, number, name),
			`"renumber", which numbers all as they come`}
	}
	if n.IDs == "renumber" || !numbered(p.Trains) {
		p.Names, p.Size = true, len(p.Trains)
		for i := range p.Trains {
			p.Neurons = append(p.Neurons, i)
		}
		if size != 0 && size != p.Size {
			return nil, &SelectionError{"size", fmt.Sprintf("%s has %d units, which are numbered as they come", f.Name, p.Size),
				fmt.Sprintf("%d, or units that are to be taken", p.Size)}
		}
		return p, nil
	}
	first := n.FirstID
	if first == 0 {
		first = f.FirstID
	}
	needed, last := 0, ""
	for _, t := range p.Trains {
		id, err := strconv.ParseUint(t.Unit, 10, 64)
		switch {
		case id < uint64(first):
			return nil, &SelectionError{"first_id", fmt.Sprintf("%s has a unit %s, which is below it", f.Name, t.Unit),
				"at most " + t.Unit}
		case err != nil || id-uint64(first) >= MostNeurons:
			reason := fmt.Sprintf("unit %s of %s would need a population of more than %d neurons", t.Unit, f.Name, MostNeurons)
			return nil, &SelectionError{"ids", reason, `"renumber", or first_id`}
		}
		neuron := int(id) - first
		p.Neurons = append(p.Neurons, neuron)
		p.Size = max(p.Size, neuron+1)
		if len(t.Times) > 0 && neuron >= needed {
			needed, last = neuron+1, t.Unit
		}
	}
	if size != 0 {
		if needed > size {
			allowed := fmt.Sprintf("at least %d", needed)
			if first == 0 && len(p.Trains) > 0 && p.Trains[0].Unit != "0" {
				allowed += fmt.Sprintf("; with first_id = %s at least %d", p.Trains[0].Unit, needed-p.Neurons[0])
			}
			return nil, &SelectionError{"size", fmt.Sprintf("unit %s of %s is neuron %d", last, f.Name, needed-1),
				allowed + `; or units = ["0-9"] for some, ids = "renumber" for numbers without gaps`}
		}
		p.Size = size
	}
	p.Names = first != 0
	return p, nil
}

// Selection chooses trains of a file.
type Selection struct {
	Recording string   // may be empty if there is one
	Units     []string // these units, in this order: names, numbers, or ranges of numbers such as "10-19"; all if empty
	Size      int      // neurons of the population; 0: as many as there are
	Numbering          // where Units is empty
}

// Select returns a train for each neuron of a population, empty for those that are silent.
func (f *File) Select(s Selection) ([][]spike.Tick, error) {
	names := f.Recordings()
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("%s holds no spikes", f.Name)
	case s.Recording == "" && len(names) > 1:
		reason := fmt.Sprintf("%s holds %d recordings, choose one", f.Name, len(names))
		return nil, &SelectionError{"recording", reason, listed(names)}
	case s.Recording == "":
		s.Recording = names[0]
	case !slices.Contains(names, s.Recording):
		reason := fmt.Sprintf("there is no recording %q in %s", s.Recording, f.Name)
		return nil, &SelectionError{"recording", reason, listed(names)}
	}
	if len(s.Units) > 0 {
		return f.units(s)
	}
	p, err := f.Place(s.Recording, s.Size, s.Numbering)
	if err != nil {
		return nil, err
	}
	out := make([][]spike.Tick, p.Size)
	for i, n := range p.Neurons {
		if len(p.Trains[i].Times) > 0 {
			out[n] = p.Trains[i].Times
		}
	}
	return out, nil
}

// units returns the trains of a list of units.
func (f *File) units(s Selection) ([][]spike.Tick, error) {
	at, size := map[string]int{}, 0
	for i, t := range f.Trains {
		if t.Recording == s.Recording {
			at[t.Unit] = i
		}
	}
	for _, q := range f.Network {
		if q.Name == s.Recording {
			size = q.Size
		}
	}
	if s.FirstID != 0 || s.IDs != "" && s.IDs != "keep" {
		const reason = "units are numbered as they are listed: first_id and ids mean nothing beside them"
		return nil, &SelectionError{"units", reason, ""}
	}
	var out [][]spike.Tick
	taken := map[string]bool{}
	take := func(unit string, silent bool) error {
		i, known := at[unit]
		switch {
		case taken[unit]:
			return &SelectionError{"units", fmt.Sprintf("unit %q is listed twice", unit), ""}
		case !known && !silent:
			reason := fmt.Sprintf("there is no unit %q in recording %q of %s", unit, s.Recording, f.Name)
			return &SelectionError{"units", reason, "a unit with spikes; a silent one within a range"}
		case !known:
			out = append(out, nil)
		default:
			out = append(out, f.Trains[i].Times)
		}
		taken[unit] = true
		return nil
	}
	for _, unit := range s.Units {
		lo, hi, isRange := rangeOf(unit)
		if _, exact := at[unit]; exact || !isRange {
			if n, err := strconv.ParseUint(unit, 10, 64); err == nil { // "007" is 7
				unit = strconv.FormatUint(n, 10)
			}
			if err := take(unit, false); err != nil {
				return nil, err
			}
			continue
		}
		if hi < lo || hi-lo >= MostNeurons || size > 0 && hi >= uint64(size) {
			allowed := ""
			if size > 0 {
				allowed = fmt.Sprintf("0 to %d", size-1)
			}
			return nil, &SelectionError{"units", fmt.Sprintf("%q is no range of units", unit), allowed}
		}
		for n := lo; n <= hi; n++ {
			if err := take(strconv.FormatUint(n, 10), true); err != nil {
				return nil, err
			}
		}
	}
	if s.Size != 0 && s.Size != len(out) {
		return nil, &SelectionError{"size", fmt.Sprintf("units names %d units", len(out)), strconv.Itoa(len(out))}
	}
	return out, nil
}

// rangeOf reads a range such as "10-19".
func rangeOf(text string) (lo, hi uint64, ok bool) {
	first, last, ok := strings.Cut(text, "-")
	lo, err1 := strconv.ParseUint(strings.TrimSpace(first), 10, 64)
	hi, err2 := strconv.ParseUint(strings.TrimSpace(last), 10, 64)
	return lo, hi, ok && err1 == nil && err2 == nil
}
