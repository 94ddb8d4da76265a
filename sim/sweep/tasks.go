package sweep

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// taskNumber is what a task says of a seed: an error (of a test, in % or in the units of the task), and the angle
// between what was learned and the gradient, mean over layers, both as they are at the end.
type taskNumber struct{ failed, angle float64 }

// taskTables are the tables of tasks that say so, and their columns: a row with the last step (epoch) of each seed
// counts.
var taskTables = []struct{ file, errors, angle string }{
	{"curve.csv", "test_error_percent", ""},
	{"regression.csv", "error_after", ""},
	{"layers.csv", "", "angle_to_backprop_deg"},
	{"angles.csv", "", "angle_to_backprop_deg"},
}

// taskNumbers reads what the tables of a task say, by seed.
func taskNumbers(dir string) (map[uint64]taskNumber, error) {
	all := map[uint64]taskNumber{}
	for _, t := range taskTables {
		f, err := os.Open(filepath.Join(dir, t.file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		lines, err := csv.NewReader(f).ReadAll()
		if err = errors.Join(err, f.Close()); err != nil || len(lines) == 0 {
			return nil, err
		}
		column := func(line []string, name string) (float64, bool) {
			k := slices.Index(lines[0], name)
			if k < 0 {
				return 0, false
			}
			v, err := strconv.ParseFloat(line[k], 64)
			return v, err == nil
		}
		last := map[uint64]float64{} // step
		sum, n := map[uint64]float64{}, map[uint64]float64{}
		for _, line := range lines[1:] {
			k := slices.Index(lines[0], "seed")
			if k < 0 {
				break
			}
			seed, err := strconv.ParseUint(line[k], 10, 64)
			if err != nil {
				continue
			}
			step, _ := column(line, "epoch")
			v, ok := column(line, t.errors+t.angle)
			if !ok {
				continue
			}
			if step > last[seed] || n[seed] == 0 || t.errors != "" {
				last[seed], sum[seed], n[seed] = step, 0, 0
			}
			sum[seed], n[seed] = sum[seed]+v, n[seed]+1
		}
		for seed := range n {
			number, known := all[seed]
			if !known {
				number = taskNumber{math.NaN(), math.NaN()}
			}
			if t.errors != "" {
				number.failed = sum[seed] / n[seed]
			} else {
				number.angle = sum[seed] / n[seed]
			}
			all[seed] = number
		}
	}
	return all, nil
}
