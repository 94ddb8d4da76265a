package equations

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

func lif() *Source {
	return &Source{Name: "lif", Equations: Text{S: "dv/dt = (e_l - v)/tau_m + I_soma/c_m : mV"},
		Threshold: Text{S: "v > theta"},
		Reset:     texts("v = v_r"), Refractory: Text{S: "t_ref"}, Hold: texts("v"), Initial: named("v", "-60 mV"),
		Parameters: named("e_l", "-60 mV", "tau_m", "20 ms", "c_m", "200 pF", "theta", "-50 mV", "v_r", "-60 mV", "t_ref",
			"5 ms"),
		Ports: []PortSource{{Name: "soma", Potential: Text{S: "v"}, Leak: Text{S: "c_m/tau_m"},
			Receptors: []ReceptorSource{{Name: "ampa"}, {Name: "gaba"}}}}}
}

func adex() *Source {
	return &Source{Name: "adex", Equations: Text{S: `
		dv/dt = (g_l*(e_l - v) + g_l*delta*exp((v - v_t)/delta) - w + I_soma)/c_m : mV
		dw/dt = (a*(v - e_l) - w)/tau_w : pA`},
		Threshold: Text{S: "v > 0 mV"}, Reset: texts("v = v_r", "w += b"), Refractory: Text{S: "1 ms"}, Hold: texts("v"),
		Initial: named("v", "-70 mV"),
		Parameters: named("g_l", "10 nS", "c_m", "100 pF", "e_l", "-70 mV", "delta", "2 mV", "v_t", "-48 mV", "v_r", "-55 mV",
			"a", "2 nS", "b", "60 pA", "tau_w", "100 ms"),
		Ports: []PortSource{{Name: "soma", Potential: Text{S: "v"}, Leak: Text{S: "g_l"},
			Receptors: []ReceptorSource{{Name: "ampa"}, {Name: "gaba"}}}}}
}

func izhikevich() *Source {
	return &Source{Name: "izhikevich", Equations: Text{S: `
		dv/dt = 0.04 1/ms/mV*v^2 + 5 1/ms*v + 140 mV/ms - u + I_soma*r : mV
		du/dt = a*(b*v - u) : mV/ms`},
		Threshold: Text{S: "v > 30 mV"}, Reset: texts("v = c", "u += d"), Initial: named("v", "-65 mV", "u", "-13 mV/ms"),
		Parameters: named("a", "0.02 1/ms", "b", "0.2 1/ms", "c", "-65 mV", "d", "8 mV/ms", "r", "1 mV/ms/pA"),
		Ports:      []PortSource{{Name: "soma"}}}
}

func hodgkinHuxley() *Source {
	return &Source{Name: "hodgkin-huxley", Equations: Text{S: `
		dv/dt = (g_l*(e_l - v) + g_na*m^3*h*(e_na - v) + g_k*n^4*(e_k - v) + I_soma)/c_m : mV
		dm/dt = alpha_m*(1 - m) - beta_m*m : 1
		dh/dt = 0.07 1/ms*exp(-(v + 65 mV)/(20 mV))*(1 - h) - h/(1 ms*(1 + exp(-(v + 35 mV)/(10 mV)))) : 1
		dn/dt = 0.1 1/ms/exprel(-(v + 55 mV)/(10 mV))*(1 - n) - 0.125 1/ms*exp(-(v + 65 mV)/(80 mV))*n : 1
		alpha_m = 1 1/ms/exprel(-(v + 40 mV)/(10 mV)) : 1/ms
		beta_m = 4 1/ms*exp(-(v + 65 mV)/(18 mV)) : 1/ms`},
		Threshold: Text{S: "v > -20 mV"}, Refractory: Text{S: "v > -20 mV"},
		Initial: named("v", "-65 mV", "m", "0.0529", "h", "0.596", "n", "0.3177"),
		Parameters: named("c_m", "100 pF", "g_l", "30 nS", "e_l", "-54.4 mV", "g_na", "12 uS", "e_na", "50 mV", "g_k",
			"3.6 uS", "e_k", "-77 mV"),
		Ports: []PortSource{{Name: "soma", Potential: Text{S: "v"}, Leak: Text{S: "g_l"},
			Receptors: []ReceptorSource{{Name: "ampa"}}}}}
}

// plateau has an NMDA receptor with magnesium block, a calcium-like plateau event and its pulse, and an h-current.
func plateau() *Source {
	return &Source{Name: "plateau", Equations: Text{S: `
		dv/dt = (g_l*(e_l - v) + g_h*m*(e_h - v) + p*P + I_d)/c_m : mV
		dm/dt = (1/(1 + exp((v + 80 mV)/(7 mV))) - m)/tau_m : 1
		n : 1`},
		Threshold: Text{S: "v > -45 mV"}, Reset: texts("v -= 15 mV"), Refractory: Text{S: "2 ms"},
		Events: []EventSource{{Name: "plateau", When: Text{S: "v > -52 mV"}, Refractory: Text{S: "20 ms"},
			Do: texts("n += 1")}},
		Pulses:  []PulseSource{{Name: "P", From: Text{S: "0.35 ms"}, To: Text{S: "8 ms"}, After: Text{S: "plateau"}}},
		Initial: named("v", "-70 mV", "m", "0.2"),
		Parameters: named("g_l", "10 nS", "e_l", "-70 mV", "g_h", "5 nS", "e_h", "-45 mV", "tau_m", "40 ms", "c_m", "150 pF",
			"p", "120 pA"),
		Ports: []PortSource{{Name: "d", Potential: Text{S: "v"}, Leak: Text{S: "g_l"}, Receptors: []ReceptorSource{
			{Name: "ampa"}, {Name: "nmda", Factor: Text{S: "1/(1 + exp(-v/(17 mV)))"}}}}}}
}

// judgements are models with inputs, and how near the reference they come.
func judgements() map[string]struct {
	model  *Source
	set    setting
	median float64 // us
} {
	const ms, us = spike.Millisecond, spike.Microsecond
	type judgement = struct {
		model  *Source
		set    setting
		median float64
	}
	constant := func(x float64) func(int, float64) float64 { return func(int, float64) float64 { return x } }
	return map[string]judgement{
		"lif": {lif(), setting{n: 8, step: 100 * us, duration: 120 * ms, window: 4, rate: 2,
			weight: []float64{0.05, 0.02}, current: constant(120)}, 2},
		"lif strong": {lif(), setting{n: 8, step: 100 * us, duration: 120 * ms, window: 4, rate: 0.3,
			weight: []float64{3, 6}, current: constant(60)}, 5},
		"adex": {adex(), setting{n: 6, step: 100 * us, duration: 120 * ms, window: 4, rate: 1,
			weight: []float64{0.1, 0.05}, current: constant(350)}, 4},
		"izhikevich": {izhikevich(), setting{n: 4, step: 100 * us, duration: 200 * ms,
			current: func(_ int, t float64) float64 { return 10 + 4*math.Sin(t/15) }}, 5},
		"hodgkin-huxley": {hodgkinHuxley(), setting{n: 4, step: 10 * us, duration: 60 * ms, window: 10, rate: 0.5,
			weight: []float64{0.3}, current: constant(900)}, 5},
		"branched": {branched(), setting{n: 6, step: 100 * us, duration: 120 * ms, window: 4, rate: 0.3,
			weight: []float64{0.8, 0.3}, current: constant(8)}, 4},
		"plateau": {plateau(), setting{n: 6, step: 100 * us, duration: 120 * ms, window: 4, rate: 0.5,
			weight: []float64{0.3, 0.3}, current: constant(100)}, 4},
	}
}

// Every kind of model spikes when the independent integrator says so, and a step of half the length has about a quarter
// of the error.
func TestModelsMeetReference(t *testing.T) {
	for name, j := range judgements() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slow, _ := j.set.drive(t, judge(t, j.model))
			fast, _ := j.set.drive(t, compiled(t, j.model))
			median, q99, paired := compare(fast, slow)
			j.set.step *= 2
			coarse, _ := j.set.drive(t, compiled(t, j.model))
			twice, _, _ := compare(coarse, slow)
			t.Logf("%d spikes, median %.3g us, 99 %% %.3g us, paired %.3g; order %.2f", count(slow), median, q99, paired,
				math.Log2(twice/median))
			if !(median < j.median) || paired < 0.9 || count(slow) < 10 {
				t.Error("too far from the reference")
			}
		})
	}
}
