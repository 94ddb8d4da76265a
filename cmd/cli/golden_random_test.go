package cli

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// randomCases makes twenty small networks of random models, connectors, delays, short-term plasticity, rules and
// stimuli.
func randomCases() (cases []goldenCase) {
	for k := range 20 {
		d := dice{rand.New(rand.NewPCG(uint64(k), 16))}
		name := fmt.Sprintf("random-%02d", k)
		cases = append(cases, goldenCase{name: name, text: d.network(name)})
	}
	return cases
}

// dice draws what a network is made of.
type dice struct{ *rand.Rand }

func (d dice) one(of ...string) string { return of[d.IntN(len(of))] }

func (d dice) chance(p float64) bool { return d.Float64() < p }

// network returns a random experiment file. Neurons are driven so that most of them spike.
func (d dice) network(name string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	protocol := d.chance(0.4)
	line("[experiment]\nname = %q\nsettle = \"50 ms\"\nbin = \"25 ms\"\nseed = %d\nstep = %q",
		name, 1+d.IntN(1000), d.one("0.1 ms", "0.05 ms", "0.25 ms"))
	if !protocol {
		line("duration = \"300 ms\"")
	}
	line("[burst]\naccumulate = %v\nthreshold = %q", d.chance(0.3), d.one("16 ms", "10 ms"))
	n := 2 + d.IntN(3)
	models, sizes := make([]string, n), make([]string, n)
	for i := range n {
		models[i] = d.one("two-compartment", "two-compartment", "burst-poisson", "burst-poisson-escape", "lif",
			"lif-delta", "adex", "poisson")
		if i == 0 {
			models[i] = "two-compartment"
		}
		sizes[i] = d.one("1", "7", "40", "90", "150")
		line("[populations.p%d]\nmodel = %q\nsize = %s", i, models[i], sizes[i])
		d.population(line, i, models[i])
	}
	var rules []string
	for i := range 2 + d.IntN(4) {
		source, target := d.IntN(n), d.IntN(n)
		if models[target] == "poisson" {
			target = 0
		}
		if d.projection(line, i, source, target, models[target]) {
			rules = append(rules, fmt.Sprintf("%q", fmt.Sprintf("c%d", i)))
		}
	}
	d.stimuli(line, protocol)
	if protocol {
		line("[teachers.t]\npopulation = \"p0\"\nkind = %q\ntau = \"100 ms\"\nevery = %q",
			d.one("cross-entropy", "linear"), d.one("5 ms", "20 ms"))
		line("[patterns.a]\ncurrents = { x = \"150 pA\" }\ntargets = { t = 1 }\n[patterns.b]\ncurrents = { x = \"-100 pA\" " +
			"}\ntargets = { t = 0 }")
		line("[protocol.train]\nrepeats = 3\nhold = \"60 ms\"\norder = %q\nteacher_from = \"10 ms\"\nplasticity_from = "+
			"\"20 ms\"",
			d.one("listed", "shuffled"))
		line("[protocol.test]\nhold = \"60 ms\"")
	}
	line("[record]\nweights = [%s]\nweights_format = %q\nresolution = %q",
		strings.Join(rules, ", "), d.one("csv", "bspk"), d.one("1 us", "1 ns", "0.1 ms"))
	last := 3
	if sizes[0] == "1" {
		last = 1
	}
	line("[probes.v]\npopulation = \"p0\"\nvariable = \"v_s\"\nevery = \"5 ms\"\nlast = %d", last)
	if d.chance(0.3) { // drawing takes more time than all else
		line("[figures.shown]\nkind = %q", d.one("raster", "traces", "isi", "sensitivity"))
	}
	return b.String()
}

// population adds input that makes neurons of a model spike.
func (d dice) population(line func(string, ...any), i int, model string) {
	background := func(format string, args ...any) {
		line("backgrounds.noise%d = { "+format+" }", append([]any{d.IntN(2)}, args...)...)
	}
	switch model {
	case "two-compartment", "burst-poisson", "burst-poisson-escape":
		if model == "two-compartment" {
			line("driving_force = %q\nbap_overlap = %q\ninitial = { v_s = \"normal(-65 mV, 4 mV)\" }",
				d.one("dendrite", "soma"), d.one("merge", "add"))
			if d.chance(0.3) {
				line("threshold = \"normal(-50 mV, 1 mV, -53 mV, -47 mV)\"\nrefractory = \"2 ms\"")
			}
		}
		if d.chance(0.5) {
			background("kind = \"ornstein-uhlenbeck\", port = \"soma\", mean = \"250 pA\", sigma = \"400 pA\"")
		} else {
			background("port = \"soma\", receptor = \"ampa\", rate = \"800 Hz\", weight = %s", d.one("0.5", "0.7"))
		}
		line("backgrounds.apical = { port = \"apical\", receptor = \"ampa\", rate = \"500 Hz\", weight = 0.07 }")
	case "lif":
		if d.chance(0.5) {
			line("synapses = \"current\"\nweight_unit = \"mV\"\ne_l = \"-49 mV\"\ninitial = { v = \"uniform(-60 mV, -50 mV)\" }")
		} else {
			background("port = \"soma\", receptor = \"ampa\", rate = \"1000 Hz\", weight = 0.8")
		}
	case "lif-delta":
		background("port = \"soma\", receptor = \"delta\", rate = \"12000 Hz\", weight = 0.1")
	case "adex":
		line("b = %q\nrefractory_potential = %q", d.one("0 pA", "20 pA"), d.one("reset", "rest"))
		background("port = \"soma\", receptor = \"ampa\", rate = \"1000 Hz\", weight = 1.2")
	case "poisson":
		line("rate = %q\ndead_time = %q", d.one("20 Hz", "uniform(5 Hz, 60 Hz)"), d.one("0 ms", "3 ms"))
	}
}

// projection connects two populations and reports whether its weights learn.
func (d dice) projection(line func(string, ...any), i, source, target int, model string) (learns bool) {
	port, receptor, weight := "soma", d.one("ampa", "gaba"), "0.08"
	switch model {
	case "two-compartment", "burst-poisson", "burst-poisson-escape":
		port = d.one("soma", "apical")
	case "lif-delta":
		receptor, weight = "delta", d.one("0.2", "-0.3")
	case "adex":
		weight = "0.3"
	}
	line("[projections.c%d]\nsource = \"p%d\"\ntarget = \"p%d\"\nport = %q\nreceptor = %q\nweight = %s",
		i, source, target, port, receptor, weight)
	learns = receptor != "delta" && d.chance(0.4)
	delays := []string{"0.5 ms", "1 ms", "7 ms", "60 ms", "uniform(0.5 ms, 12 ms)",
		"normal(3 ms, 1 ms, 0.5 ms, 40 ms)"}
	if learns {
		delays = delays[:4] // a rule needs one delay for all synapses
	}
	line("delay = %q\nautapses = true", d.one(delays...))
	switch c := d.one("all-to-all", "fixed-probability", "fixed-in-degree", "fixed-out-degree", "fixed-total-number",
		"list"); c {
	case "fixed-probability":
		line("connector = %q\np = 0.3", c)
	case "fixed-in-degree", "fixed-out-degree":
		line("connector = %q\nk = 5\nmultapses = true", c)
	case "fixed-total-number":
		line("connector = %q\nk = 200", c)
	case "list":
		line("connector = %q\npairs = [[0, 0]]", c)
	default:
		line("connector = %q", c)
	}
	if d.chance(0.4) {
		line("transmit = %q", d.one("events", "bursts"))
	}
	learning := []string{`{ kind = "stdp", a_plus = 1e-2, a_minus = 1.1e-2 }`,
		`{ kind = "burst-dependent", eta = 2e-2, tau_ma = "500 ms", weight_decay = "0.5 Hz" }`,
		`{ kind = "burst-dependent", eta = 2e-2, baseline = "fixed", p_b = 0.3, trace = "spikes", e_min = "2 Hz", e_max = "10 Hz" }`,
		`{ kind = "burstccn", eta = 2e-2, p_b = 0.3 }`, `{ kind = "kolen-pollack", eta = 2e-2 }`,
		`{ kind = "apical-balance", eta = 1e-2, signal = "bursts", of = "bursts" }`,
		`{ kind = "apical-balance", eta = 1e-4, signal = "apical", tau_a = "20 ms" }`}
	switch {
	case learns:
		if model != "two-compartment" {
			learning = learning[:len(learning)-1]
		}
		line("rule = %s", d.one(learning...))
	case d.chance(0.5):
		line("short_term = { kind = %q, tau_d = \"80 ms\" }", d.one("depressing", "facilitating"))
	}
	return learns
}

// stimuli adds currents into p0 and, for a protocol, the stimulus x that patterns set.
func (d dice) stimuli(line func(string, ...any), protocol bool) {
	port, amplitude := d.one("soma", "apical"), d.one("200 pA", "uniform(0 pA, 300 pA)")
	wave := d.one("from = \"20 ms\"\nto = \"200 ms\"", "wave = \"sine\"\nperiod = \"80 ms\"\nphase = 0.25",
		"wave = \"fluctuation\"\nband = [\"1 Hz\", \"30 Hz\"]",
		"wave = \"steps\"\nlevels = [\"0 pA\", \"1 pA\", \"-0.5 pA\"]\nhold = \"30 ms\"\nrepeat = true")
	key := "amplitude"
	if strings.Contains(wave, "steps") { // whose levels are currents
		key, amplitude = "scale", strings.ReplaceAll(amplitude, " pA", "")
	}
	line("[stimuli.drive]\npopulation = \"p0\"\nport = %q\n%s = %q\n%s", port, key, amplitude, wave)
	if protocol {
		line("[stimuli.x]\npopulation = \"p0\"\nwave = \"pattern\"")
	}
}
