package trains

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// noKind says that a format has no labels.
const noKind spike.Kind = 255

// builder collects trains by unit.
type builder struct {
	index   map[[2]string]int // by recording and unit as they are written
	plain   map[[2]string]int // by recording and unit without decoration
	trains  []Train
	spelled []string // how the unit of each train was written
}

// add adds a spike; kind is a label or noKind, the same for all.
func (b *builder) add(recording, unit string, t spike.Tick, kind spike.Kind) error {
	i, ok := b.index[[2]string{recording, unit}]
	if !ok {
		var err error
		if i, err = b.unit(recording, unit); err != nil {
			return err
		}
	}
	b.trains[i].Times = append(b.trains[i].Times, t)
	if kind != noKind {
		b.trains[i].Kinds = append(b.trains[i].Kinds, kind)
	}
	return nil
}

// unit starts the train of a unit.
func (b *builder) unit(recording, unit string) (int, error) {
	if b.index == nil {
		b.index, b.plain = make(map[[2]string]int), make(map[[2]string]int)
	}
	name, err := plainUnit(unit)
	if err != nil {
		return 0, err
	}
	recording, unit = strings.Clone(recording), strings.Clone(unit)
	if i, taken := b.plain[[2]string{recording, name}]; taken {
		return 0, fmt.Errorf("unit %s is written as %q and as %q: are they one?", name, b.spelled[i], unit)
	}
	i := len(b.trains)
	b.index[[2]string{recording, unit}], b.plain[[2]string{recording, name}] = i, i
	b.trains, b.spelled = append(b.trains, Train{Recording: recording, Unit: name}), append(b.spelled, unit)
	return i, nil
}

// plainUnit returns a unit without decoration: a number as whole number, a name as it is.
func plainUnit(s string) (string, error) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		return strconv.FormatUint(n, 10), nil
	}
	x, err := strconv.ParseFloat(s, 64)
	switch {
	case s == "":
		return "", fmt.Errorf("a unit is empty")
	case err != nil && !math.IsInf(x, 0), math.IsNaN(x),
		math.IsInf(x, 0) && !strings.ContainsAny(s, "0123456789"): // a name, even "inf"
		return strings.Clone(s), nil
	case x < 0:
		return "", fmt.Errorf("unit %s is negative", s)
	case x != math.Trunc(x):
		return "", fmt.Errorf("unit %s is not a whole number", s)
	case x >= 1<<53:
		return "", fmt.Errorf("unit %s is larger than what floating point counts exactly", s)
	}
	return strconv.FormatUint(uint64(x), 10), nil
}

// finish sorts the times, and the trains: recordings as they first appear, and in each units by number, or as they
// appear if they have names.
func (b *builder) finish() []Train {
	for i := range b.trains {
		b.trains[i].sort()
	}
	order := map[string]int{}
	for _, t := range b.trains {
		if _, known := order[t.Recording]; !known {
			order[t.Recording] = len(order)
		}
	}
	slices.SortStableFunc(b.trains, func(a, b Train) int { return order[a.Recording] - order[b.Recording] })
	for rest := b.trains; len(rest) > 0; {
		n := ofOne(rest)
		if numbered(rest[:n]) {
			slices.SortFunc(rest[:n], byNumber)
		}
		rest = rest[n:]
	}
	return b.trains
}

// ofOne returns how many trains, from the first on, are of one recording.
func ofOne(trains []Train) int {
	n := slices.IndexFunc(trains, func(t Train) bool { return t.Recording != trains[0].Recording })
	if n < 0 {
		return len(trains)
	}
	return n
}

// numbered tells whether all units are whole numbers.
func numbered(trains []Train) bool {
	return !slices.ContainsFunc(trains, func(t Train) bool {
		_, err := strconv.ParseUint(t.Unit, 10, 64)
		return err != nil
	})
}

// mixed returns a name and a number where some units have names and others are numbers.
func mixed(trains []Train) (name, number string) {
	for _, t := range trains {
		if _, err := strconv.ParseUint(t.Unit, 10, 64); err != nil {
			name = t.Unit
		} else {
			number = t.Unit
		}
	}
	if name == "" {
		number = ""
	}
	return name, number
}

// byNumber orders trains by unit as numbers.
func byNumber(a, b Train) int {
	if len(a.Unit) != len(b.Unit) {
		return len(a.Unit) - len(b.Unit)
	}
	return strings.Compare(a.Unit, b.Unit)
}

func (t *Train) sort() {
	if slices.IsSorted(t.Times) {
		return
	}
	if t.Kinds == nil {
		slices.Sort(t.Times)
		return
	}
	spikes := make([]spike.Event, len(t.Times))
	for k := range spikes {
		spikes[k] = spike.Event{At: t.Times[k], Kind: t.Kinds[k]}
	}
	slices.SortStableFunc(spikes, spike.Compare)
	for k, e := range spikes {
		t.Times[k], t.Kinds[k] = e.At, e.Kind
	}
}

// parseKind reads the name of a label.
func parseKind(s string) (spike.Kind, error) {
	for k := spike.Onset; k <= spike.Tail; k++ {
		if s == k.String() {
			return k, nil
		}
	}
	return noKind, fmt.Errorf("%q is not onset, burst or tail", s)
}
