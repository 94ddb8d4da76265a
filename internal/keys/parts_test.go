package keys

import (
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// partsFile has one of everything that has kinds; rows change the kinds.
const partsFile = `[experiment]
name = "keys"
duration = "200 ms"
[populations.src]
model = "poisson"
size = 10
rate = "60 Hz"
[populations.a]
model = "burst-poisson"
size = 20
[populations.b]
model = "two-compartment"
size = 5
[stimuli.b]
population = "b"
amplitude = "600 pA"
[stimuli.a]
population = "a"
amplitude = "700 pA"
`

const connectorFile = partsFile + `[projections.x]
source = "a"
target = "a"
receptor = "ampa"
connector = "all-to-all"
weight = 0.02
`

const synapseFile = partsFile + `[projections.x]
source = "a"
target = "b"
receptor = "ampa"
connector = "fixed-probability"
p = 0.5
weight = 0.05
[stimuli.apical]
population = "b"
port = "apical"
amplitude = "900 pA"
`

var sourceRows = map[string][]row{
	"poisson": {
		{key: "rate", set: "populations.src.rate=80 Hz",
			by: func(b *built) { spec[*neuron.Poisson](b, "src").Rate = constant(80) }},
		{key: "dead_time", set: "populations.src.dead_time=6 ms",
			by: func(b *built) { spec[*neuron.Poisson](b, "src").Dead = constant(6) }},
	},
	"ignore-and-fire": {
		ignoring("rate", "25 Hz", func(s *neuron.IgnoreAndFire) { s.Rate = constant(25) }),
		ignoring("burst_probability", "0.7", func(s *neuron.IgnoreAndFire) { s.Probability = 0.7 }),
		ignoring("burst_interval", "3 ms", func(s *neuron.IgnoreAndFire) { s.Interval = 3 }),
		ignoring("burst_spikes", "3", func(s *neuron.IgnoreAndFire) { s.Spikes = 3 }),
		ignoring("irregularity", "0.3", func(s *neuron.IgnoreAndFire) { s.Irregularity = 0.3 }),
		ignoring("initial.phase", "0.4", func(s *neuron.IgnoreAndFire) { s.Initial.Phase = constant(0.4) }),
	},
	"modulated-poisson": {
		modulated("mean", "30 Hz", func(s *neuron.ModulatedPoisson) { s.Mean = 30 }),
		modulated("amplitude", "5 Hz", func(s *neuron.ModulatedPoisson) { s.Amplitude = 5 }),
		modulated("period", "40 ms", func(s *neuron.ModulatedPoisson) { s.Period = 40 }),
		modulated("phase", "0.25", func(s *neuron.ModulatedPoisson) { s.Phase = 0.25 }),
		modulated("dead_time", "20 ms", func(s *neuron.ModulatedPoisson) { s.Dead = 20 }, "mean=60 Hz"),
		modulated("shape", "steps", func(s *neuron.ModulatedPoisson) { s.Shape = "steps" }, `times=["0 ms", "50 ms"]`, `rates=["40 Hz", "90 Hz"]`),
		modulated("times", `["0 ms", "90 ms"]`, func(s *neuron.ModulatedPoisson) { s.Times = []float64{0, 90} }, "shape=steps", `times=["0 ms", "50 ms"]`,
			`rates=["40 Hz", "90 Hz"]`),
		modulated("rates", `["40 Hz", "20 Hz"]`, func(s *neuron.ModulatedPoisson) { s.Rates = []float64{40, 20} }, "shape=steps", `times=["0 ms", "50 ms"]`,
			`rates=["40 Hz", "90 Hz"]`),
	},
}

// modulated is a row of modulated-poisson sources, which take the place of the others.
func modulated(key, value string, by func(s *neuron.ModulatedPoisson), given ...string) row {
	for k := range given {
		given[k] = "populations.m." + given[k]
	}
	return row{key: key, given: append([]string{"[populations.m]\nmodel = \"modulated-poisson\"\nsize = 30"}, given...),
		set: "populations.m." + key + "=" + value, by: func(b *built) { by(spec[*neuron.ModulatedPoisson](b, "m")) }}
}

// ignoring is a row of neurons of given rate.
func ignoring(key, value string, by func(s *neuron.IgnoreAndFire)) row {
	given := "[populations.m]\nmodel = \"ignore-and-fire\"\nsize = 30\nrate = \"20 Hz\"\nburst_probability = 0.5\n"
	return loosely(row{key: key, given: []string{given}, set: "populations.m." + key + "=" + value,
		by: func(b *built) { by(spec[*neuron.IgnoreAndFire](b, "m")) }})
}

// background is a row of a background of population b.
func background[T any](kind, key, value string, by func(s T)) row {
	given := "[populations.b.backgrounds.n]\nport = \"apical\"\nkind = \"" + kind + "\"\n"
	if kind == "poisson" {
		given += "receptor = \"ampa\"\nweight = 0.01\n"
	}
	return row{key: key, given: []string{given}, set: "populations.b.backgrounds.n." + key + "=" + value,
		by: func(b *built) { by(b.Populations[2].Backgrounds[0].Spec.(T)) }}
}

var backgroundRows = map[string][]row{
	"poisson": {
		background("poisson", "rate", "900 Hz", func(s *neuron.PoissonBackground) { s.Rate = 900 }),
		background("poisson", "weight", "0.02", func(s *neuron.PoissonBackground) { s.Weight = 0.02 }),
		background("poisson", "sources", "3", func(s *neuron.PoissonBackground) { s.Sources = 3 }),
	},
	"ornstein-uhlenbeck": {
		background("ornstein-uhlenbeck", "mean", "50 pA", func(s *neuron.OrnsteinUhlenbeck) { s.Mean = 50 }),
		background("ornstein-uhlenbeck", "sigma", "200 pA", func(s *neuron.OrnsteinUhlenbeck) { s.Sigma = 200 }),
		background("ornstein-uhlenbeck", "tau", "5 ms", func(s *neuron.OrnsteinUhlenbeck) { s.Tau = 5 }),
	},
}

// connector is a row of a connector from population a to itself.
func connector(kind, key, value string, makes synapse.Connector, given ...string) row {
	for k := range given {
		given[k] = "projections.x." + given[k]
	}
	return row{key: key, given: append([]string{"projections.x.connector=" + kind}, given...), set: "projections.x." +
		key + "=" + value,
		by: func(b *built) { b.Projections[0].Connector = makes }}
}

var connectorRows = map[string][]row{
	"all-to-all": {connector("all-to-all", "autapses", "true", synapse.AllToAll{Autapses: true})},
	"one-to-one": {{key: "autapses", given: []string{"projections.x.connector=one-to-one", "projections.x.target=b",
		"populations.b.size=20"},
		set:   "projections.x.autapses=true",
		by:    func(b *built) { b.Projections[0].Connector = synapse.OneToOne{Autapses: true} },
		quiet: true}}, // within a population it is refused without the key
	"fixed-probability": {
		connector("fixed-probability", "autapses", "true", synapse.FixedProbability{P: 0.4, Autapses: true}, "p=0.4"),
		connector("fixed-probability", "p", "0.2", synapse.FixedProbability{P: 0.2}, "p=0.4"),
	},
	"fixed-in-degree": {
		connector("fixed-in-degree", "autapses", "true", synapse.FixedInDegree{K: 5, Autapses: true}, "k=5"),
		connector("fixed-in-degree", "k", "7", synapse.FixedInDegree{K: 7}, "k=5"),
		connector("fixed-in-degree", "multapses", "true", synapse.FixedInDegree{K: 9, Multapses: true}, "k=9"),
	},
	"fixed-out-degree": {
		connector("fixed-out-degree", "autapses", "true", synapse.FixedOutDegree{K: 5, Autapses: true}, "k=5"),
		connector("fixed-out-degree", "k", "7", synapse.FixedOutDegree{K: 7}, "k=5"),
		connector("fixed-out-degree", "multapses", "true", synapse.FixedOutDegree{K: 9, Multapses: true}, "k=9"),
	},
	"fixed-total-number": {
		connector("fixed-total-number", "autapses", "true", synapse.FixedTotalNumber{K: 100, Autapses: true}, "k=100"),
		connector("fixed-total-number", "k", "150", synapse.FixedTotalNumber{K: 150}, "k=100"),
		// 20 x 20 pairs, each of which is left out with probability (1 - 1/400)^k
		connector("fixed-total-number", "p", "0.5", synapse.FixedTotalNumber{K: 277}, "p=0.1"),
	},
	"list": {
		connector("list", "autapses", "true",
			&synapse.List{Synapses: []synapse.Synapse{{Source: 1, Target: 2}, {Source: 3, Target: 5}}, Autapses: true,
				Pairs: true},
			"pairs=[[1, 2], [3, 5]]").but(true), // a pair that needs it is refused without
		connector("list", "pairs", "[[1, 2], [3, 4]]",
			&synapse.List{Synapses: []synapse.Synapse{{Source: 1, Target: 2}, {Source: 3, Target: 4}}, Pairs: true},
			"pairs=[[1, 2]]"),
	},
}

// synaptic is a row of a table of the projection x; by changes its short-term plasticity or rule.
func synaptic[T any](table, kind, key, value string, of func(p *sim.Projection) T, by func(s T), given ...string) row {
	for k := range given {
		given[k] = "projections.x." + table + "." + given[k]
	}
	return row{key: key, given: append([]string{"[projections.x." + table + "]\nkind = \"" + kind + "\""}, given...),
		set: "projections.x." + table + "." + key + "=" + value,
		by:  func(b *built) { by(of(&b.Projections[0])) }}
}

func shortTerm(kind, key, value string, by func(s *synapse.ShortTerm)) row {
	return synaptic("short_term", kind, key, value, func(p *sim.Projection) *synapse.ShortTerm { return p.ShortTerm }, by)
}

func shortTermOf(kind string) []row {
	return []row{
		shortTerm(kind, "u", "0.5", func(s *synapse.ShortTerm) { s.U, s.U0 = 0.5, 0.5 }), // u0 follows
		shortTerm(kind, "jump", "0.3", func(s *synapse.ShortTerm) { s.J = 0.3 }),
		shortTerm(kind, "tau_d", "50 ms", func(s *synapse.ShortTerm) { s.TauD = 50 }),
		shortTerm(kind, "tau_f", "30 ms", func(s *synapse.ShortTerm) { s.TauF = 30 }),
		shortTerm(kind, "u0", "0.4", func(s *synapse.ShortTerm) { s.U0 = 0.4 }),
	}
}

var shortTermRows = map[string][]row{"depressing": shortTermOf("depressing"),
	"facilitating": shortTermOf("facilitating")}

func rule[T plasticity.Spec](kind, key, value string, by func(s T), given ...string) row {
	return synaptic("rule", kind, key, value, func(p *sim.Projection) T { return p.Rule.(T) }, by, given...)
}

func bounds[T plasticity.Spec](kind string, of func(s T) *plasticity.Bounds, given ...string) []row {
	again := func(more ...string) []string { return append(append([]string{}, given...), more...) }
	return []row{
		rule(kind, "w_min", "0.05", func(s T) { of(s).Min = 0.05 }, again()...),
		rule(kind, "w_max", "0.0505", func(s T) { of(s).Max = 0.0505 }, again()...),
		rule(kind, "weight_decay", "2 Hz", func(s T) { of(s).Decay = 2 }, again()...),
	}
}

func burstRules(kind string, moving bool) []row {
	type T = *plasticity.BurstDependent
	fixed, other := []string{"baseline=fixed"}, row{}
	if moving {
		other = rule(kind, "baseline", "fixed", func(s T) { s.Baseline = "fixed" })
	} else {
		other = rule(kind, "baseline", "moving", func(s T) { s.Baseline = "moving" })
	}
	mov := []string{"baseline=moving"}
	add := func(a []string, more ...string) []string { return append(append([]string{}, a...), more...) }
	return append(bounds(kind, func(s T) *plasticity.Bounds { return &s.Bounds }, "baseline=fixed", "p_b=0.3"), other,
		rule(kind, "eta", "0.002", func(s T) { s.Eta = 0.002 }),
		rule(kind, "tau_pre", "20 ms", func(s T) { s.TauPre = 20 }),
		rule(kind, "trace", "spikes", func(s T) { s.Trace = "spikes" }),
		rule(kind, "p_b", "0.2", func(s T) { s.PB = 0.2 }, add(fixed)...),
		rule(kind, "tau_ma", "300 ms", func(s T) { s.TauMA = 300 }, add(mov, "event_rate_0=5 Hz")...),
		rule(kind, "pseudo_count", "2", func(s T) { s.Count = 2 }, add(mov)...),
		rule(kind, "prior", "0.3", func(s T) { s.Prior = 0.3 }, add(mov, "pseudo_count=2")...),
		rule(kind, "event_rate_0", "5 Hz", func(s T) { s.E0 = 5 }, add(mov)...),
		rule(kind, "burst_rate_0", "3 Hz", func(s T) { s.B0 = 3 }, add(mov, "event_rate_0=5 Hz")...),
		rule(kind, "homeostasis", "spikes", func(s T) { s.Homeostasis = "spikes" }, "e_max=1 Hz", "tau_ma=200 ms"),
		rule(kind, "e_min", "20 Hz", func(s T) { s.EMin = 20 }),
		rule(kind, "e_max", "1 Hz", func(s T) { s.EMax = 1 }, "tau_ma=200 ms"),
		rule(kind, "tau_nu", "500 ms", func(s T) { s.TauNu = 500 }, "e_min=20 Hz"),
		rule(kind, "nu_0", "3 Hz", func(s T) { s.Nu0 = 3 }, "e_min=20 Hz"))
}

var ruleRows = map[string][]row{
	"burst-dependent": burstRules("burst-dependent", true),
	"burstccn":        burstRules("burstccn", false),
	"apical-balance": append(bounds("apical-balance",
		func(s *plasticity.ApicalBalance) *plasticity.Bounds { return &s.Bounds }, "eta=0.01"),
		rule("apical-balance", "eta", "0.002", func(s *plasticity.ApicalBalance) { s.Eta = 0.002 }),
		rule("apical-balance", "signal", "apical", func(s *plasticity.ApicalBalance) { s.Signal = "apical" }),
		rule("apical-balance", "of", "bursts", func(s *plasticity.ApicalBalance) { s.Of = "bursts" }),
		rule("apical-balance", "p_b", "0.2", func(s *plasticity.ApicalBalance) { s.PB = 0.2 }),
		rule("apical-balance", "tau_pre", "20 ms", func(s *plasticity.ApicalBalance) { s.TauPre = 20 }),
		loosely(rule("apical-balance", "variable", "v_s", func(s *plasticity.ApicalBalance) { s.Variable = "v_s" },
			"signal=apical")),
		rule("apical-balance", "rest", "-60 mV", func(s *plasticity.ApicalBalance) { s.Rest = -60 }, "signal=apical"),
		rule("apical-balance", "tau_a", "20 ms", func(s *plasticity.ApicalBalance) { s.TauA = 20 }, "signal=apical"),
		rule("apical-balance", "effect", "inhibitory", func(s *plasticity.ApicalBalance) { s.Effect = "inhibitory" })),
	"kolen-pollack": append(bounds("kolen-pollack",
		func(s *plasticity.KolenPollack) *plasticity.Bounds { return &s.Bounds }, "eta=0.01"),
		rule("kolen-pollack", "eta", "0.002", func(s *plasticity.KolenPollack) { s.Eta = 0.002 }),
		rule("kolen-pollack", "p_b", "0.2", func(s *plasticity.KolenPollack) { s.PB = 0.2 }),
		rule("kolen-pollack", "tau_post", "20 ms", func(s *plasticity.KolenPollack) { s.TauPost = 20 }),
		rule("kolen-pollack", "effect", "inhibitory", func(s *plasticity.KolenPollack) { s.Effect = "inhibitory" })),
	"stdp": append(bounds("stdp", func(s *plasticity.STDP) *plasticity.Bounds { return &s.Bounds }, "a_minus=0.01",
		"a_plus=0.01"),
		rule("stdp", "a_plus", "0.002", func(s *plasticity.STDP) { s.APlus = 0.002 }),
		rule("stdp", "a_minus", "0.002", func(s *plasticity.STDP) { s.AMinus = 0.002 }),
		rule("stdp", "tau_plus", "10 ms", func(s *plasticity.STDP) { s.TauPlus = 10 }),
		rule("stdp", "tau_minus", "10 ms", func(s *plasticity.STDP) { s.TauMinus = 10 })),
}

// but says that a row changes nothing of what happens.
func (r row) but(quiet bool) row {
	r.quiet = quiet
	return r
}

func loosely(r row) row {
	r.loose = true
	return r
}

// wave is a row of the wave of the stimulus of population b.
func wave(kind, key, value string, makes func(b *built) sim.Wave, given ...string) row {
	scale := "amplitude = \"300 pA\""
	if kind == "steps" {
		scale = "scale = 1.5"
	}
	table := "[stimuli.w]\npopulation = \"b\"\nport = \"apical\"\nwave = \"" + kind + "\"\n" + scale
	for _, g := range given { // a wave has to be complete
		key, value, _ := strings.Cut(g, "=")
		if strings.Contains("0123456789[tf", value[:1]) && !strings.Contains(value, " ms") || value[0] == '[' {
			table += "\n" + key + " = " + value
		} else {
			table += "\n" + key + " = \"" + value + "\""
		}
	}
	return row{key: key, given: []string{table},
		set: "stimuli.w." + key + "=" + value, by: func(b *built) { b.Stimuli[2].Wave = makes(b) }}
}

func ticks(ms ...spike.Tick) []spike.Tick {
	for k := range ms {
		ms[k] *= spike.Millisecond
	}
	return ms
}

func fluctuating(n int, low, high float64) func(b *built) sim.Wave {
	return func(b *built) sim.Wave {
		return sim.NewFluctuation(rng.New(b.Seed, "stimulus", "w", "wave"), n, low, high)
	}
}

func stepping(w sim.Samples) func(b *built) sim.Wave { return func(*built) sim.Wave { return &w } }

var waveRows = map[string][]row{
	"constant": nil,
	"pattern":  nil,
	"sine": {
		wave("sine", "period", "30 ms", func(*built) sim.Wave { return sim.Sine{Period: 30} }, "period=50 ms"),
		wave("sine", "phase", "0.25", func(*built) sim.Wave { return sim.Sine{Period: 50, Phase: 0.25} }, "period=50 ms"),
	},
	"fluctuation": {
		loosely(wave("fluctuation", "band", `["5 Hz", "80 Hz"]`, fluctuating(64, 5, 80), `band=["1 Hz", "40 Hz"]`)),
		loosely(wave("fluctuation", "components", "7", fluctuating(7, 1, 40), `band=["1 Hz", "40 Hz"]`)),
	},
	"steps": {
		wave("steps", "levels", `["0 pA", "300 pA"]`, stepping(sim.Samples{Times: ticks(0, 40), Values: []float64{0, 300}}), "hold=40 ms", `levels=["100 pA"]`),
		wave("steps", "hold", "20 ms", stepping(sim.Samples{Times: ticks(0, 20), Values: []float64{100, 200}}), "hold=40 ms", `levels=["100 pA", "200 pA"]`),
		wave("steps", "times", `["10 ms", "70 ms"]`, stepping(sim.Samples{Times: ticks(10, 70), Values: []float64{100, 200}}), `times=["10 ms", "40 ms"]`,
			`levels=["100 pA", "200 pA"]`),
		wave("steps", "repeat", "true",
			stepping(sim.Samples{Times: ticks(0, 40), Values: []float64{100, 200}, Start: 10 * spike.Millisecond,
				Period: 80 * spike.Millisecond}),
			"hold=40 ms", `levels=["100 pA", "200 pA"]`, "from=10 ms"),
	},
}

// Every key of what has kinds makes what its row says.
func TestSources(t *testing.T) {
	for name, rows := range sourceRows {
		t.Run(name, func(t *testing.T) { try(t, partsFile, rows) })
	}
}

func TestBackgrounds(t *testing.T) {
	for name, rows := range backgroundRows {
		t.Run(name, func(t *testing.T) { try(t, partsFile, rows) })
	}
}

func TestConnectors(t *testing.T) {
	for name, rows := range connectorRows {
		t.Run(name, func(t *testing.T) { try(t, connectorFile, rows) })
	}
}

func TestShortTerm(t *testing.T) {
	for name, rows := range shortTermRows {
		t.Run(name, func(t *testing.T) { try(t, synapseFile, rows) })
	}
}

func TestRules(t *testing.T) {
	for name, rows := range ruleRows {
		t.Run(name, func(t *testing.T) { try(t, synapseFile, rows) })
	}
}

func TestWaves(t *testing.T) {
	for name, rows := range waveRows {
		t.Run(name, func(t *testing.T) { try(t, partsFile, rows) })
	}
}
