package report

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// Summary is what a run reports, also as summary.json.
type Summary struct {
	Experiment  string       `json:"experiment"`
	Variant     string       `json:"variant,omitempty"`
	Program     string       `json:"program"`
	ModelTime   float64      `json:"model_time_s"`
	Runs        []RunSummary `json:"runs"`
	Populations []Rates      `json:"populations"` // means over seeds, after settling
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
}

// Rates of a population, mean over seeds.
type Rates struct {
	Population       string  `json:"population"`
	SpikeRate        float64 `json:"spike_rate_hz"`
	EventRate        float64 `json:"event_rate_hz"`
	BurstRate        float64 `json:"burst_rate_hz"`
	BurstProbability float64 `json:"burst_probability"`
}

// Conclude computes rates and comparison from the observations and writes summary and figures.
func (d *Report) Conclude(dir string, s *Summary) error {
	for i, p := range d.obs[0].pops {
		var r Rates
		r.Population = p.Name
		for _, o := range d.obs {
			c, n := o.after.Courses()[i].Mean(), float64(len(d.obs))
			r.SpikeRate += c.SpikeRate / n
			r.EventRate += c.EventRate / n
			r.BurstRate += c.BurstRate / n
		}
		if r.EventRate > 0 {
			r.BurstProbability = r.BurstRate / r.EventRate
		}
		s.Populations = append(s.Populations, r)
	}
	if err := d.judge(dir, s); err != nil {
		return err
	}
	s.Compared = append(d.compare(), d.comparePresentations()...)
	if len(s.Compared) > 0 {
		f, err := os.Create(filepath.Join(dir, "comparison.csv"))
		if err != nil {
			return err
		}
		if err := errors.Join(WriteComparison(f, s.Compared), f.Close()); err != nil {
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
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "summary.json"), append(text, '\n'), 0o666)
}
