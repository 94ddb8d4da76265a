package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/task"
)

// Outcome is what a seed has learned.
type Outcome struct {
	Variant   string
	Seed      uint64
	Rates     []float64 // of the output in the last stage, by pattern, Hz
	Correct   int       // of them on the right side of the threshold
	Solved    int       // presentations of training until the first of five correct repeats in a row; 0: never
	Taught    bool      // the teacher was on in what training is judged by
	Helped    bool      // the teacher was on in what the last stage is judged by
	Learning  bool      // weights learned in the last stage
	Trained   int       // presentations of training
	FirstCost float64   // cross-entropy summed over the patterns, in the first repeat of training
	LastCost  float64   // the same, mean of the last five repeats
}

// outcome judges a seed. Training is the stage with most presentations, the test is the last stage.
func outcome(x *experiment.Experiment, l presentations) *Outcome {
	j := x.Judge()
	if j == nil || len(l.rows) == 0 {
		return nil
	}
	o := &Outcome{Variant: x.VariantName, Seed: l.seed}
	training, test := x.TrainingStage(), x.Protocol.Names()[x.Protocol.Len()-1]
	always := x.Teachers.Get(j.Teacher).Always
	o.Taught = always || x.Protocol.Get(training).Taught()
	o.Helped, o.Learning = always || x.Protocol.Get(test).Taught(), x.Protocol.Get(test).Plasticity != nil
	for _, p := range x.Patterns.Names() {
		rates := l.of(test, p, j.Column)
		if len(rates) == 0 {
			return nil // the run ended before the test
		}
		mean, _, _ := analysis.Summary(rates)
		o.Rates = append(o.Rates, mean)
		if j.Right(p, mean) {
			o.Correct++
		}
	}
	cost, right := map[int]float64{}, map[int]int{}
	last, streak := 0, 0
	n := len(j.Targets)
	for _, r := range l.rows {
		if r.stage != training {
			continue
		}
		o.Trained++
		last = r.repeat
		if c := r.values[j.Teacher+" cost"]; !math.IsNaN(c) { // a pattern without a target costs nothing
			cost[r.repeat] += c
		}
		if j.Right(r.pattern, r.values[j.Column]) {
			right[r.repeat]++
		}
	}
	for k := range last + 1 {
		if right[k] < n {
			streak = 0
			continue
		}
		if streak++; streak == experiment.Criterion && o.Solved == 0 {
			o.Solved = (k + 1 - experiment.Criterion) * n
			if o.Solved == 0 {
				o.Solved = 1
			}
		}
	}
	o.FirstCost = cost[0]
	for k := max(0, last+1-experiment.Criterion); k <= last; k++ {
		o.LastCost += cost[k] / float64(min(experiment.Criterion, last+1))
	}
	return o
}

// WriteOutcomes writes what was learned as CSV.
func WriteOutcomes(x *experiment.Experiment, w io.Writer, all []Outcome) error {
	c := csv.NewWriter(w)
	head := []string{"variant", "seed"}
	for _, p := range x.Patterns.Names() {
		head = append(head, p+" output_hz")
	}
	c.Write(append(head, "correct", "solved_at_example", "examples", "first_cost", "last_cost", "teacher_in_training",
		"teacher_in_test"))
	for _, o := range all {
		row := []string{o.Variant, fmt.Sprint(o.Seed)}
		for _, r := range o.Rates {
			row = append(row, Number(r))
		}
		solved := ""
		if o.Solved > 0 {
			solved = fmt.Sprint(o.Solved)
		}
		c.Write(append(row, fmt.Sprintf("%d/%d", o.Correct, len(o.Rates)), solved, fmt.Sprint(o.Trained), Number(o.FirstCost),
			Number(o.LastCost), onOff(o.Taught), onOff(o.Helped)))
	}
	c.Flush()
	return c.Error()
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// state says what was on in the last stage.
func (o *Outcome) state() string {
	switch {
	case o.Helped && o.Learning:
		return "with plasticity and teacher still on"
	case o.Helped:
		return "with the teacher still on: it helps with what is right"
	case o.Learning:
		return "with plasticity still on and the teacher off"
	}
	return "with plasticity and teacher off"
}

// PrintOutcomes prints what was learned as a table.
func PrintOutcomes(x *experiment.Experiment, w io.Writer, all []Outcome) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "%-20s %6s", "output, Hz", "seed")
	for _, p := range x.Patterns.Names() {
		fmt.Fprintf(w, " %8s", x.Label(p))
	}
	fmt.Fprintf(w, " %8s %20s %16s\n", "correct", "solved at example", "cost")
	solved, taught := map[string][2]int{}, false
	for _, o := range all {
		fmt.Fprintf(w, "%-20s %6d", o.Variant, o.Seed)
		for _, r := range o.Rates {
			fmt.Fprintf(w, " %8.2f", r)
		}
		at := "-"
		if o.Solved > 0 {
			at = fmt.Sprint(o.Solved)
		}
		if at = fmt.Sprintf("%s of %d", at, o.Trained); o.Taught {
			at += " *"
			taught = true
		}
		fmt.Fprintf(w, " %8s %20s %16s\n", fmt.Sprintf("%d/%d", o.Correct, len(o.Rates)), at,
			fmt.Sprintf("%.2f -> %.2f", o.FirstCost, o.LastCost))
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
			if taught {
				fmt.Fprintln(w, "* training is judged while the teacher is on: what is right, and its cost, is what the teacher "+
					"helps with")
				taught = false
			}
			fmt.Fprintf(w, "%s: %s correct after learning, %s\n", orName(o.Variant, x.Experiment.Name),
				fmt.Sprintf("%d of %s", s[0], plural.Of(s[1], "seed")), o.state())
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
func outcomes(x *experiment.Experiment, dir string, all []presentations) ([]Outcome, error) {
	var out []Outcome
	for _, l := range all {
		if o := outcome(x, l); o != nil {
			out = append(out, *o)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, saveOutcomes(x, dir, out)
}

func saveOutcomes(x *experiment.Experiment, dir string, out []Outcome) error {
	write := func(w io.Writer) error { return WriteOutcomes(x, w, out) }
	return task.ReplaceBy(filepath.Join(dir, "outcomes.csv"), write)
}

// judge reads the diaries of a run and judges what was learned.
func (d *Report) judge(dir string, s *Summary) (err error) {
	if d.Protocol.Len() == 0 {
		return nil
	}
	var seeds []uint64
	for _, r := range s.Runs {
		seeds = append(seeds, r.Seed)
	}
	if d.presented, err = readPresentations(dir, seeds...); err != nil {
		return err
	}
	s.Outcomes, err = outcomes(d.Experiment, dir, d.presented)
	return err
}
