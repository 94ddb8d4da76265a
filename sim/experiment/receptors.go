package experiment

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/kind"
)

// Receptor is an entry of [populations.NAME.receptors]: one beside those of the model.
type Receptor struct {
	Kind string `toml:"kind,required" doc:"how it opens; it has keys of its own: see burstplex list --receptors"`
	Port string `toml:"port" doc:"where it is: soma, apical"`
	Spec neuron.ReceptorSpec
}

type receptorKeys Receptor

// SetDefaults implements config.Defaulter.
func (r *Receptor) SetDefaults() { r.Port = "soma" }

// DecodeConfig implements config.NodeDecoder.
func (r *Receptor) DecodeConfig(n *config.Node, d *config.Decoder) error {
	r.Spec = registriesOf(d).Receptors.Decode(d, n, "kind", "", (*receptorKeys)(r))
	return nil
}

// added lists the receptors that a population has beside those of its model.
func (p *Population) added() (all []neuron.Added) {
	for name, r := range p.Receptors.All() {
		all = append(all, neuron.Added{Name: name, Port: r.Port, Spec: r.Spec})
	}
	return all
}

func addReceptors(r *Registries) {
	type of = kind.Of[neuron.ReceptorSpec]
	r.Receptors.Add(
		of{Name: "exponential", Doc: "opens at once, closes exponentially",
			New: func() neuron.ReceptorSpec { return neuron.DefaultExponential() }},
		of{Name: "alpha", Doc: "an alpha function",
			New: func() neuron.ReceptorSpec { return neuron.DefaultAlpha() }},
		of{Name: "bi-exponential", Doc: "rises and decays exponentially",
			New: func() neuron.ReceptorSpec { return neuron.DefaultBiExponential() }},
		of{Name: "nmda", Doc: "rises and decays exponentially; blocked by magnesium at rest (Jahr & Stevens 1990)",
			New: func() neuron.ReceptorSpec { return neuron.DefaultNMDA() }})
}
