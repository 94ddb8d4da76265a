package experiment

import (
	"reflect"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/sim/config"
)

// AddedCurrent is an entry of [populations.NAME.currents]: a current in the language of equations that a built-in
// model takes beside its own. The population runs as the equations of the model (list --equations) with the current
// added to a port.
type AddedCurrent struct {
	Port       modelText               `toml:"port,required" doc:"where it flows: soma, apical"`
	Equations  modelText               `toml:"equations" doc:"its variables, definitions and functions, as in a model; the model's own can be read"`
	Current    modelText               `toml:"current,required" doc:"expression in pA; positive depolarises"`
	Parameters config.Table[modelText] `toml:"parameters" doc:"parameters with their values, or distributions over neurons"`
	Initial    config.Table[modelText] `toml:"initial" doc:"initial values of its variables; 0 by default"`
}

// withCurrents returns what runs a population of a built-in model with currents: its equations. The node is the
// population's.
func withCurrents(n *config.Node, model string, spec neuron.Spec,
	currents *config.Table[AddedCurrent]) (*equationPopulation, error) {
	at := n.At("currents")
	if !slices.Contains(Written(), model) {
		return nil, at.Errorf("the model %q takes no added currents",
			model).Allow("models that are written as equations: " + strings.Join(Written(), ", "))
	}
	source, err := writtenSource(model)
	if err != nil {
		return nil, err
	}
	if err := options(source, spec, n); err != nil {
		return nil, err
	}
	for name, c := range currents.All() {
		source.Currents = append(source.Currents, equations.CurrentSource{Name: name, Port: c.Port.Text,
			Current: c.Current.Text})
		if c.Equations.S != "" {
			source.Added = append(source.Added, c.Equations.Text)
		}
		source.Parameters = append(source.Parameters, namedTexts(&c.Parameters)...)
		source.Initial = append(source.Initial, namedTexts(&c.Initial)...)
	}
	m, err := compileSource(source)
	if err != nil {
		return nil, err
	}
	p := &equationPopulation{Spec: equations.NewSpec(m), base: spec}
	take(p.Spec, spec)
	return p, nil
}

// writtenFile begins the name of the file that the equations of a built-in model stand in.
const writtenFile = "equations of "

// writtenSource returns a built-in model as package equations reads it.
func writtenSource(model string) (*equations.Source, error) {
	text, err := WrittenText(model)
	if err != nil {
		return nil, err
	}
	root, err := config.Parse(writtenFile+model, text)
	if err != nil {
		return nil, err
	}
	n := root.Get("models").Kids()[0]
	var m Model
	m.SetDefaults()
	if err := config.Decode(n, &m); err != nil {
		return nil, err
	}
	return m.source(model, n), nil
}

// options puts the options of a built-in model, which are no numbers, into its equations.
func options(s *equations.Source, spec neuron.Spec, n *config.Node) error {
	text := func(t string) equations.Text { return equations.Text{S: t} }
	apical := func(driving string) {
		if driving == "soma" {
			s.Ports[1].Potential = text("v_s")
		}
	}
	switch p := spec.(type) {
	case *neuron.TwoCompartment:
		if p.Hold {
			s.Hold = []equations.Text{text("v_s")}
		}
		s.Pulses[0].Overlap = p.BapSum
		apical(p.Driving)
	case *neuron.BurstPoisson:
		apical(p.Driving)
		if p.Dead == "event" {
			s.From = text("event")
		}
		escape, err := writtenSource("burst-poisson-escape")
		if err != nil {
			return err
		}
		if p.Spiking == "escape" && s.Hazard.S == "" {
			s.Threshold, s.Hazard = equations.Text{}, escape.Hazard
			s.Parameters = append(s.Parameters, equations.Named{Name: "escape_rate", Text: text("1 Hz")},
				equations.Named{Name: "escape_slope", Text: text("2 mV")})
		}
		if p.Spiking == "threshold" && s.Threshold.S == "" {
			s.Hazard, s.Threshold = equations.Text{}, text("v_s > theta + delta")
			s.Parameters = slices.DeleteFunc(s.Parameters, func(q equations.Named) bool {
				return strings.HasPrefix(q.Name,
					"escape_")
			})
		}
	case *neuron.AdEx:
		if p.Hold == "rest" {
			s.Reset[0] = text("v = e_l")
			s.Parameters = slices.DeleteFunc(s.Parameters, func(q equations.Named) bool { return q.Name == "reset_potential" })
		}
	case *neuron.LIF:
		if p.Initial.GExc != (neuron.Value{}) || p.Initial.GInh != (neuron.Value{}) {
			return n.At("initial").Errorf("initial conductances do not go together with added currents").Allow("v")
		}
		if p.Synapses == "current" {
			for i := range s.Ports[0].Receptors {
				r := &s.Ports[0].Receptors[i]
				r.Kind, r.Tau = "current", text("5 ms")
				if p.WeightUnit == "mV" {
					r.Factor = text("c_m/tau_m/nS")
				}
			}
		}
	}
	return nil
}

// writtenNames are the parameters of built-in models that their equations call otherwise.
var writtenNames = map[string]string{"threshold": "theta", "refractory": "refractory_time", "reset": "reset_potential"}

// receptorNames are the parameters of receptors, by the keys of the built-in models.
var receptorNames = map[string][]string{
	"tau_ampa": {"ampa.tau"}, "tau_exc": {"ampa.tau"}, "tau_nmda": {"nmda.tau"}, "tau_gaba": {"gaba.tau"},
	"tau_inh": {"gaba.tau"},
	"e_exc":   {"ampa.reversal", "nmda.reversal"}, "e_inh": {"gaba.reversal"}}

// take gives a population of equations the numbers of the built-in model.
func take(s *equations.Spec, spec neuron.Spec) {
	fields := reflect.ValueOf(spec).Elem()
	for i := range fields.NumField() {
		key := fields.Type().Field(i).Tag.Get("toml")
		if key == "initial" {
			takeInitial(s, fields.Field(i))
			continue
		}
		var v neuron.Value
		switch x := fields.Field(i).Interface().(type) {
		case neuron.Value:
			v = x
		case float64:
			v = neuron.Const(x)
		default:
			if key == "integrator" {
				s.Integrator = fields.Field(i).String()
			}
			continue
		}
		if fields.Type().Field(i).Tag.Get("unit") == "Hz" { // equations count in 1/ms
			v = scaled(v, 1e-3)
		}
		name := key
		if other := writtenNames[key]; other != "" {
			name = other
		}
		_ = s.Set(name, v) // options leave parameters that mean nothing then
		for _, r := range receptorNames[key] {
			for _, port := range []string{"soma", "apical"} {
				_ = s.Set(port+"."+r, v)
			}
		}
	}
}

func takeInitial(s *equations.Spec, fields reflect.Value) {
	for i := range fields.NumField() {
		for j, v := range s.Model.Variables() {
			if v.Name == fields.Type().Field(i).Tag.Get("toml") {
				s.Initial[j], s.Given[j] = fields.Field(i).Interface().(neuron.Value), true
			}
		}
	}
}

// scaled returns a value times a factor.
func scaled(v neuron.Value, by float64) neuron.Value {
	v.A *= by
	v.Lo, v.Hi = v.Lo*by, v.Hi*by
	if v.Shape != neuron.LogNormal {
		v.B *= by
	}
	return v
}
