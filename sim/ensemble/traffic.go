package ensemble

// Traffic returns the spikes of all units in bins [from, to), and the synapses they reach upwards and downwards.
func (p *Presenter) Traffic(from, to int) (spikes, synaptic, feedback float64) {
	count := func(events []float32) (sum float64) {
		for _, c := range events[from:to] {
			sum += float64(c)
		}
		return sum
	}
	if !p.constant {
		sum := 0.0
		for _, u := range p.input.active {
			sum += count(p.input.events.Row(u))
		}
		spikes += sum
		synaptic += sum * float64(p.net.Layers[0].Products()) / float64(p.net.Input.Units())
	}
	for i, a := range p.layers {
		sum := 0.0
		for u := range a.events.Rows {
			sum += count(a.events.Row(u))
		}
		spikes += sum * (1 + float64(p.net.PB))
		if i > 0 {
			feedback += sum * (1 + float64(p.net.PB)) * float64(p.net.Layers[i].Products()) / float64(a.events.Rows)
		}
		if i+1 < len(p.layers) {
			synaptic += sum * float64(p.net.Layers[i+1].Products()) / float64(a.events.Rows)
		}
	}
	return spikes, synaptic, feedback
}

// TotalEvents returns the events of all units in the last presentation, those of input units included.
func (p *Presenter) TotalEvents() (sum float64) {
	for k, a := range append([]*activity{p.input}, p.layers...) {
		if a.events == nil {
			continue // the input is a current
		}
		for u := range a.events.Rows {
			if k == 0 && a.x.Row(u)[p.Bins-1] == 0 {
				continue
			}
			for _, c := range a.events.Row(u) {
				sum += float64(c)
			}
		}
	}
	return sum
}
