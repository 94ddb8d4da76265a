package report

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim/task"
)

// Rates of a population, per neuron, over the time after settling: of one seed, or of several, where each is the mean
// over seeds. What does not exist is nil (null): probabilities without events, CV without intervals, deviations of one
// seed.
type Rates struct {
	Population       string   `json:"population"`
	From             float64  `json:"from_s"` // of the time
	To               float64  `json:"to_s"`   // as planned; a protocol may end earlier
	SpikeRate        float64  `json:"spike_rate_hz"`
	EventRate        float64  `json:"event_rate_hz"`
	BurstRate        float64  `json:"burst_rate_hz"`
	BurstProbability *float64 `json:"burst_probability"` // pooled: all bursts over all events of all seeds
	CV               *float64 `json:"cv"`                // of the intervals, mean over neurons: over the first 10,000 of the population
	CV2              *float64 `json:"cv2"`               // local variation (Holt et al. 1996), of the same neurons
	Fano             *float64 `json:"fano_100ms"`        // of counts in windows of 100 ms, of the same neurons
	Burst            string   `json:"burst_definition"`

	SD *Deviations `json:"sd_over_seeds,omitempty"` // nil for one seed
}

// Deviations are sample standard deviations over seeds, in the units of Rates.
type Deviations struct {
	SpikeRate        *float64 `json:"spike_rate_hz"`
	EventRate        *float64 `json:"event_rate_hz"`
	BurstRate        *float64 `json:"burst_rate_hz"`
	BurstProbability *float64 `json:"burst_probability"`
	CV               *float64 `json:"cv"`
	CV2              *float64 `json:"cv2"`
	Fano             *float64 `json:"fano_100ms"`
}

// OverSeeds returns the deviations over seeds: none of a single one.
func (r *Rates) OverSeeds() *Deviations {
	if r.SD == nil {
		return &Deviations{}
	}
	return r.SD
}

const (
	// regularNeurons bounds the memory of CV and Fano factors: means over more neurons are not surer than their scatter.
	regularNeurons = 10_000
	fanoWindow     = 100 * spike.Millisecond
)

// firstNeurons returns the populations with no more neurons than CV and Fano factors are measured of.
func firstNeurons(pops []spike.Population) []spike.Population {
	some := slices.Clone(pops)
	for i := range some {
		some[i].Size = min(some[i].Size, regularNeurons)
	}
	return some
}

// said returns what the populations of a seed said.
func (o *Observation) said() (all []Rates) {
	for i, p := range o.pops {
		c := o.after.Courses()[i].Mean()
		mean := func(values []float64) *float64 { m, _, _ := analysis.Summary(values); return number(m) }
		r := Rates{Population: p.Name, From: o.Experiment.Experiment.Settle.Seconds(),
			To:        o.Experiment.Experiment.Duration.Seconds(),
			SpikeRate: finite(c.SpikeRate), EventRate: finite(c.EventRate), BurstRate: finite(c.BurstRate),
			BurstProbability: number(c.BurstProbability),
			CV:               mean(o.cv.CV(i)), CV2: mean(o.cv.CV2(i)), Fano: mean(o.fano.Factors(i)),
			Burst: o.detectors[i].String()}
		all = append(all, r)
	}
	return all
}

// overRuns returns mean and s.d. over seeds.
func (d *Report) overRuns(runs []RunSummary) (all []Rates) {
	for i, first := range runs[0].Populations {
		r := first
		over := func(of func(r *Rates) *float64) (mean, sd *float64) {
			values := make([]float64, len(runs))
			for k := range runs {
				values[k] = orNaN(of(&runs[k].Populations[i]))
			}
			m, s, _ := analysis.Summary(values)
			return number(m), number(s)
		}
		always := func(of func(r *Rates) *float64) (mean float64, sd *float64) {
			m, sd := over(of)
			if m != nil {
				mean = *m
			}
			return mean, sd
		}
		var sd Deviations
		r.SpikeRate, sd.SpikeRate = always(func(r *Rates) *float64 { return &r.SpikeRate })
		r.EventRate, sd.EventRate = always(func(r *Rates) *float64 { return &r.EventRate })
		r.BurstRate, sd.BurstRate = always(func(r *Rates) *float64 { return &r.BurstRate })
		_, sd.BurstProbability = over(func(r *Rates) *float64 { return r.BurstProbability })
		r.CV, sd.CV = over(func(r *Rates) *float64 { return r.CV })
		r.CV2, sd.CV2 = over(func(r *Rates) *float64 { return r.CV2 })
		r.Fano, sd.Fano = over(func(r *Rates) *float64 { return r.Fano })
		if r.BurstProbability = nil; r.EventRate > 0 {
			r.BurstProbability = number(r.BurstRate / r.EventRate)
		}
		if len(runs) > 1 {
			r.SD = &sd
		}
		all = append(all, r)
	}
	return all
}

// number is nil for what does not exist.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func finite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// RatesColumns are the columns of rates.csv that hold numbers of a population, in the order of Numbers.
var RatesColumns = []string{"spike_rate_hz", "event_rate_hz", "burst_rate_hz", "burst_probability", "cv", "cv2",
	"fano_100ms"}

// Numbers returns what RatesColumns names, NaN for what does not exist.
func (r *Rates) Numbers() []float64 {
	return []float64{r.SpikeRate, r.EventRate, r.BurstRate, orNaN(r.BurstProbability), orNaN(r.CV), orNaN(r.CV2),
		orNaN(r.Fano)}
}

// writeRates writes rates.csv: a row per seed and population.
func writeRates(dir string, s *Summary) error {
	var rows [][]string
	for _, run := range s.Runs {
		for _, p := range run.Populations {
			row := []string{fmt.Sprint(run.Seed), p.Population, Number(p.From), Number(p.To)}
			for _, v := range p.Numbers() {
				row = append(row, Number(v))
			}
			rows = append(rows, append(row, p.Burst))
		}
	}
	head := append(append([]string{"seed", "population", "from_s", "to_s"}, RatesColumns...), "burst_definition")
	return task.ReplaceCSV(filepath.Join(dir, "rates.csv"), head, rows)
}

// PrintRates prints the rates of all populations, with their s.d. where there are several seeds, and what they are.
func PrintRates(out io.Writer, s *Summary) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "population\tspikes\tevents\tbursts\tburst probability\tCV\tFano\t")
	var bursts []string
	for _, p := range s.Populations {
		sd := p.OverSeeds()
		probability := "-"
		if p.BurstProbability != nil {
			probability = fmt.Sprintf("%.1f%s %%", 100**p.BurstProbability, Scatter(sd.BurstProbability, 100))
		}
		hz := func(v float64, sd *float64) string { return fmt.Sprintf("%.2f%s Hz", v, Scatter(sd, 1)) }
		plain := func(v, sd *float64) string {
			if v == nil {
				return "-"
			}
			return fmt.Sprintf("%.2f%s", *v, Scatter(sd, 1))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", p.Population, hz(p.SpikeRate, sd.SpikeRate),
			hz(p.EventRate, sd.EventRate),
			hz(p.BurstRate, sd.BurstRate), probability, plain(p.CV, sd.CV), plain(p.Fano, sd.Fano))
		burst := p.Burst
		if !strings.Contains(burst, " or more spikes") {
			burst = "two or more spikes, " + burst
		}
		if !slices.Contains(bursts, burst) {
			bursts = append(bursts, burst)
		}
	}
	w.Flush()
	if len(s.Populations) == 0 {
		return
	}
	p, seeds := s.Populations[0], "1 seed"
	if n := len(s.Runs); n > 1 {
		seeds = fmt.Sprintf("mean ± s.d. over %d seeds", n)
	}
	fmt.Fprintf(out, "per neuron, %g s to %g s, %s; burst probability: pooled, all bursts over all events; burst: %s\n",
		p.From, p.To, seeds, strings.Join(bursts, " or "))
	fmt.Fprintln(out, "CV of the intervals, Fano factor of counts in 100 ms: means over neurons; every seed: rates.csv")
}

// Scatter prints a standard deviation behind a mean, nothing where there is none.
func Scatter(sd *float64, scale float64) string {
	if sd == nil {
		return ""
	}
	return fmt.Sprintf(" ± %.2g", *sd*scale)
}
