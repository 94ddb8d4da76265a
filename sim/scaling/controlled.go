package scaling

import (
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// control puts ignore-and-fire neurons in the place of all neurons of a network, with the event rate and burst
// probability that those had, or with event rates of a given mean if hz is above 0. What steers the neurons goes:
// stimuli, teachers, rules; private Poisson trains stay, because their arrivals are work.
func control(net *sim.Network, activity []Activity, detector spike.Detector, hz float64) {
	mean, neurons := 0.0, 0.0
	for _, a := range activity {
		mean, neurons = mean+a.Events*float64(a.Neurons), neurons+float64(a.Neurons)
	}
	mean /= max(1, neurons)
	net.Stimuli, net.Teachers = nil, nil
	for i := range net.Populations {
		p := &net.Populations[i]
		s := neuron.DefaultIgnoreAndFire()
		s.Interval, s.Probability = .6*detector.Threshold.Milliseconds(), 0
		rate := hz
		if k := slices.IndexFunc(activity, func(a Activity) bool { return a.Population == p.Name }); k >= 0 {
			a := activity[k]
			if a.Events > 0 {
				s.Probability = min(1, a.Probability())
			}
			if rate = a.Events; hz > 0 && mean > 0 {
				rate *= hz / mean
			} else if hz > 0 {
				rate = hz
			}
		}
		silence := detector.Silence(s.Spikes).Milliseconds()
		// no burst detector can tell such events apart: single spikes, as fast as may be
		if most := 999 / (s.Interval + silence); rate > most {
			s.Probability, rate = 0, min(rate, 999/detector.Silence(1).Milliseconds())
		}
		s.Rate = neuron.Const(rate)
		p.Spec = s
		backgrounds := p.Backgrounds
		p.Backgrounds = nil
		for _, b := range backgrounds {
			if _, poisson := b.Spec.(*neuron.PoissonBackground); poisson {
				b.Port, b.Receptor = stand(b.Port, b.Receptor)
				p.Backgrounds = append(p.Backgrounds, b)
			}
		}
	}
	for i := range net.Projections {
		p := &net.Projections[i]
		p.Rule = nil
		p.Port, p.Receptor = stand(p.Port, p.Receptor)
	}

}

// stand names a port and a receptor of ignore-and-fire neurons that cost the same.
func stand(port, receptor string) (string, string) {
	if port != "apical" {
		port = "soma"
	}
	if !slices.Contains([]string{"ampa", "nmda", "gaba", "delta"}, receptor) {
		receptor = "ampa"
	}
	return port, receptor
}
