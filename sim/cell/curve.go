package cell

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/task"
)

// Curve is the task "response-curve": rates and burst probability of neurons over a constant current into one port, one
// curve for each current into another.
type Curve struct {
	Name     string     `toml:"population" doc:"whose neurons; its backgrounds act on them, projections and stimuli do not"`
	Port     string     `toml:"port" doc:"where the current flows: soma, apical"`
	Currents []float64  `toml:"currents" unit:"pA" range:"[-1e7, 1e7]" doc:"constant currents"`
	Other    string     `toml:"other_port" doc:"where a second current flows, which tells the curves apart"`
	Others   []float64  `toml:"other_currents" unit:"pA" range:"[-1e7, 1e7]" doc:"its values, a curve each; none by default"`
	Neurons  int        `toml:"neurons" range:"[0, 100000]" doc:"neurons of each point; 0: the size of the population"`
	Settle   spike.Tick `toml:"settle" unit:"ms" range:"[0, inf)" doc:"left out at the start of each point"`
	Duration spike.Tick `toml:"duration" unit:"ms" range:"(0, inf)" doc:"measured after that"`
	bench    Bench
}

// DefaultCurve returns currents of 0 to 1 nA.
func DefaultCurve() *Curve {
	c := &Curve{Port: "soma", Other: "apical", Settle: 300 * spike.Millisecond, Duration: 2 * spike.Second}
	for i := range 11 {
		c.Currents = append(c.Currents, 100*float64(i))
	}
	return c
}

// Bind implements Bound.
func (s *Curve) Bind(b Bench) { s.bench = b }

// Validate implements task.Spec.
func (s *Curve) Validate() error {
	if len(s.Currents) == 0 {
		return &neuron.ParameterError{Key: "currents", Reason: "there is none", Allowed: "at least one current in pA"}
	}
	return s.check()
}

// check looks for times that are no whole steps.
func (s *Curve) check() error {
	if s.bench == nil {
		return nil
	}
	for key, t := range map[string]spike.Tick{"settle": s.Settle, "duration": s.Duration} {
		if t%s.bench.Step() != 0 {
			return &neuron.ParameterError{Key: key, Value: t.Milliseconds(), Unit: "ms",
				Reason: fmt.Sprintf("is not a whole number of steps of %v", s.bench.Step()), Allowed: "multiples of the step"}
		}
	}
	return nil
}

// Prepare implements task.Preparer: the ports are those of the population.
func (s *Curve) Prepare(*task.Run) error {
	p, err := s.bench.Population(s.Name)
	if err != nil {
		return err
	}
	net := network(p, s.bench.Step(), 1, []pulse{{s.Port, 1, 0, 0}})
	if len(s.Others) > 0 {
		net = network(p, s.bench.Step(), 1, []pulse{{s.Port, 1, 0, 0}, {s.Other, 1, 0, 0}})
	}
	return place(sim.Check(net), []string{"task.port", "task.other_port"})
}

// rates are those of one point and seed.
type rates struct{ spikes, events, bursts, probability float64 }

// Run implements task.Spec.
func (s *Curve) Run(ctx context.Context, r *task.Run) error {
	others := s.Others
	if len(others) == 0 {
		others = []float64{0}
	}
	n := len(others) * len(s.Currents) * r.Seeds
	all := make([]rates, n)
	err := r.Each(ctx, n, func(i int) error {
		seed, c, o := i%r.Seeds, i/r.Seeds%len(s.Currents), i/r.Seeds/len(s.Currents)
		x, err := s.point(ctx, r.Seed+uint64(seed), s.Currents[c], others[o])
		all[i] = x
		return err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	quantities := []struct {
		label, unit string
		of          func(rates) float64
	}{{"spike rate", "Hz", func(x rates) float64 { return x.spikes }},
		{"event rate", "Hz", func(x rates) float64 { return x.events }},
		{"burst rate", "Hz", func(x rates) float64 { return x.bursts }},
		{"burst probability", "%", func(x rates) float64 { return 100 * x.probability }}}
	panels := make([]figure.Panel, len(quantities))
	for k, q := range quantities {
		panels[k] = figure.Panel{X: figure.Axis{Label: "current into " + s.Port, Unit: "pA"},
			Y: figure.Axis{Label: q.label, Unit: q.unit, Zero: true}}
	}
	for o, other := range others {
		lines := make([]figure.Line, len(quantities))
		for c, current := range s.Currents {
			row := []string{task.Number(current), task.Number(other)}
			for k, q := range quantities {
				var values []float64
				for seed := range r.Seeds {
					if x := q.of(all[(o*len(s.Currents)+c)*r.Seeds+seed]); x == x {
						values = append(values, x)
					}
				}
				mean, sd := math.NaN(), math.NaN()
				if len(values) > 0 {
					mean, sd, _ = analysis.Summary(values)
				}
				if len(values) < 2 {
					sd = 0
				}
				row = append(row, task.Number(mean), task.Number(sd))
				l := &lines[k]
				l.X, l.Y = append(l.X, current), append(l.Y, mean)
				if r.Seeds > 1 {
					l.SD = append(l.SD, sd)
				}
			}
			rows = append(rows, row)
		}
		for k := range quantities {
			lines[k].Color, lines[k].Dots, lines[k].Quiet = figure.Cycle(o), true, k > 0 || len(s.Others) == 0
			lines[k].Name = fmt.Sprintf("%g pA into %s", other, s.Other)
			panels[k].Marks = append(panels[k].Marks, lines[k])
		}
	}
	header := []string{s.Port + "_pA", "other_pA"}
	if len(s.Others) > 0 {
		header[1] = s.Other + "_pA"
	}
	for _, q := range []string{"spike_rate", "event_rate", "burst_rate", "burst_probability"} {
		unit := "_hz"
		if q == "burst_probability" {
			unit = "_percent"
		}
		header = append(header, q+unit, q+unit+"_sd")
	}
	if err := r.Table("response-curve.csv", header, rows); err != nil {
		return err
	}
	r.Say(fmt.Sprintf("%d points of %s, %d of %s each: response-curve.csv", len(rows), s.Duration, s.size(), s.Name))
	page := figure.Page{Rows: []figure.Row{{Height: 40, Panels: panels[:2]}, {Height: 40, Panels: panels[2:]}}}
	return figure.Save(filepath.Join(r.Dir, "figures", "response-curve"), page)
}

func (s *Curve) size() int {
	if s.Neurons > 0 {
		return s.Neurons
	}
	p, _ := s.bench.Population(s.Name)
	return p.Size
}

// point measures one current.
func (s *Curve) point(ctx context.Context, seed uint64, current, other float64) (x rates, err error) {
	p, err := s.bench.Population(s.Name)
	if err != nil {
		return x, err
	}
	p.Size = s.size()
	net := network(p, s.bench.Step(), seed, []pulse{{s.Port, current, 0, 0}, {s.Other, other, 0, 0}})
	engine, err := sim.New(net, sim.Options{Workers: 1})
	if err != nil {
		return x, err
	}
	defer engine.Close()
	var spikes sim.Collector
	engine.AddSink(&spikes)
	if err := engine.Run(ctx, s.Settle+s.Duration); err != nil {
		return x, err
	}
	if err := engine.Finish(); err != nil {
		return x, err
	}
	for _, e := range spikes.Events {
		if e.At < s.Settle {
			continue
		}
		x.spikes++
		switch e.Kind {
		case spike.Onset:
			x.events++
		case spike.Burst:
			x.bursts++
		}
	}
	x.probability = x.bursts / x.events
	scale := 1 / (float64(p.Size) * s.Duration.Seconds())
	x.spikes, x.events, x.bursts = x.spikes*scale, x.events*scale, x.bursts*scale
	return x, nil
}

// place turns the key of a stimulus into that of the task.
func place(err error, keys []string) error {
	if e, ok := err.(*sim.Error); ok {
		for i, key := range keys {
			if e.Key == fmt.Sprintf("stimuli.%d.port", i) {
				e.Key = key
			}
		}
	}
	return err
}
