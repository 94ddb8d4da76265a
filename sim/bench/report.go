package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/machine"
	"github.com/burstplex/burstplex/sim/session"
)

// Report is everything that was measured on a machine.
type Report struct {
	Program    string    `json:"program"`
	Machine    string    `json:"machine"`
	Processors int       `json:"processors"`
	Workloads  []*Result `json:"workloads,omitempty"`
	Parts      []Part    `json:"parts,omitempty"`
}

// NewReport returns an empty report of this machine.
func NewReport() *Report {
	return &Report{Program: session.Program(), Machine: machine.Name(), Processors: runtime.NumCPU()}
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Head prints what all figures of a report depend on.
func (r *Report) Head(w io.Writer) {
	fmt.Fprintf(w, "%s, %s, %d processors\n", r.Program, r.Machine, r.Processors)
}

// Write prints a workload for people.
func (r *Result) Write(out io.Writer) {
	fmt.Fprintf(out, "\n%s: %s\n", r.Workload, orElse(r.What, "an experiment"))
	line := func(name, format string, args ...any) {
		fmt.Fprintf(out, "  %-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("network", "%d neurons, %s synapses of %.2f bytes with their index, step %g ms, window %g ms", r.Neurons,
		count(float64(r.Synapses)), r.PerSynapse, r.Step, r.Window)
	line("build", "%.3g s, first spike after %.3g s; memory %s at its peak, %s estimated", r.Build, r.FirstSpike,
		sim.Size(r.Peak), sim.Size(r.Estimated))
	line("processor", "%.4g s per s of model time (median %.4g of %d stretches of %g s), %d %s", r.CPU.Min,
		r.CPU.Median, r.CPU.N, r.Stretch, r.Workers, plural(r.Workers, "worker"))
	line("wall", "%.4g s per s of model time (median %.4g)", r.Wall.Min, r.Wall.Median)
	if r.Recorded != nil {
		line("recording", "%+.1f %% of processor time (median %+.1f %%), %.2f bytes a spike",
			100*(r.Recorded.Min/r.CPU.Min-1), 100*(r.Recorded.Median/r.CPU.Median-1), r.perSpike())
	}
	var busy []string
	for _, b := range r.Busy {
		busy = append(busy, fmt.Sprintf("%.3g", b))
	}
	line("workers", "busy %s s per s of model time; %.0f bytes allocated a window", strings.Join(busy, ", "), r.Garbage)
	line("per model s", "%s synaptic events, %s private arrivals, %s row-events, %s neuron steps, %s spikes",
		count(r.SynapticEvents), count(r.External), count(r.RowEvents), count(r.NeuronSteps), count(r.Spikes))
	line("per cpu s", "%s synaptic events, %s neuron steps", count(r.SynapticEvents/r.CPU.Min),
		count(r.NeuronSteps/r.CPU.Min))
	var rates []string
	for _, p := range r.Rates {
		if p.Events < .98*p.Spikes {
			rates = append(rates, fmt.Sprintf("%s %.3g (events %.3g)", p.Population, p.Spikes, p.Events))
		} else {
			rates = append(rates, fmt.Sprintf("%s %.3g", p.Population, p.Spikes))
		}
	}
	line("rates", "%s Hz", strings.Join(rates, ", "))
	if r.Expected != "" {
		line("others' rates", "%s", r.Expected)
	}
	line("digest", "%.16s", r.Digest)
}

// perSpike returns the bytes of the recording per recorded spike.
func (r *Result) perSpike() float64 {
	return float64(r.RecordedSize) / (r.Spikes * r.Stretch * float64(r.Recorded.N))
}

// WriteSummary prints one line per workload.
func (r *Report) WriteSummary(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nworkload\tworkers\tcpu s/s\tmedian\treal-time factor\tmedian\t")
	for _, m := range r.Workloads {
		fmt.Fprintf(w, "%s\t%d\t%.4g\t%.4g\t%.4g\t%.4g\t\n", m.Workload, m.Workers, m.CPU.Min, m.CPU.Median, m.Wall.Min,
			m.Wall.Median)
	}
	return w.Flush()
}

// count prints a large number with a prefix of three digits.
func count(x float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if x >= u.size {
			return fmt.Sprintf("%.3g%s", x/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.3g", x)
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
