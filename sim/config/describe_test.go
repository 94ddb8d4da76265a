package config_test

import (
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/google/go-cmp/cmp"
)

func TestNearest(t *testing.T) {
	valid := []string{"tau_s", "tau_d", "threshold", "weight", "e_l", "refractory_hold", "refractory"}
	for name, want := range map[string]string{
		"tau_z": "tau_s", "Tau_D": "tau_d", "tresholt": "threshold", "wieght": "weight", "tau": "tau_s",
		"refrac":         "refractory_hold",
		"refractoryhold": "refractory_hold", "el": "e_l", "gain": "", "": "", "weights": "weight", "w": "", "x": "",
		strings.Repeat("tau_s", 100): "",
	} {
		if got := config.Nearest(name, valid); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
	for _, v := range valid {
		if got := config.Nearest(v, valid); got != v {
			t.Errorf("Nearest(%q) = %q", v, got)
		}
	}
	if got := config.Nearest("x", nil); got != "" {
		t.Errorf("Nearest of nothing = %q", got)
	}
}

func TestDescribe(t *testing.T) {
	var b strings.Builder
	if err := config.WriteKeys(&b, config.Describe(newExperiment())); err != nil {
		t.Fatal(err)
	}
	const want = `KEY                           DEFAULT       ALLOWED           TYPE                          MEANING
title                                                         text                          what the experiment shows
seed                          1             [0, inf)          whole number
step                          100 us        [1, 1000] us      time                          integration step
record                        false                           true or false
populations.NAME.size         required      [1, 1000000]      whole number
populations.NAME.model                                        text
populations.NAME.e_l          -70 mV        (-inf, inf) mV    number in mV
populations.NAME.tau_m        16 ms         (0, 1000] ms      number in ms                  membrane time constant
populations.NAME.v_start      -70 mV        [-100, 0] mV      number or distribution in mV
populations.NAME.levels                     (-inf, inf) pA    list of number in pA
populations.NAME.gain         0 1/mV        (-inf, inf) 1/mV  number in 1/mV
projections.NAME.source       required                        text
projections.NAME.target       required                        text
projections.NAME.port         "soma"        soma, apical      text
projections.NAME.probability  1             [0, 1]            number
projections.NAME.weight       0             (-inf, inf)       number
projections.NAME.delay        0.8 ms        [0.1, 100] ms     time
projections.NAME.stp.U        0.9           (0, 1]            number
projections.NAME.stp.tau_d    20 ms         (0, inf) ms       number in ms
stimuli[].name                                                text
stimuli[].target                                              text
stimuli[].kind                                                text
stimuli[].amplitude           0 pA          (-inf, inf) pA    number in pA
stimuli[].span                [0 ms, 0 ms]  (-inf, inf) ms    list of time
stimuli[].gray                0             (-inf, inf)       whole number
protocol.until                              (0, inf) s        time
nested.NAME.NAME              0             (-inf, inf)       whole number
`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("%s\n%s", diff, b.String())
	}
}

// A default that Describe prints means what the struct held.
func TestDescribedDefaults(t *testing.T) {
	for _, k := range config.Describe(newLIF()) {
		if k.Default == "" {
			continue
		}
		doc := parse(t, k.Key+" = \""+k.Default+"\"")
		got, want := newLIF(), newLIF()
		if err := config.Decode(doc, got); err != nil {
			t.Errorf("%s: %v", k.Key, err)
		}
		if !cmp.Equal(got, want, cmp.AllowUnexported(lif{}, leak{}, value{})) {
			t.Errorf("%s = %s changes the default: %s", k.Key, k.Default,
				cmp.Diff(want, got, cmp.AllowUnexported(lif{}, leak{}, value{})))
		}
	}
}
