package sweep

import (
	"fmt"
	"math"
	"path/filepath"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/trains"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/report"
)

// trains returns the spikes of a population's neurons from the start on, and the time that is measured.
func (c *seedOf) trains(population string) ([][]spike.Tick, spike.Window, error) {
	o := c.report.Seeds()[c.seed]
	span := o.Settled()
	r, err := recordings.Open(filepath.Join(c.dir, report.RecordingFile(o.Seed())))
	if err != nil {
		return nil, span, err
	}
	defer r.Close()
	for _, p := range r.Network() {
		if p.Name != population {
			continue
		}
		all := make([][]spike.Tick, p.Size)
		for e, err := range r.Spikes(recordings.Query{Populations: []string{population}}) {
			if err != nil {
				return nil, span, err
			}
			all[e.Src-p.First] = append(all[e.Src-p.First], e.At)
		}
		return all, span, nil
	}
	return nil, span, fmt.Errorf("population %s was not recorded", population)
}

// target returns the trains of a file for a population of so many neurons: that of the same name where the file has
// several.
func (c *seedOf) target(name, population string, neurons int) ([][]spike.Tick, error) {
	f := c.targets[name]
	if f == nil {
		var err error
		if f, err = trains.Read(nil, name, trains.Options{}); err != nil {
			return nil, err
		}
		c.targets[name] = f
	}
	s := trains.Selection{}
	if names := f.Recordings(); len(names) > 1 {
		s.Recording = population
	}
	all, err := f.Select(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(all) != neurons && len(f.Trains) == 1 { // a single unit, whatever its number: there are no silent ones below it
		return [][]spike.Tick{f.Trains[0].Times}, nil
	}
	return all, nil
}

// within returns the spikes of a sorted train in a span.
func within(train []spike.Tick, span spike.Window) (in []spike.Tick) {
	for _, t := range train {
		if span.Contains(t) {
			in = append(in, t)
		}
	}
	return in
}

// overPairs is the mean of a measure over neurons and their targets: neuron n and unit n, or every neuron and the only
// unit.
func (c *seedOf) overPairs(a []string, of func(model, target []spike.Tick, span spike.Window) float64) (float64,
	error) {
	model, span, err := c.trains(a[0])
	if err != nil {
		return 0, err
	}
	target, err := c.target(a[1], a[0], len(model))
	if err != nil {
		return 0, err
	}
	if len(target) != 1 && len(target) != len(model) {
		return 0, fmt.Errorf("%s has %d units, and %s %d neurons: one unit, or one for each neuron, can be compared", a[1],
			len(target), a[0], len(model))
	}
	var values []float64
	for i, m := range model {
		values = append(values, of(within(m, span), within(target[min(i, len(target)-1)], span), span))
	}
	v, _, _ := analysis.Summary(values)
	return v, nil
}

func coincidence(c *seedOf, a []string) (float64, error) {
	precision, err := config.Ticks(a[2])
	if err != nil {
		return 0, err
	}
	return c.overPairs(a, func(m, t []spike.Tick, span spike.Window) float64 {
		return analysis.Coincidence(m, t, precision,
			span)
	})
}

func vanRossum(c *seedOf, a []string) (float64, error) {
	tau, err := config.Ticks(a[2])
	if err != nil {
		return 0, err
	}
	return c.overPairs(a, func(m, t []spike.Tick, _ spike.Window) float64 { return analysis.VanRossum(m, t, tau) })
}

// features pools the bursts of trains.
func features(all [][]spike.Tick, d spike.Detector, span spike.Window) analysis.BurstFeatures {
	var sum analysis.BurstFeatures
	bursts, within, intervals := 0.0, 0.0, 0.0
	for _, train := range all {
		f := analysis.BurstsOf(train, d, span)
		sum.Rate += f.Rate / float64(len(all))
		if n := f.Rate; n > 0 {
			bursts += n
			within += n * f.Spikes
			intervals += n * (f.Spikes - 1) * f.Interval
		}
	}
	sum.Spikes, sum.Interval = within/bursts, intervals/(within-bursts)
	return sum
}

func (c *seedOf) bursts(population string) (analysis.BurstFeatures, error) {
	all, span, err := c.trains(population)
	if err != nil {
		return analysis.BurstFeatures{}, err
	}
	return features(all, c.report.Seeds()[c.seed].Detector(population), span), nil
}

func burstDistance(c *seedOf, a []string) (float64, error) {
	mine, err := c.bursts(a[0])
	if err != nil {
		return 0, err
	}
	o := c.report.Seeds()[c.seed]
	target, err := c.target(a[1], a[0], c.report.Experiment.Populations.Get(a[0]).Size)
	if err != nil {
		return 0, err
	}
	theirs := features(target, o.Detector(a[0]), o.Settled())
	sum := 0.0
	for _, pair := range [][2]float64{{mine.Rate, theirs.Rate}, {mine.Spikes, theirs.Spikes},
		{mine.Interval, theirs.Interval}} {
		sum += math.Pow((pair[0]-pair[1])/pair[1], 2)
	}
	return math.Sqrt(sum / 3), nil
}
