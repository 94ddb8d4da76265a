package trains

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/burstplex/burstplex/neuron/spike"
)

// rows is a table of any format: names of columns, if it has them, and rows of text.
type rows struct {
	head  []string
	first []string                                           // a row to look at; may be nil where there is a head
	each  func(visit func(at int, row []string) error) error // calls visit for every row; a row is valid during the call
	place string                                             // what at counts: "line", "row"
}

// read reads the trains of a table. The ending is that of the name of its file.
func (t *rows) read(f *File, ending string, o Options) error {
	l, err := t.layout(ending, o)
	if err != nil {
		return err
	}
	if f.How = l.how; l.how == "" { // both columns are numbers: which is which shows at the end
		return t.readPairs(f, l.scale)
	}
	var b builder
	kind, numbers := noKind, newRoster()
	err = t.each(func(at int, row []string) error {
		time, err := parseTime(row[l.time], l.scale)
		if err != nil {
			return t.wrong(at, l.time, err)
		}
		population, unit := "", "0"
		if l.unit >= 0 {
			unit = row[l.unit]
		}
		if l.population >= 0 {
			population = row[l.population]
		}
		if l.number >= 0 {
			if err := numbers.note(population, row[l.number]); err != nil {
				return t.wrong(at, l.number, err)
			}
		}
		if l.kind >= 0 {
			if kind, err = parseKind(row[l.kind]); err != nil {
				return t.wrong(at, l.kind, err)
			}
		}
		if err := b.add(population, unit, time, kind); err != nil {
			return fmt.Errorf("%s %d: %w", t.place, at, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.Trains = b.finish()
	return numbers.place(f)
}

// wrong is the error of a value.
func (t *rows) wrong(at, column int, err error) error {
	name := strconv.Itoa(column + 1)
	if t.head != nil {
		name = t.head[column]
	}
	return fmt.Errorf("%s %d: column %s: %w", t.place, at, name, err)
}

// layout says what the columns are. A layout that says nothing in words has two columns of numbers in an order to be
// found.
func (t *rows) layout(ending string, o Options) (layout, error) {
	if t.head != nil {
		return settle(t.head, o)
	}
	named := o.TimeColumn != "" || o.UnitColumn != "" || o.PopulationColumn != ""
	width := len(t.first)
	if width == 2 && !named {
		switch ending {
		case ".ras":
			o.TimeColumn, o.UnitColumn, named = "1", "2", true
			if o.TimeUnit == "" {
				o.TimeUnit = "s"
			}
		case ".gdf":
			o.TimeColumn, o.UnitColumn, named = "2", "1", true
			if o.TimeUnit == "" {
				o.TimeUnit = "ms"
			}
		}
	}
	numbers := make([]string, width)
	for i := range numbers {
		numbers[i] = numberedColumn(i)
	}
	scale, err := scaleOf(o.TimeUnit, "", "its columns, which have no names")
	switch {
	case err != nil:
		return layout{}, err
	case width == 1 && !named:
		o.TimeColumn = "1"
	case width == 2 && !named:
		for i := range 2 { // a name is the unit
			if !isNumber(t.first[i]) {
				o.TimeColumn, o.UnitColumn, named = strconv.Itoa(2-i), strconv.Itoa(i+1), true
			}
		}
		if !named {
			return layout{scale: scale}, nil
		}
	case width == 2 && o.UnitColumn == "" && (o.TimeColumn == "1" || o.TimeColumn == "2"):
		o.UnitColumn = map[string]string{"1": "2", "2": "1"}[o.TimeColumn]
	case width == 2 && o.TimeColumn == "" && (o.UnitColumn == "1" || o.UnitColumn == "2"):
		o.TimeColumn = map[string]string{"1": "2", "2": "1"}[o.UnitColumn]
	case o.TimeColumn == "":
		return layout{}, unnamed(width, "time_column")
	case o.UnitColumn == "":
		return layout{}, unnamed(width, "unit_column")
	}
	return settle(numbers, o)
}

// unnamed asks for one of several columns without names.
func unnamed(width int, option string) error {
	reason := fmt.Sprintf("it has %d columns without names", width)
	return &Unsettled{Reason: reason, Option: option, Choice: fmt.Sprintf("1 to %d", width)}
}

// readPairs reads two columns of numbers: the one that has fractions is the time.
func (t *rows) readPairs(f *File, scale float64) error {
	var times [2][]spike.Tick
	var whole [2][]uint64
	fraction := [2]bool{}
	err := t.each(func(line int, row []string) error {
		for k := range 2 {
			at, err := parseTime(row[k], scale)
			if err != nil {
				return fmt.Errorf("%s %d: column %d: %w", t.place, line, k+1, err)
			}
			times[k] = append(times[k], at)
			unit, err := plainUnit(row[k])
			n, perr := strconv.ParseUint(unit, 10, 64)
			fraction[k] = fraction[k] || err != nil || perr != nil
			whole[k] = append(whole[k], n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	k := 0
	switch {
	case fraction[0] && fraction[1]:
		return errors.New("both columns have fractions or signs: neither holds whole numbers of units")
	case !fraction[0] && !fraction[1]:
		return &Unsettled{Reason: "both columns hold whole numbers", Option: "time_column", Choice: "1 or 2"}
	case fraction[1]:
		k = 1
	}
	f.How = fmt.Sprintf("times from column %d in %s, units from column %d", k+1, unitOf(scale), 2-k)
	var b builder
	for i, at := range times[k] {
		if err := b.add("", strconv.FormatUint(whole[1-k][i], 10), at, noKind); err != nil {
			return err
		}
	}
	f.Trains = b.finish()
	return nil
}
