package experiment

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/burstplex/burstplex/recordings/analysis"
)

// lessons is what the diary of one seed says about a protocol.
type lessons struct {
	seed uint64
	rows []presentation
}

// readLessons reads the diaries of the given seeds from a result directory.
func readLessons(dir string, seeds ...uint64) ([]lessons, error) {
	var all []lessons
	for _, s := range seeds {
		rows, err := readDiary(filepath.Join(dir, diaryName(s)))
		if err != nil {
			return nil, err
		}
		all = append(all, lessons{s, rows})
	}
	return all, nil
}

// of returns a column of the presentations of a stage and pattern ("": of all), in order.
func (l lessons) of(stage, pattern, column string) []float64 {
	var out []float64
	for _, r := range l.rows {
		if (stage == "" || r.stage == stage) && (pattern == "" || r.pattern == pattern) {
			if v, ok := r.values[column]; ok {
				out = append(out, v)
			} else {
				out = append(out, nan)
			}
		}
	}
	return out
}

// criterion is how many repeats in a row must be correct for a task to count as solved.
const criterion = 5

// judge says whether every pattern is on the right side of the threshold of a cross-entropy teacher.
type judge struct {
	teacher   string
	column    string  // event rate of its population
	threshold float64 // Hz, half way between the rates that mean 0 and 1
	targets   map[string]float64
}

// judge returns the judge of the first cross-entropy teacher whose targets are 0 and 1, nil if there is none.
func (x *Experiment) judge() *judge {
	for name, t := range x.Teachers.All() {
		if t.Kind != "cross-entropy" {
			continue
		}
		j := &judge{teacher: name, column: t.Population + " event_rate_hz", threshold: (t.EMin + t.EMax) / 2, targets: map[string]float64{}}
		for p, pat := range x.Patterns.All() {
			if v := pat.Targets.Get(name); v != nil {
				j.targets[p] = *v
			}
		}
		return j
	}
	return nil
}

// right reports whether the output of a presentation is on the right side.
func (j *judge) right(pattern string, rate float64) bool {
	target, ok := j.targets[pattern]
	return ok && (rate > j.threshold) == (target > 0.5)
}

// Outcome is what a seed has learned.
type Outcome struct {
	Variant   string
	Seed      uint64
	Rates     []float64 // of the output in the last stage, by pattern, Hz; plasticity and teacher are off there
	Correct   int       // of them on the right side of the threshold
	Solved    int       // presentations of training until the first of five correct repeats in a row; 0: never
	Trained   int       // presentations of training
	FirstCost float64   // cross-entropy summed over the patterns, in the first repeat of training
	LastCost  float64   // the same, mean of the last five repeats
}

// outcome judges a seed. Training is the stage with most presentations, the test is the last stage.
func (x *Experiment) outcome(l lessons) *Outcome {
	j := x.judge()
	if j == nil || len(l.rows) == 0 {
		return nil
	}
	o := &Outcome{Variant: x.variantName, Seed: l.seed}
	training, test := x.trainingStage(), x.Protocol.Names()[x.Protocol.Len()-1]
	for _, p := range x.Patterns.Names() {
		rates := l.of(test, p, j.column)
		if len(rates) == 0 {
			return nil // the run ended before the test
		}
		mean, _, _ := analysis.Summary(rates)
		o.Rates = append(o.Rates, mean)
		if j.right(p, mean) {
			o.Correct++
		}
	}
	cost, right := map[int]float64{}, map[int]int{}
	last, streak := 0, 0
	n := x.Patterns.Len()
	for _, r := range l.rows {
		if r.stage != training {
			continue
		}
		o.Trained++
		last = r.repeat
		cost[r.repeat] += r.values[j.teacher+" cost"]
		if j.right(r.pattern, r.values[j.column]) {
			right[r.repeat]++
		}
	}
	for k := range last + 1 {
		if right[k] < n {
			streak = 0
			continue
		}
		if streak++; streak == criterion && o.Solved == 0 {
			o.Solved = (k + 1 - criterion) * n
			if o.Solved == 0 {
				o.Solved = 1
			}
		}
	}
	o.FirstCost = cost[0]
	for k := max(0, last+1-criterion); k <= last; k++ {
		o.LastCost += cost[k] / float64(min(criterion, last+1))
	}
	return o
}

// trainingStage returns the stage with most presentations.
func (x *Experiment) trainingStage() string {
	best, most := "", -1
	for name, s := range x.Protocol.All() {
		if n := s.Repeats; n > most {
			best, most = name, n
		}
	}
	return best
}

// WriteOutcomes writes what was learned as CSV.
func (x *Experiment) WriteOutcomes(w io.Writer, all []Outcome) error {
	c := csv.NewWriter(w)
	head := []string{"variant", "seed"}
	for _, p := range x.Patterns.Names() {
		head = append(head, p+" output_hz")
	}
	c.Write(append(head, "correct", "solved_at_example", "examples", "first_cost", "last_cost"))
	for _, o := range all {
		row := []string{o.Variant, fmt.Sprint(o.Seed)}
		for _, r := range o.Rates {
			row = append(row, number(r))
		}
		solved := ""
		if o.Solved > 0 {
			solved = fmt.Sprint(o.Solved)
		}
		c.Write(append(row, fmt.Sprintf("%d/%d", o.Correct, len(o.Rates)), solved, fmt.Sprint(o.Trained), number(o.FirstCost), number(o.LastCost)))
	}
	c.Flush()
	return c.Error()
}

// PrintOutcomes prints what was learned as a table.
func (x *Experiment) PrintOutcomes(w io.Writer, all []Outcome) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "%-20s %6s", "output, Hz", "seed")
	for _, p := range x.Patterns.Names() {
		fmt.Fprintf(w, " %8s", x.label(p))
	}
	fmt.Fprintf(w, " %8s %20s %16s\n", "correct", "solved at example", "cost")
	solved := map[string][2]int{}
	for _, o := range all {
		fmt.Fprintf(w, "%-20s %6d", o.Variant, o.Seed)
		for _, r := range o.Rates {
			fmt.Fprintf(w, " %8.2f", r)
		}
		at := "-"
		if o.Solved > 0 {
			at = fmt.Sprint(o.Solved)
		}
		fmt.Fprintf(w, " %8s %20s %16s\n", fmt.Sprintf("%d/%d", o.Correct, len(o.Rates)), fmt.Sprintf("%s of %d", at, o.Trained), fmt.Sprintf("%.2f -> %.2f", o.FirstCost, o.LastCost))
		s := solved[o.Variant]
		s[1]++
		if o.Correct == len(o.Rates) {
			s[0]++
		}
		solved[o.Variant] = s
	}
	for i, o := range all {
		if i == 0 || all[i-1].Variant != o.Variant {
			s := solved[o.Variant]
			fmt.Fprintf(w, "%s: %d of %d seeds correct after learning, with plasticity and teacher off\n", orName(o.Variant, x.Experiment.Name), s[0], s[1])
		}
	}
}

func orName(variant, name string) string {
	if variant != "" {
		return variant
	}
	return name
}

// conclude of a protocol: outcomes and their file.
func (x *Experiment) outcomes(dir string, all []lessons) ([]Outcome, error) {
	var out []Outcome
	for _, l := range all {
		if o := x.outcome(l); o != nil {
			out = append(out, *o)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, x.saveOutcomes(dir, out)
}

func (x *Experiment) saveOutcomes(dir string, out []Outcome) error {
	f, err := os.Create(filepath.Join(dir, "outcomes.csv"))
	if err != nil {
		return err
	}
	return errors.Join(x.WriteOutcomes(f, out), f.Close())
}

// solved tells a running experiment that it may stop training: the last criterion repeats were all right.
type solved struct {
	judge *judge
	right int // presentations in a row
}

// add reports whether the criterion is met by this presentation, the last of a repeat.
func (s *solved) add(pattern string, rate float64, lastOfRepeat bool, patterns int) bool {
	if !s.judge.right(pattern, rate) {
		s.right = 0
		return false
	}
	s.right++
	return lastOfRepeat && s.right >= criterion*patterns
}
