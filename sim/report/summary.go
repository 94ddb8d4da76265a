package report

import (
	"io"
	"path/filepath"

	"github.com/burstplex/burstplex/sim/task"
)

// Summary is what a run reports, also as summary.json.
type Summary struct {
	Experiment  string       `json:"experiment"`
	Variant     string       `json:"variant,omitempty"`
	Program     string       `json:"program"`
	ModelTime   float64      `json:"model_time_s"`
	Runs        []RunSummary `json:"runs"`
	Populations []Rates      `json:"populations"` // over seeds, after settling
	Compared    []Measured   `json:"-"`
	Outcomes    []Outcome    `json:"outcomes,omitempty"`
	Interrupted bool         `json:"interrupted,omitempty"`
	Lines       []string     `json:"lines,omitempty"`  // what a task says of its results
	WallSeconds float64      `json:"wall_s,omitempty"` // of a task
}

// RunSummary is one seed.
type RunSummary struct {
	Seed           uint64  `json:"seed"`
	Recording      string  `json:"recording,omitempty"`
	BuildSeconds   float64 `json:"build_s"`
	WallSeconds    float64 `json:"wall_s"`
	RealTimeFactor float64 `json:"wall_s_per_model_s"`
	ModelTime      float64 `json:"model_time_s"`
	Neurons        int     `json:"neurons"`
	Synapses       int     `json:"synapses"`
	Spikes         int64   `json:"spikes"`
	SynapticEvents int64   `json:"synaptic_events"`
	NeuronSteps    int64   `json:"neuron_steps"`
	Digest         string  `json:"spike_digest_sha256"`

	Populations []Rates `json:"populations,omitempty"` // of this seed
}

// Conclude computes rates and comparison from the observations and writes summary and figures.
func (d *Report) Conclude(dir string, s *Summary) error {
	for k, o := range d.obs {
		s.Runs[k].Populations = o.said()
	}
	s.Populations = d.overRuns(s.Runs)
	if err := writeRates(dir, s); err != nil {
		return err
	}
	if err := d.judge(dir, s); err != nil {
		return err
	}
	s.Compared = append(d.compare(), d.comparePresentations()...)
	if len(s.Compared) > 0 {
		write := func(w io.Writer) error { return WriteComparison(w, s.Compared) }
		if err := task.ReplaceBy(filepath.Join(dir, "comparison.csv"), write); err != nil {
			return err
		}
	}
	if err := d.draw(filepath.Join(dir, "figures"), s.Compared); err != nil {
		return err
	}
	return WriteSummary(dir, s)
}

// WriteSummary writes summary.json.
func WriteSummary(dir string, s *Summary) error {
	return task.ReplaceJSON(filepath.Join(dir, "summary.json"), s)
}
