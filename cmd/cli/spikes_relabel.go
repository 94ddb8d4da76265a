package cli

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/config"
)

// definitionFlags are the keys of [burst], and of the one method that works only afterwards. What is absent stays as
// stored.
type definitionFlags struct {
	Threshold   string  `help:"Labels anew: interval below which two spikes belong to one burst." placeholder:"TIME"`
	Continue    string  `help:"Labels anew: the same for the spikes after the second." placeholder:"TIME"`
	MinSpikes   int     `help:"Labels anew: spikes that make an event a burst, 2 to 200." placeholder:"N"`
	MaxDuration string  `help:"Labels anew: a spike so long after the onset of an event is an onset itself." placeholder:"TIME"`
	Accumulate  bool    `help:"Labels anew: by the accumulating trace; goes together with --threshold only."`
	Method      string  `help:"Labels anew: isi, by intervals, or poisson-surprise, which knows the whole train (Legendy & Salcman 1985)." enum:",isi,poisson-surprise" default:"" placeholder:"METHOD"`
	Surprise    float64 `help:"Least surprise -ln P of a burst, for poisson-surprise; default 10." placeholder:"S"`
}

// given reports whether labels are derived anew.
func (c *definitionFlags) given() bool { return *c != definitionFlags{} }

// detector returns the detector for a population, from the stored one.
func (c *definitionFlags) detector(d spike.Detector) (spike.Detector, error) {
	wrong := func(flag, value, reason string) (spike.Detector, error) {
		return d, &config.Error{File: flag, Value: value, Reason: reason}
	}
	if c.Method == "poisson-surprise" {
		for flag, given := range map[string]bool{"--threshold": c.Threshold != "", "--continue": c.Continue != "",
			"--min-spikes":   c.MinSpikes != 0,
			"--max-duration": c.MaxDuration != "", "--accumulate": c.Accumulate} {
			if given {
				return wrong(flag, "", "means nothing to --method poisson-surprise")
			}
		}
		d = spike.Detector{Threshold: d.Threshold, Surprise: 10}
		if c.Surprise != 0 {
			d.Surprise = c.Surprise
		}
		if !(d.Surprise > 0 && d.Surprise <= 1e6) {
			return wrong("--surprise", fmt.Sprint(c.Surprise), "must be above 0 and at most 1e6")
		}
		return d, nil
	}
	if c.Surprise != 0 {
		return wrong("--surprise", fmt.Sprint(c.Surprise), "belongs to --method poisson-surprise")
	}
	d.Surprise = 0
	if c.Accumulate {
		if c.Continue != "" || c.MinSpikes != 0 || c.MaxDuration != "" {
			return wrong("--accumulate", "", "excludes --continue, --min-spikes and --max-duration")
		}
		d = spike.Detector{Threshold: d.Threshold, Accumulate: true}
	} else if c.Continue != "" || c.MinSpikes != 0 || c.MaxDuration != "" || c.Method == "isi" {
		d.Accumulate = false
	}
	for _, flag := range []struct {
		name, text string
		to         *spike.Tick
	}{{"--threshold", c.Threshold, &d.Threshold}, {"--continue", c.Continue, &d.Continue},
		{"--max-duration", c.MaxDuration, &d.MaxDuration}} {
		if flag.text == "" {
			continue
		}
		at, err := config.Ticks(flag.text)
		if err == nil && (at <= 0 || at > 1000*spike.Second) {
			err = fmt.Errorf("must be above 0 and at most 1000 s")
		}
		if err != nil {
			return wrong(flag.name, strconv.Quote(flag.text), err.Error())
		}
		*flag.to = at
	}
	if c.MinSpikes != 0 {
		if d.MinSpikes = c.MinSpikes; c.MinSpikes == 2 {
			d.MinSpikes = 0
		}
	}
	if key, reason := d.Check(); key != "" {
		return wrong("--min-spikes", fmt.Sprint(c.MinSpikes), reason)
	}
	return d, nil
}

// detectors returns a detector for each population of a recording; those that are not among the names keep theirs.
func (c *definitionFlags) detectors(r *recordings.Reader, names []string) (all []spike.Detector, err error) {
	for _, p := range r.Header().Populations {
		d := p.Detector
		if len(names) == 0 || slices.Contains(names, p.Name) {
			if d, err = c.detector(d); err != nil {
				return nil, err
			}
		} else if d.Surprise > 0 {
			return nil, &config.Error{File: "--population",
				Reason: fmt.Sprintf("the labels of %s were found by Poisson surprise; relabel it too", p.Name)}
		}
		all = append(all, d)
	}
	return all, nil
}

type relabelCommand struct {
	recording
	Populations []string `name:"population" short:"p" help:"Only this population; may be repeated. The others keep their labels." placeholder:"NAME"`
	definitionFlags
	newRecording
}

// Run derives the labels anew and writes them.
func (c *relabelCommand) Run(t terminal) error {
	r, err := c.open()
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := (&selection{Populations: c.Populations}).query(r); err != nil {
		return err
	}
	if !c.given() {
		return &config.Error{File: "spikes relabel", Reason: "needs a definition of a burst",
			Allowed: "--threshold, --continue, --min-spikes, --max-duration, --accumulate, --method"}
	}
	detectors, err := c.detectors(r, c.Populations)
	if err != nil {
		return err
	}
	for p, d := range detectors {
		fmt.Fprintf(t.out, "%s: burst: %s\n", r.Header().Populations[p].Name, d.Definition())
	}
	return c.wrote(t, recordings.Relabel(c.Output, r, detectors))
}
