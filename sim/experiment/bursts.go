package experiment

import "github.com/burstplex/burstplex/sim/config"

// defineBursts gives every population its definition of a burst: its own keys, and those of [burst] where it has none.
func (x *Experiment) defineBursts() error {
	var errs config.List
	exclusive := func(key string) {
		n := x.tree.At(key)
		if accumulate := n.Get("accumulate"); accumulate != nil && accumulate.Text() == "true" {
			for _, other := range []string{"continue", "min_spikes", "max_duration"} {
				if n.Get(other) != nil {
					errs.Add(x.At(key+"."+other, "means nothing with accumulate = true").Allow("threshold"))
				}
			}
		}
	}
	exclusive("burst")
	for name, p := range x.Populations.All() {
		key := "populations." + name + ".burst"
		p.Burst = x.Burst
		n := x.tree.At(key)
		if n.Kind() == config.KindAbsent {
			continue
		}
		exclusive(key)
		if n.Get("accumulate") == nil && (n.Get("continue") != nil || n.Get("min_spikes") != nil ||
			n.Get("max_duration") != nil) {
			p.Burst.Accumulate = false
		}
		if err := config.Decode(n, &p.Burst); err != nil {
			return err
		}
	}
	return errs.Err()
}
