package scaling

import (
	"fmt"

	"github.com/burstplex/burstplex/recordings/figure"
)

// Drawing returns the figure of a series in the style of beNNch: time to build and time per model time, stacked by
// phase, memory below, ideal scaling as dotted lines.
func (p *Plan) Drawing(s Summary) figure.Figure {
	var at, ideal []float64
	var names []string
	for i, m := range s {
		at, names = append(at, float64(i)), append(names, short(m.X))
		ratio := m.X / s[0].X
		switch {
		case p.Weak:
			ratio = 1
		case p.Vary == Workers:
			ratio = 1 / ratio
		}
		ideal = append(ideal, ratio)
	}
	x := figure.Axis{Label: map[string]string{Workers: "workers", Neurons: "neurons", InDegree: "inputs per neuron",
		Rate: "event rate"}[p.Vary], Names: names, Places: at, Range: [2]float64{-.5, float64(len(s)) - .5}}
	if p.Vary == Rate {
		x.Unit = "Hz"
	}
	model, _ := s.of("model_time_sim")
	layers := func(per []float64, named ...string) (all []figure.Layer) {
		for i := 0; i < len(named); i += 2 {
			v, _ := s.of(named[i])
			for k := range v {
				if per != nil {
					v[k] /= per[k]
				}
			}
			all = append(all, figure.Layer{Name: named[i+1], Values: v})
		}
		return all
	}
	line := func(name, column string, per float64) figure.Line {
		y, sd := s.of(column)
		for k := range y {
			y[k], sd[k] = y[k]/per, sd[k]/per
		}
		return figure.Line{Name: name, X: at, Y: y, SD: sd, Dots: true, Color: figure.Cycle(7)}
	}
	dotted := func(first float64) figure.Line {
		l := figure.Line{Name: "ideal", X: at, Dash: figure.Dotted, Color: figure.Cycle(7)}
		for _, r := range ideal {
			l.Y = append(l.Y, first*r)
		}
		return l
	}
	top := func(all []figure.Layer) (sum float64) {
		for _, l := range all {
			sum += l.Values[0]
		}
		return sum
	}
	build := layers(nil, "time_construction_create", "create", "time_construction_connect", "connect")
	phases := layers(model, "time_deliver_spike_data", "deliver", "time_update", "advance", "time_gather_spike_data",
		"join", "time_learn", "learn",
		"time_record", "record", "time_other", "other")
	const width = .7
	const mib = 1024
	memory := []figure.Mark{line("peak", "peak_memory", mib), figure.Line{Name: "steady", X: at, Y: line("",
		"total_memory", mib).Y, Dots: true, Color: figure.Cycle(1)}}
	cost, _ := s.of("cpu_ns_per_synaptic_event")
	step, _ := s.of("cpu_ns_per_neuron_step")
	return figure.Page{Rows: []figure.Row{
		{Height: 42, Panels: []figure.Panel{
			{Title: "building", X: x, Y: figure.Axis{Label: "wall time", Unit: "s", Zero: true},
				Marks: []figure.Mark{figure.Stack{X: at, Width: width, Layers: build}, dotted(top(build))}},
			{Title: "simulating", X: x, Y: figure.Axis{Label: "wall time per model time", Zero: true},
				Marks: []figure.Mark{figure.Stack{X: at, Width: width, Layers: phases},
					line("mean, s.d.", "real_time_factor", 1), dotted(top(phases))}},
		}},
		{Height: 32, Panels: []figure.Panel{
			{Title: "memory", X: x, Y: figure.Axis{Label: "memory", Unit: "MiB", Zero: true}, Marks: memory},
			{Title: "cost", X: x, Y: figure.Axis{Label: "time of a core", Unit: "ns", Zero: true}, Marks: []figure.Mark{
				figure.Line{Name: "per synaptic event", X: at, Y: cost, Dots: true, Color: figure.Cycle(0)}, figure.Line{Name: "per neuron step", X: at, Y: step, Dots: true, Color: figure.Cycle(1)}}},
		}},
		{Height: 26, Panels: []figure.Panel{
			{Title: "activity", X: x, Y: figure.Axis{Label: "rate", Unit: "Hz", Zero: true}, Marks: []figure.Mark{line("spikes",
				"rate_hz", 1),
				figure.Line{Name: "events", X: at, Y: line("", "event_rate_hz", 1).Y, Dots: true, Color: figure.Cycle(1)}}},
			{Title: "correlation", X: x, Y: figure.Axis{Label: "of spike counts", Zero: true}, Marks: []figure.Mark{line("",
				"correlation", 1)}},
		}},
	}}
}

// short prints a number in a few characters.
func short(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%.3gM", x/1e6)
	case x >= 1e4:
		return fmt.Sprintf("%.3gk", x/1e3)
	}
	return fmt.Sprintf("%.4g", x)
}
