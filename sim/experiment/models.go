package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/sim/config"
)

// Model is an entry of [models]: neurons written as equations. docs/equations.md describes the language.
type Model struct {
	Equations    modelText                      `toml:"equations" doc:"dx/dt = EXPR : unit, x = EXPR : unit, f(a) = EXPR or x : unit, one a line"`
	Compartments config.Table[modelCompartment] `toml:"compartments" doc:"cylinders of a tree, whose passive equations, parameters and ports are written for the user: list --equations FILE"`
	Threshold    modelText                      `toml:"threshold" doc:"condition; a spike is the moment at which it turns true"`
	Hazard       modelText                      `toml:"hazard" doc:"rate of spikes, in place of a threshold"`
	Reset        modelTexts                     `toml:"reset" doc:"statements at a spike, in order"`
	Refractory   modelText                      `toml:"refractory" doc:"time, expression of one, or condition: no spike for so long"`
	From         modelText                      `toml:"refractory_from" doc:"spike or event: what a refractory time counts from"`
	Hold         modelTexts                     `toml:"hold" doc:"variables that stand still while refractory"`
	Second       *modelSecond                   `toml:"second" doc:"the second spike of a burst"`
	Substeps     int                            `toml:"substeps" range:"[1, 1000]" doc:"parts of a step that are integrated one after the other"`
	Initial      config.Table[modelText]        `toml:"initial" doc:"initial values of variables: quantities, distributions or expressions of parameters; 0 by default"`
	Parameters   config.Table[modelText]        `toml:"parameters" doc:"parameters with their defaults; keys of the populations"`
	Ports        config.Table[modelPort]        `toml:"ports" doc:"where currents and synapses end"`
	Pulses       config.Table[modelPulse]       `toml:"pulses" doc:"variables that are 1 for a while after something, and 0 otherwise"`
	Events       config.Table[modelEvent]       `toml:"events" doc:"events that are no spikes"`
}

// SetDefaults implements config.Defaulter.
func (m *Model) SetDefaults() { m.Substeps = 1 }

type modelCompartment struct {
	Parent   modelText `toml:"parent" doc:"compartment that it is attached to; the root has none"`
	Length   modelText `toml:"length,required" doc:"of the cylinder: 200 um"`
	Diameter modelText `toml:"diameter,required" doc:"of the cylinder: 2 um"`
	CM       modelText `toml:"c_m" doc:"capacitance of the membrane; 1 uF/cm^2 by default"`
	GL       modelText `toml:"g_l,required" doc:"leak of the membrane: 50 uS/cm^2"`
	EL       modelText `toml:"e_l,required" doc:"reversal potential of the leak"`
	Axial    modelText `toml:"r_axial" doc:"resistivity of the inside: 150 ohm cm; a parent without one has that of its child"`
	Spine    modelText `toml:"spine_factor" doc:"factor of spines on capacitance and leak; 1 by default"`
	Coupling modelText `toml:"coupling" doc:"conductance to the parent, in place of that of two half cylinders in series"`
}

type modelPort struct {
	Potential modelText      `toml:"potential" doc:"potential that its receptors see"`
	Leak      modelText      `toml:"leak" doc:"conductance that weights are multiples of; 1 nS by default"`
	Receptors modelReceptors `toml:"receptors" doc:"names (ampa, nmda, gaba), or a table of receptors"`
	at        equations.Text
}

type modelReceptor struct {
	Kind     string    `toml:"kind" oneof:"exponential|current|delta" doc:"a conductance, a current or a jump of the potential"`
	Tau      modelText `toml:"tau" doc:"time constant of its decay"`
	Reversal modelText `toml:"reversal" doc:"reversal potential"`
	Factor   modelText `toml:"factor" doc:"expression that the current is multiplied by"`
}

type modelPulse struct {
	From    modelText `toml:"from" doc:"start after what it follows; 0 ms by default"`
	To      modelText `toml:"to,required" doc:"end after what it follows"`
	After   modelText `toml:"after" doc:"spike, event, burst or the name of an event"`
	Overlap string    `toml:"overlap" oneof:"merge|add" doc:"what pulses do that overlap"`
}

type modelEvent struct {
	When       modelText  `toml:"when" doc:"condition at which it starts"`
	After      modelText  `toml:"after" doc:"spike: it follows spikes"`
	Delay      modelText  `toml:"delay" doc:"after so long"`
	Refractory modelText  `toml:"refractory" doc:"time, or condition, in which it does not happen again"`
	Do         modelTexts `toml:"do" doc:"statements, in order"`
}

type modelSecond struct {
	Probability modelText  `toml:"probability,required" doc:"that a spike is followed by a second one"`
	After       modelText  `toml:"after,required" doc:"interval, an expression that may hold uniform() and normal()"`
	Reset       modelTexts `toml:"reset" doc:"statements at the second spike"`
}

// modelText is text in the language of equations with its place.
type modelText struct{ equations.Text }

// DecodeConfig implements config.NodeDecoder.
func (t *modelText) DecodeConfig(n *config.Node, _ *config.Decoder) error {
	switch n.Kind() {
	case config.KindString, config.KindInt, config.KindFloat:
	default:
		return fmt.Errorf("must be text in quotes, found %s", n.Kind())
	}
	at := n.TextPos()
	if n.Kind() != config.KindString {
		at = n.Pos()
	}
	t.Text = equations.Text{S: n.Text(), Key: n.Path(), File: at.File, Line: at.Line, Column: at.Column}
	return nil
}

// UnmarshalText marks it as text where keys are listed.
func (t *modelText) UnmarshalText(text []byte) error {
	t.S = string(text)
	return nil
}

// QuantityText prints it as a default where keys are listed.
func (t *modelText) QuantityText(string) string { return t.S }

// modelTexts is one text or a list of them.
type modelTexts []equations.Text

// DecodeConfig implements config.NodeDecoder.
func (t *modelTexts) DecodeConfig(n *config.Node, d *config.Decoder) error {
	nodes := []*config.Node{n}
	if n.Kind() == config.KindArray {
		nodes = n.Kids()
	}
	*t = nil
	for _, n := range nodes {
		var one modelText
		if err := one.DecodeConfig(n, d); err != nil {
			return n.Errorf("%s", err)
		}
		*t = append(*t, one.Text)
	}
	return nil
}

// UnmarshalText marks it as text where keys are listed.
func (t *modelTexts) UnmarshalText(text []byte) error {
	*t = modelTexts{{S: string(text)}}
	return nil
}

// modelReceptors is a list of names or a table.
type modelReceptors struct {
	names []string
	table config.Table[modelReceptor]
}

// DecodeConfig implements config.NodeDecoder.
func (r *modelReceptors) DecodeConfig(n *config.Node, d *config.Decoder) error {
	if n.Kind() == config.KindArray {
		d.Value(n, &r.names)
		return nil
	}
	return r.table.DecodeConfig(n, d)
}

// UnmarshalText marks it as text where keys are listed.
func (r *modelReceptors) UnmarshalText(text []byte) error {
	r.names = []string{string(text)}
	return nil
}

// QuantityText prints it as a default where keys are listed.
func (r *modelReceptors) QuantityText(string) string { return "" }

// source returns the model as package equations reads it.
func (m *Model) source(name string, n *config.Node) *equations.Source {
	s := &equations.Source{Name: name, Equations: m.Equations.Text, Threshold: m.Threshold.Text, Hazard: m.Hazard.Text,
		Reset:      m.Reset,
		Refractory: m.Refractory.Text, From: m.From.Text, Hold: m.Hold, Substeps: m.Substeps,
		Initial: namedTexts(&m.Initial), Parameters: namedTexts(&m.Parameters)}
	for name, k := range m.Compartments.All() {
		at := n.At("compartments." + name)
		s.Compartments = append(s.Compartments, equations.CompartmentSource{Name: name, Parent: k.Parent.Text,
			Length: k.Length.Text, Diameter: k.Diameter.Text,
			Capacitance: k.CM.Text, Leak: k.GL.Text, Reversal: k.EL.Text, Axial: k.Axial.Text, Spine: k.Spine.Text,
			Coupling: k.Coupling.Text,
			At:       equations.Text{Key: at.Path(), File: at.Pos().File, Line: at.Pos().Line, Column: at.Pos().Column}})
	}
	for port, p := range m.Ports.All() {
		at := n.At("ports." + port)
		q := equations.PortSource{Name: port, Potential: p.Potential.Text, Leak: p.Leak.Text,
			At: equations.Text{Key: at.Path(), File: at.Pos().File, Line: at.Pos().Line, Column: at.Pos().Column}}
		for _, name := range p.Receptors.names {
			q.Receptors = append(q.Receptors, equations.ReceptorSource{Name: name})
		}
		for name, r := range p.Receptors.table.All() {
			q.Receptors = append(q.Receptors, equations.ReceptorSource{Name: name, Kind: r.Kind, Tau: r.Tau.Text,
				Reversal: r.Reversal.Text, Factor: r.Factor.Text})
		}
		s.Ports = append(s.Ports, q)
	}
	for name, p := range m.Pulses.All() {
		if p.From.S == "" {
			p.From.Text = p.To.Text
			p.From.S = "0 ms"
		}
		s.Pulses = append(s.Pulses, equations.PulseSource{Name: name, From: p.From.Text, To: p.To.Text, After: p.After.Text,
			Overlap: p.Overlap})
	}
	for name, e := range m.Events.All() {
		s.Events = append(s.Events, equations.EventSource{Name: name, When: e.When.Text, After: e.After.Text,
			Delay:      e.Delay.Text,
			Refractory: e.Refractory.Text, Do: e.Do})
	}
	if m.Second != nil {
		s.Second = &equations.SecondSource{Probability: m.Second.Probability.Text, After: m.Second.After.Text,
			Reset: m.Second.Reset}
	}
	return s
}

func namedTexts(t *config.Table[modelText]) (out []equations.Named) {
	for name, text := range t.All() {
		out = append(out, equations.Named{Name: name, Text: text.Text})
	}
	return out
}

// modelNames lists the models that a file defines.
func modelNames(root *config.Node) []string {
	if n := root.Get("models"); n != nil {
		return n.Keys()
	}
	return nil
}

// modelAt compiles a model of a file; its mistakes are errors of the file.
func modelAt(root *config.Node, name string) (*equations.Model, error) {
	n := root.Get("models").Get(name)
	var m Model
	m.SetDefaults()
	if err := config.Decode(n, &m); err != nil {
		return nil, err
	}
	return compileModel(&m, name, n)
}

func compileModel(m *Model, name string, n *config.Node) (*equations.Model, error) {
	if m.Equations.S == "" && m.Compartments.Len() == 0 {
		return nil, n.At("equations").Errorf("is required where there are no compartments")
	}
	return compileSource(m.source(name, n))
}

func compileSource(s *equations.Source) (*equations.Model, error) {
	model, err := equations.Compile(s)
	if err == nil {
		return model, nil
	}
	var mistakes equations.Errors
	if !errors.As(err, &mistakes) {
		return nil, err
	}
	var list config.List
	for _, e := range mistakes {
		list.Add(mistake(e))
	}
	return nil, list.Err()
}

// mistake puts an error of package equations into the form of the file's other errors.
func mistake(e *equations.Error) *config.Error {
	out := &config.Error{File: e.File, Line: e.Line, Column: e.Column, Key: e.Key, Reason: e.Reason, Excerpt: e.Excerpt()}
	if strings.HasPrefix(e.File, "--set") {
		out.Line = 0
	}
	return out
}

// equationPopulation is a population of neurons of a model of the file: its parameters and initial values are keys.
type equationPopulation struct {
	*equations.Spec
	tables map[string]*config.Node // parameters that are read from files
	base   neuron.Spec             // built-in model that currents were added to; nil otherwise
}

var _ config.KeyDecoder = (*equationPopulation)(nil)

// ConfigKeys implements config.KeyDecoder.
func (p *equationPopulation) ConfigKeys() []string {
	keys := []string{"initial", "integrator", "substeps"}
	for _, q := range p.Model.Parameters() {
		if key, _, _ := strings.Cut(q.Name, "."); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// DecodeKey implements config.KeyDecoder.
func (p *equationPopulation) DecodeKey(n *config.Node, d *config.Decoder) {
	switch n.Key() {
	case "initial":
		p.decodeInitial(n, d)
	case "integrator":
		var v struct {
			Integrator string `toml:"integrator" oneof:"off-grid|reference"`
		}
		d.Fields(n.Only(), &v)
		p.Integrator = v.Integrator
	case "substeps":
		var v struct {
			Substeps int `toml:"substeps" range:"[1, 1000]"`
		}
		d.Fields(n.Only(), &v)
		p.Substeps = v.Substeps
	default:
		p.decodeParameter(n.Key(), n, d)
	}
}

// decodeParameter reads a parameter; those of receptors lie in tables of tables.
func (p *equationPopulation) decodeParameter(name string, n *config.Node, d *config.Decoder) {
	var longer []string
	for i, q := range p.Model.Parameters() {
		if q.Name == name {
			if n.Kind() == config.KindTable {
				p.tables[name] = n
				return
			}
			v, err := equations.ParseAs(n.Text(), q.Dim)
			if err != nil {
				d.Errors.Add(n.Errorf("%s", err).Allow("a number with a unit of " + q.Dim.String() + ", or a distribution"))
				return
			}
			p.Values[i] = v
			return
		}
		if rest, ok := strings.CutPrefix(q.Name, name+"."); ok {
			key, _, _ := strings.Cut(rest, ".")
			longer = append(longer, key)
		}
	}
	if n.Kind() != config.KindTable {
		d.Errors.Add(n.Errorf("must be a table of %s", strings.Join(slices.Compact(longer), ", ")))
		return
	}
	for _, kid := range n.Kids() {
		if !slices.Contains(longer, kid.Key()) {
			d.Errors.Add(kid.Errorf("unknown key").Allow(strings.Join(slices.Compact(longer), ", ")))
			continue
		}
		p.decodeParameter(name+"."+kid.Key(), kid, d)
	}
}

func (p *equationPopulation) decodeInitial(n *config.Node, d *config.Decoder) {
	vars := p.Model.Variables()
	var names []string
	for _, v := range vars {
		names = append(names, v.Name)
	}
	for _, kid := range n.Kids() {
		i := slices.Index(names, kid.Key())
		if i < 0 {
			e := kid.Errorf("no variable of this name").Allow(strings.Join(names, ", "))
			if near := config.Nearest(kid.Key(), names); near != "" {
				e.Reason += fmt.Sprintf(", did you mean %q?", near)
			}
			d.Errors.Add(e)
			continue
		}
		v, err := equations.ParseAs(kid.Text(), vars[i].Dim)
		if err != nil {
			d.Errors.Add(kid.Errorf("%s", err))
			continue
		}
		p.Initial[i], p.Given[i] = v, true
	}
}

// Validate implements neuron.Spec.
func (p *equationPopulation) Validate() error {
	if p.base != nil {
		if err := p.base.Validate(); err != nil {
			return err
		}
	}
	return p.Spec.Validate()
}

// New implements neuron.Spec.
func (p *equationPopulation) New(b neuron.Build) (neuron.Population, error) { return p.Spec.New(b) }

// probed reports whether a probe reads a variable.
func (x *Experiment) probed(variable string) bool {
	for _, p := range x.Probes.All() {
		if p.Variable == variable {
			return true
		}
	}
	return false
}

// Warnings lists what will run but is suspicious: in the models of the file, and steps that are coarse.
func (x *Experiment) Warnings() (out []string) {
	for name, m := range x.Models.All() {
		model, err := compileModel(m, name, x.tree.At("models").Get(name))
		if err != nil {
			continue
		}
		for _, w := range model.Warnings {
			if v, ok := strings.CutPrefix(w.Reason, "nothing reads "); ok && x.probed(v) {
				continue
			}
			e := mistake(w)
			e.Reason = "warning: " + e.Reason
			out = append(out, e.Error())
		}
	}
	for _, p := range x.Populations.All() {
		if e, ok := p.Spec.(*equationPopulation); ok && e.base != nil {
			for _, w := range e.Model.Warnings {
				if w.File != "" && !strings.HasPrefix(w.File, writtenFile) { // is about the current, not about the model
					e := mistake(w)
					e.Reason = "warning: " + e.Reason
					out = append(out, e.Error())
				}
			}
		}
	}
	for _, p := range x.Projections.All() {
		if p.Rule == nil {
			continue
		}
		if s, ok := p.Rule.Spec.(*equationRule); ok && s.compiled != nil {
			for _, w := range s.compiled.Model.Warnings {
				e := mistake(w)
				e.Reason = "warning: " + e.Reason
				out = append(out, e.Error())
			}
		}
	}
	return append(append(out, x.suspicions()...), x.coarse()...)
}
