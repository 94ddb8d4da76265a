package trains

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// layout says where the columns of a table are; -1 is nowhere.
type layout struct {
	time, unit, population, kind, number int
	scale                                float64 // ns per unit of the times
	how                                  string
}

// timeUnits are ns per unit of time.
func timeUnits() map[string]float64 {
	return map[string]float64{
		"s": 1e9, "sec": 1e9, "second": 1e9, "seconds": 1e9, "ms": 1e6, "msec": 1e6, "millisecond": 1e6, "milliseconds": 1e6,
		"us": 1e3, "µs": 1e3, "μs": 1e3, "usec": 1e3, "microsecond": 1e3, "microseconds": 1e3,
		"ns": 1, "nsec": 1, "nanosecond": 1, "nanoseconds": 1,
	}
}

// Names of columns, in lower case.
var (
	timeNames = []string{"time", "times", "t", "spike_time", "spike_times", "spiketime", "spiketimes", "spiketrain",
		"timestamp", "timestamps"}
	unitNames = []string{"unit", "units", "unit_id", "neuron", "neurons", "neuron_id", "neuron_ids", "neuron_index",
		"node_id", "node_ids", "sender", "senders", "gid", "gids", "id", "ids", "i", "index", "cell", "cells", "cell_id",
		"cluster", "cluster_id", "nrn"}
	populationNames = []string{"recording", "population", "populations", "pop"}
)

// conventions are the units of times without one, beside units of these names.
func conventions(unit, time string) string {
	switch strings.TrimSuffix(unit, "s") {
	case "sender", "gid", "node_id": // NEST, NEURON; SONATA
		return "ms"
	case "i": // Brian
		if time == "t" {
			return "s"
		}
	}
	return ""
}

// unitInBrackets is a unit behind a name: "time (ms)", "t [s]".
var unitInBrackets = regexp.MustCompile(`\s*[\(\[]\s*(\p{L}+)\s*[\)\]]`)

// normalName puts the name of a column into the form of the lists above.
func normalName(s string) string {
	s = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")))
	s = unitInBrackets.ReplaceAllString(s, "_$1")
	return strings.ReplaceAll(s, " ", "_")
}

// timeName tells whether a column holds times, and ns per unit, 0 if the name does not say.
func timeName(s string) (scale float64, ok bool) {
	if slices.Contains(timeNames, s) {
		return 0, true
	}
	if i := strings.LastIndexAny(s, "_/"); i > 0 && slices.Contains(timeNames, s[:i]) {
		scale, ok = timeUnits()[s[i+1:]]
	}
	return scale, ok
}

// known tells whether a column is one that this package knows by name.
func known(name string) bool {
	name = normalName(name)
	_, ok := timeName(name)
	others := []string{"kind", "population_number"}
	return ok || slices.Contains(slices.Concat(unitNames, populationNames, others), name)
}

// settle finds the columns of a table by their names and what the options say.
func settle(head []string, o Options) (layout, error) {
	names := make([]string, len(head))
	for i := range head {
		names[i] = normalName(head[i])
	}
	find := func(chosen, option, what string, is func(string) bool) (int, error) {
		if chosen != "" {
			return column(head, names, chosen, option)
		}
		var at []int
		for i, name := range names {
			if is(name) {
				at = append(at, i)
			}
		}
		switch {
		case len(at) == 1:
			return at[0], nil
		case len(at) == 0:
			return -1, nil
		}
		reason := fmt.Sprintf("columns %q and %q may both be %s", head[at[0]], head[at[1]], what)
		return -1, &Unsettled{Reason: reason, Option: option, Choice: listed(head)}
	}
	among := func(list []string) func(string) bool {
		return func(s string) bool { return slices.Contains(list, s) }
	}
	var l layout
	var errs [4]error
	l.time, errs[0] = find(o.TimeColumn, "time_column", "the time", func(s string) bool {
		_, ok := timeName(s)
		return ok
	})
	l.unit, errs[1] = find(o.UnitColumn, "unit_column", "the unit", among(unitNames))
	l.population, errs[2] = find(o.PopulationColumn, "population_column", "the population", among(populationNames))
	l.kind = slices.Index(names, "kind")
	l.number = slices.Index(names, "population_number")
	for _, err := range errs {
		if err != nil {
			return l, err
		}
	}
	switch {
	case slices.Contains(names, "time_offset") && o.TimeColumn == "":
		return l, errors.New("the times are in steps and offsets (time_step, time_offset): " +
			"record them in ms (NEST: time_in_steps = False)")
	case l.time < 0:
		reason := fmt.Sprintf("none of the columns %s is called time_s, time_ms, time_us or time_ns", listed(head))
		return l, &Unsettled{Reason: reason, Option: "time_column", Choice: listed(head)}
	case l.unit < 0 && len(head) > 1:
		reason := fmt.Sprintf("none of the columns %s is called unit, neuron, node_id, sender, gid or id", listed(head))
		return l, &Unsettled{Reason: reason, Option: "unit_column", Choice: listed(head)}
	case l.unit == l.time || l.population >= 0 && (l.population == l.time || l.population == l.unit):
		return l, &Unsettled{Reason: "one column cannot be two things", Option: "unit_column", Choice: listed(head)}
	}
	unit := "ms"
	if o.TimeUnit == "" {
		if scale, _ := timeName(names[l.time]); scale > 0 {
			l.scale = scale
		} else if unit = ""; l.unit >= 0 {
			unit = conventions(names[l.unit], names[l.time])
		}
	}
	if l.scale == 0 {
		var err error
		if l.scale, err = scaleOf(o.TimeUnit, unit, quoted(head[l.time])); err != nil {
			return l, err
		}
	}
	l.how = fmt.Sprintf("times from %s in %s", quoted(head[l.time]), unitOf(l.scale))
	if l.unit >= 0 {
		l.how += ", units from " + quoted(head[l.unit])
	}
	if l.population >= 0 {
		l.how += ", populations from " + quoted(head[l.population])
	}
	if l.kind >= 0 {
		l.how += ", labels from " + quoted(head[l.kind])
	}
	var aside []string
	for i := range head {
		if !slices.Contains([]int{l.time, l.unit, l.population, l.kind, l.number}, i) {
			aside = append(aside, quoted(head[i]))
		}
	}
	if len(aside) > 0 {
		l.how += "; not used: " + strings.Join(aside, ", ")
	}
	return l, nil
}

// numberedColumn is the name of a column that has none.
func numberedColumn(i int) string { return fmt.Sprintf("column %d", i+1) }

// quoted names a column.
func quoted(name string) string {
	if strings.HasPrefix(name, "column ") {
		return name
	}
	return fmt.Sprintf("column %q", strings.TrimSpace(name))
}

// column finds a column that an option chooses.
func column(head, names []string, chosen, option string) (int, error) {
	at := -1
	for i := range head {
		if strings.TrimSpace(head[i]) == chosen || names[i] == normalName(chosen) {
			if at >= 0 {
				return -1, fmt.Errorf("%s = %q: there are two columns of this name; choose by number", option, chosen)
			}
			at = i
		}
	}
	if at >= 0 {
		return at, nil
	}
	if n, err := strconv.Atoi(chosen); err == nil && n >= 1 && n <= len(head) {
		return n - 1, nil
	}
	return -1, fmt.Errorf("%s = %q: there is no such column (allowed: %s, or 1 to %d)", option, chosen, listed(head),
		len(head))
}

// scaleOf returns ns per unit of what an option says, or else a convention; where is what the times are.
func scaleOf(option, convention, where string) (float64, error) {
	switch {
	case option == "" && convention == "":
		return 0, &Unsettled{Reason: "nothing says the unit of the times in " + where, Option: "time_unit",
			Choice: "ms, s, us or ns"}
	case option == "":
		option = convention
	}
	number, unit := strings.TrimSpace(option), ""
	if i := strings.IndexFunc(number, func(r rune) bool { return !strings.ContainsRune("0123456789.+-eE", r) }); i >= 0 {
		number, unit = strings.TrimSpace(number[:i]), strings.TrimSpace(number[i:])
	}
	scale, ok := timeUnits()[unit]
	steps := 1.0
	var err error
	if number != "" {
		steps, err = strconv.ParseFloat(number, 64)
	}
	if !ok || err != nil || !(steps > 0) || steps*scale > 1e18 {
		return 0, fmt.Errorf("time_unit = %q: is no unit of time (allowed: s, ms, us, ns, or a step such as \"0.1 ms\")",
			option)
	}
	return steps * scale, nil
}

// unitOf names a scale.
func unitOf(scale float64) string {
	for _, u := range []string{"s", "ms", "us", "ns"} {
		if timeUnits()[u] == scale {
			return u
		}
	}
	return fmt.Sprintf("steps of %v", spike.Tick(scale))
}

// parseTime reads a time in units of scale ns, rounded to the ns. A comma is a decimal point where it separates
// nothing.
func parseTime(s string, scale float64) (spike.Tick, error) {
	s = strings.TrimSpace(s)
	x, err := strconv.ParseFloat(s, 64)
	if err != nil && strings.Count(s, ",") == 1 {
		x, err = strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	}
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	if scale == 1 { // whole ns are exact however large
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > int64(spike.Never) && n < int64(spike.Forever) {
			return spike.Tick(n), nil
		}
	}
	return toTick(x, scale)
}

func toTick(x, scale float64) (spike.Tick, error) {
	if math.IsNaN(x) || math.Abs(x*scale) >= float64(spike.Forever) {
		return 0, fmt.Errorf("%g is not a time", x)
	}
	return spike.Tick(math.Round(x * scale)), nil
}

// listed joins names, the first few of many.
func listed(names []string) string {
	const most = 8
	quoted := make([]string, 0, most)
	for _, n := range names[:min(most, len(names))] {
		quoted = append(quoted, strconv.Quote(strings.TrimSpace(n)))
	}
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(quoted, ", "), len(names)-most)
	}
	return strings.Join(quoted, ", ")
}
