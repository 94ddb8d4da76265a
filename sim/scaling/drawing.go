package scaling

import (
	"fmt"

	"github.com/burstplex/burstplex/recordings/figure"
)

// Drawing returns the figure of a series in the style of beNNch: time to build and time per model time, stacked by
// phase, memory below, ideal scaling as dotted lines. Where neurons, inputs or rate vary, times stand per so many of
// these: what grows in proportion is flat.
func (p *Plan) Drawing(s Summary) figure.Figure {
	d := p.drawer(s)
	model, _ := s.of("model_time_sim")
	for k := range model {
		model[k] *= d.per[k]
	}
	build := d.layers(d.per, "time_construction_create", "create", "time_construction_connect", "connect")
	phases := d.layers(model, "time_deliver_spike_data", "deliver", "time_update", "advance", "time_gather_spike_data",
		"join", "time_learn", "learn", "time_record", "record", "time_other", "other")
	const black, second = 7, 1
	panel := func(title, label, unit string, marks ...figure.Mark) figure.Panel {
		return figure.Panel{Title: title, X: d.x, Y: figure.Axis{Label: label, Unit: unit, Zero: true}, Marks: marks}
	}
	memory := panel("memory", "memory", "MiB", d.line("peak", "peak_memory", 1024, black),
		d.line("steady", "total_memory", 1024, second))
	if p.Vary != Workers {
		memory.Y.Log, memory.Y.Zero = true, false
	}
	whole := d.line("mean, s.d.", "real_time_factor", 1, black)
	for k := range whole.Y {
		whole.Y[k], whole.SD[k] = whole.Y[k]/d.per[k], whole.SD[k]/d.per[k]
	}
	return figure.Page{Rows: []figure.Row{
		{Height: 42, Panels: []figure.Panel{
			panel("building"+d.unit, "wall time", "s", d.stack(build), d.ideal(build)),
			panel("simulating"+d.unit, "wall time per model time", "", d.stack(phases), whole, d.ideal(phases)),
		}},
		{Height: 32, Panels: []figure.Panel{memory,
			panel("cost", "time of a core", "ns", d.line("per synaptic event", "cpu_ns_per_synaptic_event", 1, 0),
				d.line("per neuron step", "cpu_ns_per_neuron_step", 1, second)),
		}},
		{Height: 26, Panels: []figure.Panel{
			panel("activity", "rate", "Hz", d.line("spikes", "rate_hz", 1, black), d.line("events", "event_rate_hz", 1, second)),
			panel("correlation", "of spike counts", "", d.line("", "correlation", 1, black)),
		}},
	}}
}

// drawer is what the panels of a figure share.
type drawer struct {
	s    Summary
	at   []float64 // where the points stand on the axis
	per  []float64 // what times are divided by
	time []float64 // ideal time of each point, after that, over that of the first
	unit string
	x    figure.Axis
}

func (p *Plan) drawer(s Summary) *drawer {
	d := &drawer{s: s}
	size := map[string]float64{Neurons: 1000, InDegree: 100, Rate: 1}[p.Vary]
	d.unit = map[string]string{Neurons: ", per 1000 neurons", InDegree: ", per 100 inputs", Rate: ", per Hz"}[p.Vary]
	var names []string
	for i, m := range s {
		d.at, names = append(d.at, float64(i)), append(names, short(m.X))
		per, time := 1.0, 1.0
		if size > 0 {
			per = m.X / size
		} else if !p.Weak {
			time = s[0].X / m.X
		}
		d.per, d.time = append(d.per, per), append(d.time, time)
	}
	d.x = figure.Axis{Label: map[string]string{Workers: "workers", Neurons: "neurons", InDegree: "inputs per neuron",
		Rate: "event rate"}[p.Vary], Names: names, Places: d.at, Range: [2]float64{-.5, float64(len(s)) - .5}}
	if p.Vary == Rate {
		d.x.Unit = "Hz"
	}
	return d
}

// layers takes columns, each followed by its name, divided by something.
func (d *drawer) layers(per []float64, named ...string) (all []figure.Layer) {
	for i := 0; i < len(named); i += 2 {
		v, _ := d.s.of(named[i])
		for k := range v {
			v[k] /= per[k]
		}
		all = append(all, figure.Layer{Name: named[i+1], Values: v})
	}
	return all
}

func (d *drawer) stack(layers []figure.Layer) figure.Mark {
	return figure.Stack{X: d.at, Width: .7, Layers: layers}
}

// ideal is a dotted line from the top of the first stack.
func (d *drawer) ideal(layers []figure.Layer) figure.Mark {
	first := 0.0
	for _, l := range layers {
		first += l.Values[0]
	}
	l := figure.Line{Name: "ideal", X: d.at, Dash: figure.Dotted, Color: figure.Cycle(7)}
	for _, t := range d.time {
		l.Y = append(l.Y, first*t)
	}
	return l
}

// line is a column with its standard deviation.
func (d *drawer) line(name, column string, scale float64, color int) figure.Line {
	y, sd := d.s.of(column)
	for k := range y {
		y[k], sd[k] = y[k]/scale, sd[k]/scale
	}
	return figure.Line{Name: name, X: d.at, Y: y, SD: sd, Dots: true, Color: figure.Cycle(color)}
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
