package figure_test

import (
	"math"
	"math/rand/v2"

	. "github.com/burstplex/burstplex/recordings/figure"
)

// demos is one figure of every kind, of made-up data that looks like what the figure is for.
func demos() map[string]Figure {
	return map[string]Figure{
		"multiplexing": multiplexing(),
		"spikes":       spikes(),
		"traces":       traces(),
		"intervals":    intervals(),
		"responses":    responses(),
		"coherence":    coherence(),
		"sensitivity":  sensitivity(),
		"comparison":   comparison(),
		"learning":     learning(),
		"single":       single(),
	}
}

func series(n int, from, to float64, f func(x float64) float64) (x, y []float64) {
	for i := range n {
		v := from + (to-from)*float64(i)/float64(n-1)
		x, y = append(x, v), append(y, f(v))
	}
	return x, y
}

func noisy(seed uint64, y []float64, sd float64) []float64 {
	rnd := rand.New(rand.NewPCG(seed, 0))
	out := make([]float64, len(y))
	for i, v := range y {
		out[i] = v + sd*rnd.NormFloat64()
	}
	return out
}

func constant(n int, v float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = v
	}
	return y
}

// bursting makes rows of spikes of which some come in bursts.
func bursting(seed uint64, rows int, seconds, hz, probability float64) Raster {
	rnd := rand.New(rand.NewPCG(seed, 0))
	var r Raster
	add := func(t float64, row int, burst bool) {
		r.Time, r.Row, r.Burst = append(r.Time, t), append(r.Row, float64(row)), append(r.Burst, burst)
	}
	for row := range rows {
		for t := rnd.ExpFloat64() / hz; t < seconds; t += .02 + rnd.ExpFloat64()/hz {
			add(t, row, false)
			for k := 1; k < 5 && rnd.Float64() < probability; k++ {
				add(t+.008*float64(k), row, true)
			}
		}
	}
	r.Rows = float64(rows)
	return r
}

func multiplexing() Figure {
	is := func(t float64) float64 {
		if t < 1 {
			return 0
		}
		return 200 * math.Sin(2*math.Pi*(t-1)/.5)
	}
	id := func(t float64) float64 {
		if t < 1 {
			return 100
		}
		return 100 + 100*math.Sin(2*math.Pi*(t-1)/(.5*math.Sqrt(5)))
	}
	course := func(seed uint64, f func(t float64) float64, sd float64) Course {
		t, y := series(80, .025, 3.975, f)
		return Course{Mean: noisy(seed, y, sd), SD: constant(80, sd), References: []Reference{
			{Name: "limit of small steps", Time: t[20:], Values: y[20:]},
			{Name: "published program", Time: t[20:], Values: noisy(seed+50, y, sd/2)[20:]},
		}}
	}
	t, somatic := series(80, .025, 3.975, is)
	_, dendritic := series(80, .025, 3.975, id)
	m := Multiplexing{
		Time: t, SomaticCurrent: somatic, DendriticCurrent: dendritic, CorrelateFrom: 1,
		LowerEvents:      course(1, func(t float64) float64 { return 5.5 + .014*is(t-.02) }, .15),
		UpperEvents:      course(2, func(t float64) float64 { return 5.6 + .012*is(t-.04) }, .2),
		UpperProbability: course(3, func(t float64) float64 { return .28 + .0015*(id(t-.02)-100) }, .012),
		LowerProbability: course(4, func(t float64) float64 { return .24 + .0005*is(t-.04) + .0006*(id(t-.04)-100) }, .012),
		UpperBursts:      course(5, func(t float64) float64 { return 1.6 + .004*is(t-.04) + .007*(id(t-.02)-100) }, .08),
		LowerRaster:      bursting(1, 50, 4, 5.5, .24),
		UpperRaster:      bursting(2, 50, 4, 5.6, .28),
	}
	return m
}

// every is the numbers of n neurons that were chosen from more.
func every(n, step int) (numbers []int) {
	for i := range n {
		numbers = append(numbers, i*step)
	}
	return numbers
}

func spikes() Figure {
	a, b, c := bursting(3, 120, 2, 6, .25), bursting(4, 60, 2, 14, 0), bursting(5, 40, 2, 17, 0)
	t, y := series(100, .01, 1.99, func(t float64) float64 { return 6 + 3*math.Sin(6*t) })
	_, z := series(100, .01, 1.99, func(t float64) float64 { return 14 + 4*math.Sin(6*t-.5) })
	return Spikes{
		Blocks: []Block{{"pyr1", 120, every(120, 7), a.Time, a.Row, a.Burst}, {"PV", 60, nil, b.Time, b.Row, nil},
			{"SOM", 40, nil, c.Time, c.Row, nil}},
		Time: t, Rates: []Rate{{Name: "pyr1 events", Mean: noisy(1, y, .4), SD: constant(100, .4)},
			{Name: "PV spikes", Mean: noisy(2, z, .4)}},
	}
}

func traces() Figure {
	t, i := series(60, 0, 3, func(t float64) float64 { return 150 * math.Floor(math.Mod(t, 1)*2) })
	_, e := series(60, 0, 3, func(t float64) float64 { return 4 + 4*math.Floor(math.Mod(t, 1)*2) })
	p := noisy(4, constant(60, 20), 3)
	p[10], p[11], p[30] = math.NaN(), math.NaN(), math.NaN()
	return Traces{Time: t, Width: SingleColumn, Traces: []Trace{
		{Name: "event rate", Label: "event rate", Unit: "Hz", Mean: noisy(3, e, .3), SD: constant(60, .5),
			Overlay: Overlay{Name: "somatic current", Label: "current", Unit: "pA", Values: i}, Correlate: true},
		{Name: "burst probability", Label: "burst probability", Unit: "%", Mean: p, Color: Vermillion},
	}}
}

func intervals() Figure {
	make := func(name string, within, short, long float64) IntervalShares {
		var s IntervalShares
		s.Name, s.Below = name, within
		total := 0.0
		for k := -24; k <= 40; k++ {
			s.Edges = append(s.Edges, 16*math.Pow(10, float64(k)/20))
			m := 16 * math.Pow(10, (float64(k)+.5)/20)
			bump := func(at, width float64) float64 { return math.Exp(-.5 * math.Pow(math.Log(m/at)/width, 2)) }
			s.Shares = append(s.Shares, within/.3*bump(short, .3)+(1-within)/.9*bump(long, .9))
			total += s.Shares[len(s.Shares)-1]
		}
		s.Shares = s.Shares[:len(s.Shares)-1]
		for i := range s.Shares {
			s.Shares[i] /= total
		}
		return s
	}
	return Intervals{Threshold: 16, Populations: []IntervalShares{make("pyr1", .19, 9, 150), make("pyr2", .24, 8, 170)}}
}

func responses() Figure {
	input := func(label string, gain, lift float64) Input {
		in := Input{Label: label, Unit: "pA", Condition: "other current"}
		for k, name := range []string{"0 pA", "100 pA", "200 pA"} {
			x, e := series(11, -200, 300,
				func(i float64) float64 { return 12 / (1 + math.Exp(-(i*gain-60+20*float64(k)*lift)/90)) })
			_, p := series(11, -200, 300, func(i float64) float64 {
				return .7 / (1 + math.Exp(-(i*(1-gain)*2-150+90*float64(k))/80))
			})
			b := make([]float64, 11)
			for i := range b {
				b[i] = e[i] * p[i]
			}
			in.Curves = append(in.Curves, Response{Name: name, Input: x, EventRate: e, EventRateSD: constant(11, .4),
				BurstRate: b, BurstRateSD: constant(11, .2), Probability: p, ProbabilitySD: constant(11, .02)})
		}
		return in
	}
	return Responses{Inputs: []Input{input("somatic current", 1, .3), input("dendritic current", .2, 1)}}
}

func coherence() Figure {
	panel := func(input string, a, b float64) CoherenceOf {
		f, e := series(60, 1, 60, func(f float64) float64 { return a / (1 + math.Pow(f/25, 4)) })
		_, p := series(60, 1, 60, func(f float64) float64 { return b / (1 + math.Pow(f/12, 4)) })
		return CoherenceOf{Input: input, Frequency: f, Level: .08, Confidence: .95, Signals: []CoherentSignal{
			{Name: "event rate", Mean: e, SD: constant(60, .03), Color: Blue}, {Name: "burst probability", Mean: p,
				SD: constant(60, .03), Color: Vermillion}}}
	}
	return Coherence{Inputs: []CoherenceOf{panel("somatic current", .93, .1), panel("dendritic current", .12, .85)}}
}

func sensitivity() Figure {
	of := func(name string, r float64) SensitivityOf {
		x, p := series(15, 4, 32, func(t float64) float64 { return 1 - math.Exp(-r*t/1000*4) })
		s := SensitivityOf{Name: name, Probability: p, ProbabilitySD: constant(len(x), .01)}
		for _, v := range p {
			s.EventRate, s.BurstRate = append(s.EventRate, r*(1-v)), append(s.BurstRate, r*(1-v)*v)
		}
		return s
	}
	x, _ := series(15, 4, 32, math.Sqrt)
	return Sensitivity{Thresholds: x, Default: 16, Populations: []SensitivityOf{of("pyr1", 5.5), of("pyr2", 7)}}
}

func comparison() Figure {
	return Comparison{References: []string{"step-size limit", "published"}, Tolerance: 2, Quantities: []Quantity{
		{"pyr1 event rate", "Hz", 5.60, .01, []float64{5.6085, 5.5097}},
		{"pyr1 burst probability", "%", 22.7, .28, []float64{22.5756, 23.9568}},
		{"pyr2 event rate", "Hz", 5.46, .016, []float64{5.4476, 5.65}},
		{"pyr2 burst probability", "%", 27.95, .12, []float64{27.9027, 28.4}},
		{"pyr2 burst rate", "Hz", 1.53, .01, []float64{1.5264, 1.61}},
		{"PV spike rate", "Hz", 14.1, .1, []float64{14.2104, 13.22}},
		{"SOM spike rate", "Hz", 16.45, .04, []float64{16.4455, 16.54}},
	}}
}

// learning is a page of the generic marks.
func learning() Figure {
	n, curve := series(60, 1, 60, func(x float64) float64 { return 2.5 + 90*math.Exp(-x/9) })
	_, other := series(60, 1, 60, func(x float64) float64 { return 9 + 80*math.Exp(-x/14) })
	var k, angle []float64
	for i := range 7 {
		k = append(k, math.Pow(10, 2+.5*float64(i)))
		angle = append(angle, math.Atan(math.Sqrt(2000/k[i]))*180/math.Pi)
	}
	var confusion [][]float64
	digits := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
	rnd := rand.New(rand.NewPCG(9, 0))
	for r := range 10 {
		row := make([]float64, 10)
		for c := range row {
			if row[c] = float64(rnd.IntN(9)); r == c {
				row[c] = 950 + float64(rnd.IntN(40))
			}
		}
		confusion = append(confusion, row)
	}
	var weights [][]float64
	for r := range 40 {
		row := make([]float64, 60)
		for c := range row {
			row[c] = math.Sin(float64(r)/6) * math.Cos(float64(c)/9) * .02
		}
		weights = append(weights, row)
	}
	x, y := noisy(5, constant(400, 0), 1), noisy(6, constant(400, 0), .5)
	for i := range y {
		y[i] += .8 * x[i]
	}
	return Page{Rows: []Row{
		{Height: 40, Panels: []Panel{
			{X: Axis{Label: "training images", Unit: "1000"}, Y: Axis{Label: "test error", Unit: "%", Log: true},
				Note: "5 seeds", Marks: []Mark{
					Line{Name: "BurstCCN", X: n, Y: noisy(1, curve, .1), SD: constant(60, 1)},
					Line{Name: "Burstprop", X: n, Y: noisy(2, other, .3), SD: constant(60, 3)},
				}},
			{X: Axis{Label: "neurons × time", Unit: "s", Log: true}, Y: Axis{Label: "angle to the gradient", Unit: "°",
				Log: true}, Marks: []Mark{
				Points{Name: "layer 1", X: k, Y: angle, SD: constant(7, 2)},
				Line{Name: "(NT)^−½", X: k, Y: angle, Thin: true, Color: Gray, Dash: Dashed},
				Rule{At: 45, Across: true, Dash: Dotted},
			}},
		}},
		{Height: 52, Panels: []Panel{
			{X: Axis{Label: "answer", Names: digits}, Y: Axis{Label: "digit", Names: digits}, Square: true, Marks: []Mark{
				Heat{Label: "images", Values: confusion, Print: true},
			}},
			{X: Axis{Label: "presynaptic neuron"}, Y: Axis{Label: "postsynaptic neuron"}, Marks: []Mark{
				Heat{Label: "weight change", Values: weights, Diverging: true},
			}},
		}},
		{Height: 40, Panels: []Panel{
			{X: Axis{Label: "exact gradient"}, Y: Axis{Label: "spiking update"},
				Marks: []Mark{Points{X: x, Y: y, Diameter: 2.4, Color: Blue}}},
			{X: Axis{Label: "spikes per event"}, Y: Axis{Label: "events", Log: true},
				Marks: []Mark{Bars{Edges: []float64{.5, 1.5, 2.5, 3.5, 4.5, 5.5}, Values: []float64{9000, 2100, 300, 40, 5},
					Color: SkyBlue}}},
		}},
	}}
}

func single() Figure {
	x, y := series(50, -100, 100, func(v float64) float64 { return 10 * math.Exp(-v*v/800) })
	return Page{Width: SingleColumn, Rows: []Row{{Panels: []Panel{{
		X: Axis{Label: "lag", Unit: "ms"}, Y: Axis{Label: "rate", Unit: "Hz", Zero: true},
		Marks: []Mark{Rule{}, Line{Name: "pyr1 → pyr2", X: x, Y: noisy(1, y, .2), Steps: true}},
	}}}}}
}
