package report

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/recordings/analysis"
)

// PresentationsFile is the file of a seed's presentations.
func PresentationsFile(seed uint64) string { return fmt.Sprintf("presentations-%d.csv", seed) }

// presentation is a line of a diary.
type presentation struct {
	stage, pattern string
	repeat         int
	values         map[string]float64 // by the rest of the header
}

// readTable reads what a run has written so far.
func readTable(path string) ([]presentation, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("%s: not a table of presentations: %v", path, err)
	}
	var out []presentation
	for _, row := range rows[1:] {
		p := presentation{stage: row[1], pattern: row[3], values: map[string]float64{}}
		p.repeat, _ = strconv.Atoi(row[2])
		for i, key := range rows[0] {
			if v, err := strconv.ParseFloat(row[i], 64); err == nil && i != 1 && i != 3 {
				p.values[key] = v
			} else {
				p.values[key] = math.NaN()
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// presentations is what the diary of one seed says about a protocol.
type presentations struct {
	seed uint64
	rows []presentation
}

// readPresentations reads the diaries of the given seeds from a result directory.
func readPresentations(dir string, seeds ...uint64) ([]presentations, error) {
	var all []presentations
	for _, s := range seeds {
		rows, err := readTable(filepath.Join(dir, PresentationsFile(s)))
		if err != nil {
			return nil, err
		}
		all = append(all, presentations{s, rows})
	}
	return all, nil
}

// of returns a column of the presentations of a stage and pattern ("": of all), in order.
func (l presentations) of(stage, pattern, column string) []float64 {
	var out []float64
	for _, r := range l.rows {
		if (stage == "" || r.stage == stage) && (pattern == "" || r.pattern == pattern) {
			if v, ok := r.values[column]; ok {
				out = append(out, v)
			} else {
				out = append(out, math.NaN())
			}
		}
	}
	return out
}

// meanOf returns the mean over seeds (and its s.d.) of a column in the presentations of a stage and pattern,
// averaged over the stage.
func meanOf(all []presentations, stage, pattern, column string) (mean, sd float64) {
	var values []float64
	for _, l := range all {
		m, _, _ := analysis.Summary(l.of(stage, pattern, column))
		values = append(values, m)
	}
	mean, sd, _ = analysis.Summary(values)
	return mean, sd
}

// courseOf returns a column of a pattern's presentations over the repeats of a stage, mean and s.d. over seeds.
func courseOf(all []presentations, stage, pattern, column string) analysis.Band {
	var traces [][]float64
	shortest := -1
	for _, l := range all {
		t := l.of(stage, pattern, column)
		traces = append(traces, t)
		if shortest < 0 || len(t) < shortest {
			shortest = len(t)
		}
	}
	for i := range traces {
		traces[i] = traces[i][:shortest]
	}
	return analysis.OverSeeds(traces...)
}

func count(n int, from float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = from + float64(i)
	}
	return x
}
