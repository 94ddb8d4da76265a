package scaling

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/burstplex/burstplex/sim/task"
)

// Publication is what a table of published results asks for, measured on one network: speed without a recording, and
// accuracy of a recorded run apart, over seeds.
type Publication struct {
	plan        *Plan
	means       Means
	populations []*PopulationMeans
	row         Row // any
}

// Publication measures a network over seeds, without a recording for speed and with one for accuracy, into a
// directory. What is there already is not measured again.
func (p *Plan) Publication(ctx context.Context, dir string, log io.Writer) (*Publication, []Row, error) {
	rows, err := p.Run(ctx, dir, log)
	if err != nil {
		return nil, rows, err
	}
	if len(rows) == 0 {
		return nil, nil, fmt.Errorf("the network does not fit into memory")
	}
	u := &Publication{plan: p, means: Summarise(rows)[0], row: rows[0]}
	if u.populations, err = ReadPopulations(filepath.Join(dir, popFile), u.means.X); err != nil {
		return nil, rows, err
	}
	return u, rows, task.ReplaceBy(filepath.Join(dir, "publication.csv"), u.WriteCSV)
}

// energy says what the energy is of; "" if it is not known.
func (u *Publication) energy() string {
	switch {
	case u.row.Energy == 0:
		return ""
	case u.plan.Meter > 0:
		return "whole machine, from a meter"
	}
	return "processor packages only (RAPL)"
}

// Write prints it for people.
func (u *Publication) Write(out io.Writer) error {
	c := u.means.Columns
	line := func(name, format string, args ...any) {
		fmt.Fprintf(out, "  %-22s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(out, "\n%s, %s: %d seeds, %s discarded, %s s without a recording, %s s with one\n", u.plan.Name(),
		time.Now().Format(time.DateOnly), c["x"].N,
		c["model_time_presim"], c["model_time_sim"], c["model_time_recorded"])
	line("machine", "%s, %d processors, %d threads", u.row.Machine, runtime.NumCPU(), u.row.Workers)
	line("program, compiler", "%s, %s %s/%s", u.row.Program, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	line("network", "%d neurons, %s synapses, step %g ms", u.row.Neurons, c["num_connections"], u.row.Step)
	line("real-time factor", "%s (wall time per model time)", c["real_time_factor"])
	line("recorded", "%s s by the clock for %s s", c["time_simulate_recorded"], c["model_time_recorded"])
	line("building", "%s s create, %s s connect", c["time_construction_create"], c["time_construction_connect"])
	line("memory", "%s kB at its peak, %s bytes per synapse", c["peak_memory"], c["bytes_per_synapse"])
	if what := u.energy(); what != "" {
		line("energy", "%s uJ per synaptic event, %s J in all: %s", c["energy_per_synaptic_event_uj"], c["energy_j"], what)
	} else {
		line("energy", "not known: this machine has no counter that can be read (/sys/class/powercap); --meter=WATTS gives "+
			"the power from a meter")
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\npopulation\tneurons\trate, Hz\tburst probability\tCV of intervals\tcorrelation\t\n")
	for _, p := range u.populations {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t\n", p.Population, p.Neurons, p.Rate, p.Probability, p.CV, p.Correlation)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, k := range u.plan.base.Compare {
		if k.Published != nil && k.Mean != "" {
			fmt.Fprintf(out, "published: %s %g\n", k.Mean, *k.Published)
		}
	}
	return nil
}

// WriteCSV writes it as one row under its header: mean and standard deviation over seeds.
func (u *Publication) WriteCSV(out io.Writer) error {
	c := u.means.Columns
	var head, row []string
	add := func(name string, v any) { head, row = append(head, name), append(row, fmt.Sprint(v)) }
	mean := func(name string) { add(name, c[name].Mean); add(name+"_sd", c[name].SD) }
	add("experiment", u.plan.Name())
	add("date", time.Now().Format(time.DateOnly))
	add("simulator", u.row.Program)
	add("compiler", runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH)
	add("machine", u.row.Machine)
	add("processors", runtime.NumCPU())
	add("threads_per_task", u.row.Workers)
	add("network_size", u.row.Neurons)
	add("num_connections", c["num_connections"].Mean)
	add("resolution_ms", u.row.Step)
	add("seeds", c["x"].N)
	for _, name := range []string{"model_time_presim", "model_time_sim", "real_time_factor", "time_construction_create",
		"time_construction_connect",
		"time_simulate", "time_simulate_recorded", "cpu_simulate", "peak_memory", "energy_j",
		"energy_per_synaptic_event_uj"} {
		mean(name)
	}
	add("energy_of", u.energy())
	for _, p := range u.populations {
		add("rate_hz "+p.Population, p.Rate.Mean)
		add("rate_hz "+p.Population+"_sd", p.Rate.SD)
		add("cv_isi "+p.Population, p.CV.Mean)
		add("correlation "+p.Population, p.Correlation.Mean)
	}
	w := csv.NewWriter(out)
	w.Write(head)
	w.Write(row)
	w.Flush()
	return w.Error()
}
