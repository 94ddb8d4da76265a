package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

// Pair is two reports that were measured one after the other: of an old build and of a new one.
type Pair struct{ Old, New *Report }

// ReadReport reads what bench --json printed.
func ReadReport(file string) (*Report, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &Report{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: not what bench --json prints: %w", file, err)
	}
	if len(r.Workloads) == 0 {
		return nil, fmt.Errorf("%s: no networks were measured in it", file)
	}
	return r, nil
}

// Ratio is how many times faster a new build simulates a workload than an old one: old seconds divided by new
// seconds, one ratio per pair, of the least stretches. Above 1 the new build is faster.
type Ratio struct {
	Workload string
	CPU      []float64 // by processor time, a pair each
	Wall     []float64 // by wall time
	SameWork bool      // whether both builds gave the same spikes in all pairs
}

// Compare returns the ratios of the workloads that all reports hold, in the order of the first. Reports of
// different machines, or of workloads with different numbers of workers, are refused: their ratios say nothing
// about the builds.
func Compare(pairs []Pair) ([]Ratio, error) {
	var ratios []Ratio
	first := pairs[0].Old
	for _, w := range first.Workloads {
		r := Ratio{Workload: w.Workload, SameWork: true}
		for _, p := range pairs {
			for _, side := range []*Report{p.Old, p.New} {
				if side.Machine != first.Machine || side.Processors != first.Processors {
					return nil, fmt.Errorf("measured on different machines: %s (%d processors) and %s (%d processors)",
						first.Machine, first.Processors, side.Machine, side.Processors)
				}
			}
			was, is := p.Old.find(w.Workload), p.New.find(w.Workload)
			if was == nil || is == nil {
				break
			}
			if was.Workers != is.Workers {
				return nil, fmt.Errorf("%s: measured with %d and with %d workers", w.Workload, was.Workers, is.Workers)
			}
			r.CPU, r.Wall = append(r.CPU, was.CPU.Min/is.CPU.Min), append(r.Wall, was.Wall.Min/is.Wall.Min)
			r.SameWork = r.SameWork && was.Digest == is.Digest
		}
		if len(r.CPU) == len(pairs) {
			ratios = append(ratios, r)
		}
	}
	if len(ratios) == 0 {
		return nil, fmt.Errorf("no network was measured in all of the reports")
	}
	return ratios, nil
}

func (r *Report) find(workload string) *Result {
	for _, w := range r.Workloads {
		if w.Workload == workload {
			return w
		}
	}
	return nil
}

// WriteRatios prints ratios for people.
func WriteRatios(out io.Writer, ratios []Ratio) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "network\tpairs\ttimes faster, processor\tfrom\tto\twall\tspikes\t")
	for _, r := range ratios {
		cpu, wall := spreadOf(r.CPU), spreadOf(r.Wall)
		same := "the same"
		if !r.SameWork {
			same = "others"
		}
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%s\t\n", r.Workload, cpu.N, cpu.Median, cpu.Min, cpu.Max,
			wall.Median, same)
	}
	return w.Flush()
}
