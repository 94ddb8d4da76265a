package cli

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

type infoCommand struct {
	files
	tidy
}

// Run prints what each file holds, or a row for each population of each.
func (c *infoCommand) Run(t terminal) error {
	var rows []row
	var damage []error
	for i, file := range c.Files {
		if i > 0 && !c.asked() {
			fmt.Fprintln(t.out)
		}
		more, err := c.info(t, file)
		rows = append(rows, more...)
		damage = append(damage, err)
	}
	if c.asked() {
		damage = append(damage, c.write(t.out, rows))
	}
	return errors.Join(damage...)
}

// info prints what a file holds, or returns it as rows.
func (c *infoCommand) info(t terminal, file string) (rows []row, err error) {
	r, err := recording{file}.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	s := recordings.Summarize(r)
	h := s.Header
	var damage []error
	for _, p := range s.Problems {
		damage = append(damage, p)
	}
	if c.asked() {
		for _, p := range s.Populations {
			rows = append(rows, row{{"file", file}, {"seed", h.Seed}, {"from_s", s.Window.From.Seconds()},
				{"to_s", s.Window.To.Seconds()},
				{"population", p.Name}, {"neurons", p.Size}, {"recorded", p.Recorded}, {"spikes", p.Spikes}, {"events", p.Events},
				{"bursts", p.Bursts},
				{"spike_rate_hz", p.Rate}, {"event_rate_hz", p.EventRate}, {"burst_rate_hz", p.BurstRate},
				{"burst_probability", p.BurstProbability},
				{"bytes_per_spike", p.BytesPerSpike}, {"poisson_bound_bytes", p.Bound}, {"burst_definition", p.Detector.String()},
				{"finished", s.Finished}})
		}
		return rows, bad(errors.Join(damage...))
	}
	fmt.Fprintf(t.out, "%s\n%s, seed %d, times in units of %v\n", s.Path, h.Program, h.Seed, h.Resolution)
	fmt.Fprintf(t.out, "%v to %v, %s, %s\n", s.Window.From, s.Window.To, plural.Of(s.Spikes, "spike"),
		plural.Of(s.Size, "byte"))
	if !s.Finished {
		fmt.Fprintln(t.out, "not finished: the run was cut off")
	}
	if lost := h.Metadata["repaired"]; lost != "" {
		fmt.Fprintf(t.out, "repaired; the time of what was lost counts as silence:\n  %s\n",
			strings.ReplaceAll(lost, "\n", "\n  "))
	}
	if gaps := h.Metadata["silence"]; gaps != "" {
		fmt.Fprintf(t.out, "merged; time that was not recorded counts as silence: %s\n", gaps)
	}
	if h.Metadata["relabelled"] != "" {
		fmt.Fprintln(t.out, "labels of events and bursts were derived anew after the run")
	}
	fmt.Fprintln(t.out)
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "population\tneurons\trecorded\tspikes\tHz\tevents, Hz\tbursts, Hz\tburst "+
		"probability\tbytes/spike\tPoisson bound\t")
	for _, p := range s.Populations {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n",
			p.Name, p.Size, p.Recorded, p.Spikes, known(p.Rate), known(p.EventRate), known(p.BurstRate),
			known(p.BurstProbability), known(p.BytesPerSpike), known(p.Bound))
	}
	w.Flush()
	fmt.Fprintf(t.out, "rates: per recorded neuron, over all of %v to %v; burst probability: all bursts over all events "+
		"of this time\n", s.Window.From, s.Window.To)
	var definitions []definition
	for _, p := range s.Populations {
		definitions = append(definitions, definition{p.Name, p.Detector})
	}
	printDefinitions(t.out, "as stored", definitions)
	listTables(t.out, s.Tables)
	return nil, bad(errors.Join(damage...))
}

func known(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.3g", x)
}

// definition is how the bursts of a population were told from events.
type definition struct {
	population string
	detector   spike.Detector
}

// printDefinitions says which definition of a burst holds in a recording, and whether it is stored there, a line for
// each that occurs.
func printDefinitions(w io.Writer, how string, all []definition) {
	for i, d := range all {
		var names []string
		first := true
		for k, other := range all {
			if other.detector == d.detector {
				names, first = append(names, other.population), first && k >= i
			}
		}
		switch {
		case !first:
		case len(names) == len(all):
			fmt.Fprintf(w, "burst, %s: %v\n", how, d.detector.Definition())
		default:
			fmt.Fprintf(w, "burst, %s for %s: %v\n", how, strings.Join(names, ", "), d.detector.Definition())
		}
	}
}
