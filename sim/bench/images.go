package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/burstplex/burstplex/sim/deep"
	"github.com/burstplex/burstplex/sim/machine"
)

// Images is the speed of learning images in spikes.
type Images struct {
	*Report
	Workers int
	Speeds  []deep.Speed
}

// MeasureImages times rounds of four batches of 32 images.
func MeasureImages(rounds, workers int) (*Images, error) {
	speeds, err := deep.Speeds(rounds, 4, workers, machine.CPU)
	return &Images{NewReport(), workers, speeds}, err
}

// epoch is the images of MNIST's training set.
const epoch = 60000

// Write prints the speeds for people.
func (r *Images) Write(out io.Writer) error {
	r.Head(out)
	fmt.Fprintf(out, "\nmnist: 784-256-256-10 units of 1000 neurons, presentations of 100 ms, %s\n",
		"1000 events of a fully active unit; per second of processor time")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "events\t\timages/s\tmedian\tevents/s\tspikes/s\tsynaptic events/s\tepoch of 60,000\t")
	for _, s := range r.Speeds {
		what := "answering"
		if s.Learning {
			what = "learning"
		}
		sp := spreadOf(s.Seconds)
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%.0f\t%s\t%s\t%s\t%.3g s\t\n", s.Sampler, what, 1/sp.Min, 1/sp.Median,
			count(s.Events/sp.Min), count(s.Spikes/sp.Min), count(s.Synaptic/sp.Min),
			epoch*sp.Min)
	}
	return w.Flush()
}

// WriteJSON writes the speeds for programs.
func (r *Images) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
