package config_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
)

// The experiment of these tests: small, but with one field of every kind that the decoder supports.

type experiment struct {
	Title       string                          `toml:"title" doc:"what the experiment shows"`
	Seed        uint32                          `toml:"seed" range:"[0, inf)"`
	Step        spike.Tick                      `toml:"step" unit:"us" range:"[1, 1000]" doc:"integration step"`
	Record      bool                            `toml:"record"`
	Populations config.Table[population]        `toml:"populations"`
	Projections config.Table[projection]        `toml:"projections"`
	Stimuli     []stimulus                      `toml:"stimuli"`
	Protocol    *protocol                       `toml:"protocol"`
	Ignored     map[string]int                  // no tag: not a key
	Nested      config.Table[config.Table[int]] `toml:"nested"`
}

func newExperiment() *experiment {
	return &experiment{Seed: 1, Step: 100 * spike.Microsecond}
}

// population is a union: its model key selects the struct that the other keys belong to.
type population struct {
	Size  int    `toml:"size,required" range:"[1, 1000000]"`
	Model string `toml:"model"`
	spec  any
}

func models() map[string]any { return map[string]any{"lif": newLIF(), "poisson": &poisson{Rate: 5}} }

func (p *population) DecodeConfig(n *config.Node, d *config.Decoder) error {
	name := d.Choice(n, "model", []string{"lif", "poisson"}, true)
	if name == "" {
		return nil
	}
	p.spec = models()[name]
	d.Fields(n, p, p.spec)
	return nil
}

func (p *population) DescribeConfig() []any { return []any{p, newLIF()} }

type lif struct {
	leak
	TauM   float64   `toml:"tau_m" unit:"ms" range:"(0, 1000]" doc:"membrane time constant"`
	Start  value     `toml:"v_start" unit:"mV" range:"[-100, 0]"`
	Levels []float64 `toml:"levels" unit:"pA"`
	Gain   float32   `toml:"gain" unit:"1/mV"`
}

type leak struct {
	EL float64 `toml:"e_l" unit:"mV"`
}

func newLIF() *lif { return &lif{leak: leak{EL: -70}, TauM: 16, Start: value{-70, -70}} }

type poisson struct {
	Rate float64 `toml:"rate" unit:"Hz" range:"[0, inf)"`
}

type projection struct {
	Source string     `toml:"source,required"`
	Target string     `toml:"target,required"`
	Port   string     `toml:"port" oneof:"soma|apical"`
	Prob   float64    `toml:"probability" range:"[0, 1]"`
	Weight float64    `toml:"weight"`
	Delay  spike.Tick `toml:"delay" range:"[0.1, 100]"`
	STP    *stp       `toml:"stp"`
}

func (p *projection) SetDefaults() {
	*p = projection{Port: "soma", Prob: 1, Delay: 800 * spike.Microsecond}
}

type stp struct {
	U    float64 `toml:"U" range:"(0, 1]"`
	TauD float64 `toml:"tau_d" unit:"ms" range:"(0, inf)"`
}

func (s *stp) SetDefaults() { *s = stp{U: 0.9, TauD: 20} }

type stimulus struct {
	Name   string        `toml:"name"`
	Target string        `toml:"target"`
	Kind   shape         `toml:"kind"`
	Amp    float64       `toml:"amplitude" unit:"pA"`
	Span   [2]spike.Tick `toml:"span"`
	Gray   uint8         `toml:"gray"`
}

type protocol struct {
	Until spike.Tick `toml:"until" unit:"s" range:"(0, inf)"`
}

// shape reads itself from text.
type shape string

func (s *shape) UnmarshalText(text []byte) error {
	if string(text) != "sine" && string(text) != "step" {
		return errors.New("is not a shape")
	}
	*s = shape(text)
	return nil
}

// value is a constant or "uniform(lo, hi)".
type value struct{ lo, hi float64 }

func (v *value) UnmarshalQuantity(text string, parse func(string) (float64, error)) error {
	lo, hi := text, text
	if args, ok := strings.CutPrefix(text, "uniform("); ok {
		if lo, hi, ok = strings.Cut(strings.TrimSuffix(args, ")"), ","); !ok {
			return fmt.Errorf("uniform takes two numbers")
		}
	}
	var err1, err2 error
	v.lo, err1 = parse(lo)
	v.hi, err2 = parse(hi)
	return errors.Join(err1, err2)
}

func (v *value) Bounds() (lo, hi float64) { return v.lo, v.hi }
