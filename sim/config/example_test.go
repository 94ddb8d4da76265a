package config_test

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
)

// A file is parsed, overridden and decoded; the checks that need several keys follow, at the places of these keys.
func Example() {
	type Soma struct {
		Size int        `toml:"size,required" range:"[1, 1000000]"`
		Tau  float64    `toml:"tau" unit:"ms" range:"(0, 1000]" doc:"membrane time constant"`
		Ref  spike.Tick `toml:"refractory" unit:"ms" range:"[0, 1000]"`
	}
	const file = `
[soma]
size = 100
tau = "16 mV"
refractry = "2 ms"
`
	doc, err := config.Parse("net.toml", []byte(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	soma := Soma{Tau: 10}
	fmt.Println(config.Decode(doc.Get("soma"), &soma))

	doc, _ = config.Parse("net.toml", []byte("[soma]\nsize = 100\nrefractory = \"2 ms\""))
	if err := doc.Set("soma.tau", "0.02 s"); err != nil {
		fmt.Println(err)
	}
	if err := config.Decode(doc.Get("soma"), &soma); err == nil {
		fmt.Println(soma.Size, soma.Tau, soma.Ref)
	}
	fmt.Println(doc.At("soma.tau").Errorf("must be above the refractory period"))
	// Output:
	// net.toml:4: soma.tau = "16 mV": needs a unit of time such as ms, found one of voltage (allowed: (0, 1000] ms)
	// net.toml:5: soma.refractry = "2 ms": unknown key, did you mean "refractory"? (allowed: size, tau, refractory)
	// 100 20 2ms
	// --set soma.tau = "0.02 s": must be above the refractory period
}
