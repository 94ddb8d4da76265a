// Command hcurrent is Burstplex with a neuron, a learning rule, a receptor and a figure of its own, which
// experiment files name as they name those that are built in: go run . run sag.toml
package main

import (
	"os"

	"github.com/burstplex/burstplex/cmd/cli"
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim/kind"
	"github.com/burstplex/burstplex/sim/report"
)

func main() {
	kinds := report.NewRegistries()
	kinds.Models.Add(kind.Of[neuron.Spec]{Name: "lif-h", Doc: "leaky integrate-and-fire neuron with an h-current",
		New: func() neuron.Spec { return defaultNeuron() }})
	kinds.Rules.Add(kind.Of[plasticity.Spec]{Name: "burst-hebb",
		Doc: "bursts potentiate synapses whose sources were active",
		New: func() plasticity.Spec { return &burstHebb{Eta: 1e-3, Tau: 50, Max: 1} }})
	kinds.Receptors.Add(kind.Of[neuron.ReceptorSpec]{Name: "rectifying", Doc: "passes current into the cell only",
		New: func() neuron.ReceptorSpec { return &rectifying{Tau: 5} }})
	report.Register(kinds, kind.Of[report.Figure]{Name: "lengths", Doc: "how many spikes events have",
		New: func() report.Figure { return &lengths{Longest: 10} }})
	os.Exit(cli.Main(kinds, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
