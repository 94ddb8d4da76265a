package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Measured is a quantity of an experiment beside its known values. Burst probabilities are in %.
type Measured struct {
	Name, Unit       string
	Mean, SD         float64 // over seeds; SD is NaN for one seed
	Published, Limit float64 // NaN if unknown
	LimitSD          float64 // NaN if unknown
	Of               string  // what the number is: over which time, a mean over bins or pooled
}

// compare measures what [[compare]] asks for. A mean is that of the time course in bins after settling, per seed:
// for a burst probability, which is a ratio, this is not the ratio of all bursts to all events (24.7 % instead of
// 22.6 % in pyr1 of the experiment propagation), and it is what the known values are. Correlations are those of the
// mean time courses over seeds, as the published values are.
func (d *Report) compare() []Measured {
	var out []Measured
	for _, c := range d.Compare {
		if c.Column != "" {
			continue
		}
		m := known(c)
		w := d.wholeBins()
		time := fmt.Sprintf("bins of %v, %v to %v", d.Bin(), w.From, w.To)
		if c.Mean != "" {
			scale := 1.0
			m.Unit = "Hz"
			if strings.HasSuffix(c.Mean, "burst_probability") {
				m.Unit, scale = "%", 100
			}
			values := make([]float64, len(d.obs))
			for i, o := range d.obs {
				values[i], _, _ = analysis.Summary(d.settled(o, d.trace(o, d.nets[i], c.Mean)))
				values[i] *= scale
			}
			m.Mean, m.SD, _ = analysis.Summary(values)
			m.Of = "mean over " + time
		} else {
			a := d.overSeeds(c.Correlation[0]).Mean
			b := d.overSeeds(c.Correlation[1]).Mean
			m.Mean = analysis.Pearson(d.settled(d.obs[0], a), d.settled(d.obs[0], b))
			m.Unit, m.Of = "r", "correlation of means over seeds in "+time
		}
		out = append(out, m)
	}
	return out
}

// comparePresentations measures what [[compare]] asks for of single presentations.
func (d *Report) comparePresentations() []Measured {
	var out []Measured
	for _, c := range d.Compare {
		if c.Column == "" {
			continue
		}
		m := known(c)
		m.Of = "one presentation, pooled over the time that is measured"
		scale := 1.0
		switch {
		case strings.HasSuffix(c.Column, "burst_probability"):
			m.Unit, scale = "%", 100
		case strings.HasSuffix(c.Column, "_hz"):
			m.Unit = "Hz"
		}
		var values []float64
		for _, l := range d.presented {
			if c.At < len(l.rows) {
				values = append(values, scale*l.rows[c.At].values[c.Column])
			}
		}
		m.Mean, m.SD, _ = analysis.Summary(values)
		out = append(out, m)
	}
	return out
}

// overSeeds returns a trace's mean and s.d. over seeds.
func (d *Report) overSeeds(name string) analysis.Band {
	traces := make([][]float64, len(d.obs))
	for i, o := range d.obs {
		traces[i] = d.trace(o, d.nets[i], name)
	}
	return analysis.OverSeeds(traces...)
}

// known is a quantity that is to be measured, with what is known of it.
func known(c experiment.Compare) Measured {
	m := Measured{Name: c.Name, SD: math.NaN(), Published: orNaN(c.Published), Limit: orNaN(c.Limit), LimitSD: math.NaN()}
	if c.Limit != nil && c.LimitSD > 0 {
		m.LimitSD = c.LimitSD
	}
	return m
}

func orNaN(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// WriteComparison writes measured beside known values as CSV.
func WriteComparison(w io.Writer, rows []Measured) error {
	c := csv.NewWriter(w)
	c.Write([]string{"quantity", "unit", "measured", "sd_over_seeds", "limit_of_small_steps", "limit_sd",
		"deviation_from_limit_pct", "published_program", "deviation_from_published_pct", "measured_as"})
	for _, m := range rows {
		c.Write([]string{m.Name, m.Unit, Number(m.Mean), Number(m.SD), Number(m.Limit), Number(m.LimitSD),
			Number(deviation(m, m.Limit)), Number(m.Published), Number(deviation(m, m.Published)), m.Of})
	}
	c.Flush()
	return c.Error()
}

// PrintComparison prints measured beside known values as a table.
func PrintComparison(w io.Writer, rows []Measured) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(w, "%-44s %18s %16s %14s\n", "", "measured", "limit h -> 0", "published")
	for _, m := range rows {
		unit := m.Unit
		if unit == "r" {
			unit = ""
		}
		sd := ""
		if !math.IsNaN(m.SD) {
			sd = fmt.Sprintf(" +- %.2g", m.SD)
		}
		measured := fmt.Sprintf("%.3g%s %s", m.Mean, sd, unit)
		if math.IsNaN(m.Mean) {
			measured = "undefined"
		}
		fmt.Fprintf(w, "%-44s %18s %16s %14s\n", m.Name, measured, beside(m, m.Limit),
			beside(m, m.Published))
	}
	var said []string
	for _, m := range rows {
		if !slices.Contains(said, m.Of) {
			said = append(said, m.Of)
		}
	}
	fmt.Fprintf(w, "measured: %s\n", strings.Join(said, "; "))
}

func beside(m Measured, v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case math.IsNaN(m.Mean):
		return fmt.Sprintf("%.4g", v)
	case m.Unit == "r" || v == 0:
		return fmt.Sprintf("%.3f (%+.3f)", v, m.Mean-v)
	}
	return fmt.Sprintf("%.4g (%+.1f %%)", v, deviation(m, v))
}

// deviation is in %, NaN where a known value of 0 leaves none.
func deviation(m Measured, v float64) float64 {
	if v == 0 {
		return math.NaN()
	}
	return 100 * (m.Mean - v) / v
}

// Number writes a number as tables of results do: empty if it is NaN.
func Number(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return fmt.Sprintf("%.6g", v)
}
