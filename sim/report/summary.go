package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
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

// Rates of a population, per neuron, over the time after settling, means over seeds.
type Rates struct {
	Population       string   `json:"population"`
	From             float64  `json:"from_s"` // of the time
	To               float64  `json:"to_s"`   // as planned; a protocol may end earlier
	SpikeRate        float64  `json:"spike_rate_hz"`
	EventRate        float64  `json:"event_rate_hz"`
	BurstRate        float64  `json:"burst_rate_hz"`
	BurstProbability *float64 `json:"burst_probability"` // pooled: all bursts over all events; nil (null) without events
	Burst            string   `json:"burst_definition"`
}

// PrintRates prints the rates of all populations, and what they are.
func PrintRates(out io.Writer, s *Summary) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "population\tspikes\tevents\tbursts\tburst probability\t")
	var bursts []string
	for _, p := range s.Populations {
		probability := "-"
		if p.BurstProbability != nil {
			probability = fmt.Sprintf("%.1f %%", 100**p.BurstProbability)
		}
		fmt.Fprintf(w, "%s\t%.2f Hz\t%.2f Hz\t%.2f Hz\t%s\t\n", p.Population, p.SpikeRate, p.EventRate, p.BurstRate, probability)
		if !slices.Contains(bursts, p.Burst) {
			bursts = append(bursts, p.Burst)
		}
	}
	w.Flush()
	if len(s.Populations) > 0 {
		p := s.Populations[0]
		fmt.Fprintf(out, "per neuron, %g s to %g s, %d seeds; burst probability: pooled, all bursts over all events; burst: two or more spikes, %s\n",
			p.From, p.To, len(s.Runs), strings.Join(bursts, " or "))
	}
}

// Conclude computes rates and comparison from the observations and writes summary and figures.
func (d *Report) Conclude(dir string, s *Summary) error {
	for i, p := range d.obs[0].pops {
		r := Rates{Population: p.Name, From: d.Experiment.Experiment.Settle.Seconds(), To: d.Experiment.Experiment.Duration.Seconds(),
			Burst: d.nets[0].Populations[i].Detector.String()}
		for _, o := range d.obs {
			c, n := o.after.Courses()[i].Mean(), float64(len(d.obs))
			r.SpikeRate += c.SpikeRate / n
			r.EventRate += c.EventRate / n
			r.BurstRate += c.BurstRate / n
		}
		if r.EventRate > 0 {
			p := r.BurstRate / r.EventRate
			r.BurstProbability = &p
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
