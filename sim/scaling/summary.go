package scaling

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"reflect"
	"text/tabwriter"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim"
)

// Mean is a mean over seeds with its standard deviation, NaN of one seed.
type Mean struct {
	Mean, SD float64
	N        int
}

// Means are the means of all numbers of the rows of one point, by the names of their columns.
type Means struct {
	X       float64
	Columns map[string]Mean
}

// Summary is the means of all points, by ascending X.
type Summary []Means

// Summarise takes means over seeds.
func Summarise(rows []Row) (s Summary) {
	for first := 0; first < len(rows); {
		end := first
		values := map[string][]float64{}
		for ; end < len(rows) && rows[end].X == rows[first].X; end++ {
			rows[end].columns(func(name string, v reflect.Value) {
				switch v.Kind() {
				case reflect.Float64:
					values[name] = append(values[name], v.Float())
				case reflect.Int, reflect.Int64:
					values[name] = append(values[name], float64(v.Int()))
				}
			})
		}
		m := Means{X: rows[first].X, Columns: map[string]Mean{}}
		for name, all := range values {
			mean, sd, n := analysis.Summary(all)
			m.Columns[name] = Mean{mean, sd, n}
		}
		s, first = append(s, m), end
	}
	return s
}

// of returns a column over all points.
func (s Summary) of(column string) (mean, sd []float64) {
	for _, m := range s {
		c := m.Columns[column]
		mean, sd = append(mean, c.Mean), append(sd, c.SD)
	}
	return mean, sd
}

// x returns X of all points.
func (s Summary) x() (all []float64) {
	for _, m := range s {
		all = append(all, m.X)
	}
	return all
}

// WriteCSV writes a row per point: each column with its standard deviation.
func (s Summary) WriteCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	var names, head []string
	(&Row{}).columns(func(name string, v reflect.Value) {
		if k := v.Kind(); name != "x" && (k == reflect.Float64 || k == reflect.Int || k == reflect.Int64) {
			names, head = append(names, name), append(head, name, name+"_sd")
		}
	})
	w.Write(append([]string{"x", "seeds"}, head...))
	for _, m := range s {
		line := []string{fmt.Sprint(m.X), fmt.Sprint(m.Columns["x"].N)}
		for _, n := range names {
			line = append(line, fmt.Sprint(m.Columns[n].Mean), fmt.Sprint(m.Columns[n].SD))
		}
		w.Write(line)
	}
	w.Flush()
	return w.Error()
}

// Write prints means and standard deviations for people, and how time and memory grow.
func (s Summary) Write(out io.Writer, vary string) error {
	if len(s) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	table := func(head string, columns ...string) {
		fmt.Fprintf(w, "%s\t%s\t\n", vary, head)
		for _, m := range s {
			fmt.Fprintf(w, "%.6g\t", m.X)
			for _, c := range columns {
				fmt.Fprintf(w, "%s\t", m.Columns[c])
			}
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w)
	}
	table("neurons\tsynapses\tcreate, s\tconnect, s\treal-time factor\tcpu s, all\tsynaptic events/s\tns of a core per "+
		"event\tper neuron step",
		"network_size", "num_connections", "time_construction_create", "time_construction_connect", "real_time_factor",
		"cpu_simulate", "synaptic_events_per_s",
		"cpu_ns_per_synaptic_event", "cpu_ns_per_neuron_step")
	table("deliver, s\tadvance\tjoin\tlearn\trecord\tother\trecorded, all\tof model s",
		"time_deliver_spike_data", "time_update", "time_gather_spike_data", "time_learn", "time_record", "time_other",
		"time_simulate_recorded", "model_time_sim")
	table("peak memory, kB\tsteady, kB\tbytes/synapse\tbytes/neuron, all\trate, Hz\tevents, Hz\tburst "+
		"probability\tcorrelation",
		"peak_memory", "total_memory", "bytes_per_synapse", "bytes_per_neuron", "rate_hz", "event_rate_hz",
		"burst_probability", "correlation")
	if err := w.Flush(); err != nil {
		return err
	}
	for _, g := range s.Growth() {
		fmt.Fprintf(out, "%s\n", g)
	}
	return nil
}

// String prints mean and standard deviation as far as these have digits.
func (m Mean) String() string {
	switch {
	case math.IsNaN(m.Mean):
		return "-"
	case math.IsNaN(m.SD) || m.SD == 0:
		return figures(m.Mean, 3)
	}
	return figures(m.Mean, 3) + " ± " + figures(m.SD, 2)
}

func figures(x float64, digits int) string {
	if math.Abs(x) >= 1e3 && math.Abs(x) < 1e6 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.*g", digits, x)
}

// Growth is how a quantity grows over a range: as X to the power of the exponent, least squares of the logarithms.
// Local exponents between neighbouring points show what bends it.
type Growth struct {
	Quantity string
	Exponent float64
	SE       float64 // of the fit; NaN of two points
	Local    []float64
}

// Growth fits the exponents of building, simulating and memory.
func (s Summary) Growth() (all []Growth) {
	for _, q := range []struct{ name, column string }{{"time to build", "time_construction"},
		{"processor time to build", "cpu_construction"}, {"time to simulate",
			"time_simulate"},
		{"processor time to simulate", "cpu_simulate"}, {"memory of the network", "memory"}} {
		var x, y []float64
		for _, m := range s {
			v := m.Columns[q.column].Mean
			switch sum := func(a, b string) float64 { return m.Columns[a].Mean + m.Columns[b].Mean }; q.column {
			case "time_construction":
				v = sum("time_construction_create", "time_construction_connect")
			case "cpu_construction":
				v = sum("cpu_construction_create", "cpu_construction_connect")
			case "memory":
				v = m.Columns["network_memory"].Mean - m.Columns["base_memory"].Mean
			}
			if m.X > 0 && v > 0 {
				x, y = append(x, math.Log(m.X)), append(y, math.Log(v))
			}
		}
		if len(x) < 2 {
			continue
		}
		g := Growth{Quantity: q.name}
		g.Exponent, g.SE = slope(x, y)
		for i := 1; i < len(x); i++ {
			g.Local = append(g.Local, (y[i]-y[i-1])/(x[i]-x[i-1]))
		}
		all = append(all, g)
	}
	return all
}

// slope fits a line and returns its slope and the standard error of that.
func slope(x, y []float64) (b, se float64) {
	n := float64(len(x))
	mx, my, sxx, sxy := 0.0, 0.0, 0.0, 0.0
	for i := range x {
		mx, my = mx+x[i]/n, my+y[i]/n
	}
	for i := range x {
		sxx, sxy = sxx+(x[i]-mx)*(x[i]-mx), sxy+(x[i]-mx)*(y[i]-my)
	}
	b = sxy / sxx
	rest := 0.0
	for i := range x {
		e := y[i] - my - b*(x[i]-mx)
		rest += e * e
	}
	if n < 3 {
		return b, math.NaN()
	}
	return b, math.Sqrt(rest / (n - 2) / sxx)
}

// String is one line for people.
func (g Growth) String() string {
	text := fmt.Sprintf("%s grows as x^%.2f", g.Quantity, g.Exponent)
	if !math.IsNaN(g.SE) {
		text += fmt.Sprintf(" ± %.2f", g.SE)
	}
	text += "; from point to point"
	for _, l := range g.Local {
		text += fmt.Sprintf(" %.2f", l)
	}
	return text
}

func kilobytes(kb int64) string { return sim.Size(kb << 10) }
