package scaling

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/synapse"
)

// Scaled is what makes another network of an experiment.
type Scaled struct {
	Set      []string // overrides of its keys: key=value
	Replaced int      // projections of which inputs were left out, and replaced by private trains
	Kept     []string // projections that keep their inputs whatever K is: one to one
}

// Scale returns what scales an experiment: sizes of populations and whatever counts their neurons, and connectors.
//
// Of the inputs that a neuron has along a projection, K are left. The others are replaced by as many private Poisson
// trains of the rate of their source, with the weight E[w²]/E[w] and the rate E[w]²/E[w²] of each if weights are
// drawn: mean and variance of what reaches the receptor stay as they were, for conductances, currents and delta
// synapses alike, and postsynaptic potentials keep their size (van Albada et al. 2015, section "Mean and variance",
// scale the weights by 1/√K and add a constant current instead, which has no equivalent for conductances). What is
// lost is that these inputs followed the network: correlations change, and rates where they depend on them. rates is
// needed for K below 1 only.
//
// It is refused, with the key that is at fault, where the full network cannot be replaced: plastic projections and
// short-term plasticity (what they pass on depends on the order of the spikes), lists of pairs, replayed trains, more
// inputs than there are neurons.
func (f Factors) Scale(x *experiment.Experiment, rates []Activity) (s Scaled, err error) {
	if f.K > 1 {
		return s, x.At("projections", "K = %g: with more inputs than it has, a network has other rates", f.K).
			Allow("K in (0, 1]; bench scaling --controlled for any number")
	}
	return f.scale(x, rates, f.K < 1)
}

// scale leaves out the replacement unless replace is set: neurons that ignore their input need none.
func (f Factors) scale(x *experiment.Experiment, rates []Activity, replace bool) (s Scaled, err error) {
	if x.Task != nil {
		return s, x.At("task", "a task makes networks of its own, which --scale does not reach").Allow(
			"an experiment with populations")
	}
	net, err := x.Network(x.Experiment.Seed)
	if err != nil {
		return s, err
	}
	set := func(key, format string, args ...any) { s.Set = append(s.Set, key+"="+fmt.Sprintf(format, args...)) }
	size := map[string]int{}
	for _, p := range net.Populations {
		n := max(1, int(math.Round(f.N*float64(p.Size))))
		if size[p.Name] = n; n == p.Size {
			continue
		}
		if _, ok := p.Spec.(*neuron.Replay); ok {
			return s, x.At("populations."+p.Name,
				"replays the trains of a file: it has as many neurons as there are trains").Allow("N=1")
		}
		set("populations."+p.Name+".size", "%d", n)
	}
	s.Set = append(s.Set, f.ranges(x, size)...)
	for i := range net.Projections {
		p := &net.Projections[i]
		c := &projection{x: x, net: net, Projection: p, key: "projections." + p.Name, factors: f, size: size,
			replace: replace}
		part, set, err := c.connector()
		if err != nil {
			return s, err
		}
		s.Set = append(s.Set, set...)
		if _, ok := p.Connector.(synapse.OneToOne); ok && f.K != 1 {
			s.Kept = append(s.Kept, p.Name)
		}
		if !replace || part >= 1-1e-9 {
			continue
		}
		set, err = c.replacement(part, rates)
		if err != nil {
			return s, err
		}
		s.Set = append(s.Set, set...)
		s.Replaced++
	}
	return s, nil
}

// ranges scales what names neurons by number.
func (f Factors) ranges(x *experiment.Experiment, size map[string]int) (set []string) {
	scale := func(key, population string, first, last int) {
		n := size[population]
		if was := x.Populations.Get(population); was == nil || was.Size == n {
			return
		}
		at := func(i int) int { return min(n, int(math.Round(f.N*float64(i)))) }
		if first > 0 {
			set = append(set, fmt.Sprintf("%s.first=%d", key, min(n-1, at(first))))
		}
		if last > 0 {
			set = append(set, fmt.Sprintf("%s.last=%d", key, max(min(n-1, at(first))+1, at(last))))
		}
	}
	for name, q := range x.Stimuli.All() {
		scale("stimuli."+name, q.Population, q.First, q.Last)
	}
	for name, q := range x.Probes.All() {
		scale("probes."+name, q.Population, q.First, q.Last)
	}
	for name, q := range x.Record.Neurons.All() {
		scale("record.neurons."+name, name, q.First, q.Last)
	}
	return set
}

// projection is a projection that is scaled.
type projection struct {
	x *experiment.Experiment
	*sim.Projection
	net     *sim.Network
	key     string
	factors Factors
	size    map[string]int // of the populations, scaled
	replace bool           // what is left out
}

func (c *projection) refuse(format string, args ...any) *config.Error {
	return c.x.At(c.key, "cannot be scaled: "+format, args...)
}

func (c *projection) sizes() (sources, targets float64) {
	return float64(c.x.Populations.Get(c.Source).Size), float64(c.x.Populations.Get(c.Target).Size)
}

// inputs returns how many inputs a neuron has along it in the full network.
func (c *projection) inputs() float64 {
	sources, targets := c.sizes()
	return c.Connector.Expected(int(sources), int(targets))
}

// connector returns what part of its inputs a neuron keeps, and the keys that say so.
func (c *projection) connector() (part float64, set []string, err error) {
	sources, targets := c.sizes()
	newSources, newTargets := float64(c.size[c.Source]), float64(c.size[c.Target])
	part = c.factors.K
	number := func(k, shrink float64) float64 { // of partners
		n := math.Round(part * shrink * k)
		if k > 0 {
			part = n / (k * shrink)
		}
		set = append(set, fmt.Sprintf("%s.k=%.0f", c.key, n))
		return n
	}
	crowd := func(n, of float64) error {
		return c.refuse("%.4g inputs for every neuron, and %.0f neurons are left to send them", n,
			of).Allow(fmt.Sprintf("K up to %.4g, or a larger N", part*of/n))
	}
	switch d := c.Connector.(type) {
	case synapse.AllToAll:
		p := part * sources / newSources
		switch {
		case p > 1+1e-9:
			return 0, nil, crowd(part*sources, newSources)
		case p < 1-1e-9:
			set = append(set, c.key+".connector=fixed-probability", fmt.Sprintf("%s.p=%.17g", c.key, p))
		}
	case synapse.FixedProbability:
		p := d.P * part * sources / newSources
		if p > 1+1e-9 {
			return 0, nil, crowd(d.P*part*sources, newSources)
		}
		set = append(set, fmt.Sprintf("%s.p=%.17g", c.key, min(1, p)))
	case synapse.FixedInDegree:
		if n := number(float64(d.K), 1); !d.Multapses && n > newSources {
			return 0, nil, crowd(n, newSources)
		}
	case synapse.FixedOutDegree:
		if n := number(float64(d.K), sources/newSources*newTargets/targets); !d.Multapses && n > newTargets {
			return 0, nil, crowd(n*newSources/newTargets, newSources)
		}
	case synapse.FixedTotalNumber:
		if c.x.Has(c.key + ".p") {
			total := math.Round(part * float64(d.K) * newTargets / targets)
			set = append(set, fmt.Sprintf("%s.p=%.17g", c.key, -math.Expm1(total*math.Log1p(-1/(newSources*newTargets)))))
			break
		}
		number(float64(d.K), newTargets/targets)
	case synapse.OneToOne:
		if newSources != newTargets {
			return 0, nil, c.refuse("%.0f neurons one to one onto %.0f", newSources, newTargets)
		}
		part = 1
	default:
		if part == 1 && newSources == sources && newTargets == targets {
			break
		}
		return 0, nil, c.refuse("its pairs are listed one by one").Allow("a connector that draws them")
	}
	if part == c.factors.K && c.factors.N == 1 && part == 1 {
		set = nil // nothing changes
	}
	if c.replace && c.Rule != nil && math.Abs(part-1) > 1e-9 {
		return 0, nil, c.refuse("its weights learn, and fewer synapses do not learn what all of them would").Allow("K=1")
	}
	return part, set, nil
}

// mostTrains and fastest are bounds of a Poisson background.
const mostTrains, fastest = 1e6, 1e6

// replacement returns the keys of the private trains that stand for all inputs but a part.
func (c *projection) replacement(part float64, rates []Activity) ([]string, error) {
	if c.ShortTerm != nil {
		return nil, c.refuse("what short-term plasticity passes on depends on the order of the spikes, so that a mean rate " +
			"does not replace it").Allow("K=1")
	}
	i := slices.IndexFunc(rates, func(a Activity) bool { return a.Population == c.Source })
	if i < 0 {
		return nil, c.refuse("the rate of %s in the full network is not known",
			c.Source).Allow("rates=DIRECTORY of a run's results")
	}
	rate := rates[i].Spikes
	switch c.Transmit {
	case synapse.EventsOnly:
		rate = rates[i].Events
	case synapse.BurstsOnly:
		rate = rates[i].Bursts
	}
	mean, square := moments(c.Weight)
	trains := (1 - part) * c.inputs()
	if rate == 0 || mean == 0 && square == 0 || trains == 0 {
		return nil, nil
	}
	if mean == 0 {
		return nil, c.refuse("its weights are 0 on average: no train has that mean and their variance")
	}
	total := trains * rate * mean * mean / square // arrivals a second
	sources := min(mostTrains, max(1, math.Round(trains)))
	if total > sources*fastest {
		return nil, c.refuse("%.3g arrivals a second are more than a neuron's private trains can have", total)
	}
	key := "populations." + c.Target + ".backgrounds.left_out_" + c.Name
	return []string{fmt.Sprintf("%s={ port = %q, receptor = %q, sources = %.0f, rate = \"%.17g Hz\", weight = %.17g }",
		key, c.Port, c.Receptor,
		sources, total/sources, square/mean)}, nil
}

// moments returns the means of a value and of its square.
func moments(v neuron.Value) (mean, square float64) {
	lo, hi := v.Bounds()
	bounded := v.Shape != neuron.Uniform && !v.IsConst() && (v.Shape == neuron.Normal && !math.IsInf(lo, -1) ||
		v.Shape == neuron.LogNormal && !math.IsInf(hi, 1))
	switch {
	case v.IsConst() || v.Shape != neuron.Uniform && v.B == 0:
		return v.A, v.A * v.A
	case v.Shape == neuron.Uniform:
		return (v.A + v.B) / 2, (v.A*v.A + v.A*v.B + v.B*v.B) / 3
	case bounded: // drawn again outside: no closed form that is worth its length
		const draws = 200_000
		key := rng.New(1, "moments")
		for i := range draws {
			w := v.Draw(key, i)
			mean, square = mean+w/draws, square+w*w/draws
		}
		return mean, square
	case v.Shape == neuron.LogNormal:
		return v.A * math.Exp(v.B*v.B/2), v.A * v.A * math.Exp(2*v.B*v.B)
	}
	return v.A, v.A*v.A + v.B*v.B
}
