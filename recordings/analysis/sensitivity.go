package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Sensitivity re-labels one stream with many detectors at once and counts events and bursts under each: does a
// conclusion depend on where the line between burst and event is drawn? It needs 24 bytes per neuron and detector.
type Sensitivity struct {
	detectors []spike.Detector
	relabels  []Accumulator
	rates     []*Rates
}

// NewSensitivity counts in bins; Whole(window) gives one number per detector, finer bins a time course under each.
// The stream must start where the recording starts, also when the bins start later.
func NewSensitivity(pops []spike.Population, bins Bins, detectors []spike.Detector) *Sensitivity {
	s := &Sensitivity{detectors: detectors}
	for _, d := range detectors {
		r := NewRates(pops, bins)
		s.rates = append(s.rates, r)
		s.relabels = append(s.relabels, Relabel(pops, d, r))
	}
	return s
}

// NewSensitivityOf varies the threshold of each population's own detector.
func NewSensitivityOf(pops []spike.Population, bins Bins, own []spike.Detector, thresholds []spike.Tick) *Sensitivity {
	s := &Sensitivity{}
	for _, t := range thresholds {
		r := NewRates(pops, bins)
		var each []spike.Detector
		for _, d := range own {
			each = append(each, d.Thresholded(t))
		}
		s.detectors = append(s.detectors, spike.Detector{Threshold: t})
		s.rates = append(s.rates, r)
		s.relabels = append(s.relabels, relabelled(pops, each, r))
	}
	return s
}

// Recorded says how many neurons of each population are in the stream, as Rates.Recorded does.
func (s *Sensitivity) Recorded(neurons ...int) {
	for _, r := range s.rates {
		r.Recorded(neurons...)
	}
}

// Ended says that the stream ended before its last bin did, as Rates.Ended does.
func (s *Sensitivity) Ended(at spike.Tick) {
	for _, r := range s.rates {
		r.Ended(at)
	}
}

// Thresholds returns a detector for each threshold, otherwise like d.
func Thresholds(d spike.Detector, thresholds ...spike.Tick) []spike.Detector {
	var list []spike.Detector
	for _, t := range thresholds {
		d.Threshold = t
		list = append(list, d)
	}
	return list
}

// Add implements Accumulator.
func (s *Sensitivity) Add(events []spike.Event) {
	for _, r := range s.relabels {
		r.Add(events)
	}
}

// Courses returns what the k-th detector sees, one course per population.
func (s *Sensitivity) Courses(k int) []Course { return s.rates[k].Courses() }

// Curve returns the mean code of a population against the threshold in ms.
func (s *Sensitivity) Curve(pop int) Curve {
	var c Curve
	for k, d := range s.detectors {
		c.Append(d.Threshold.Milliseconds(), s.Courses(k)[pop].Mean())
	}
	return c
}

func (s *Sensitivity) State() (all []any) {
	for k := range s.rates {
		all = append(append(all, &s.relabels[k].(*relabel).trains), s.rates[k].State()...)
	}
	return all
}
