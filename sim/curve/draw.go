package curve

import (
	"maps"
	"math"
	"slices"

	"github.com/burstplex/burstplex/recordings/figure"
)

func sorted(curves map[string][]point) []string { return slices.Sorted(maps.Keys(curves)) }

// dots draws the points of a curve with their standard errors.
func dots(c []point, name string, color int, scale float64) figure.Points {
	p := figure.Points{Name: name, Color: figure.Cycle(color)}
	for _, q := range c {
		p.X, p.Y, p.SD = append(p.X, q.x), append(p.Y, scale*q.mean), append(p.SD, scale*q.sem)
	}
	return p
}

// pairingPanel draws curves of the pairing protocols.
func pairingPanel(title, label, unit string, curves map[string][]point, names ...string) figure.Panel {
	panel := figure.Panel{Title: title, X: figure.Axis{Label: label, Unit: unit},
		Y: figure.Axis{Label: "weight change"}, Marks: []figure.Mark{figure.Rule{Across: true}}}
	for k, n := range names {
		line := figure.Line{Color: figure.Cycle(k), Dots: true, Name: n[len("pairing "):], Quiet: len(names) == 1}
		for _, q := range curves[n] {
			line.X, line.Y, line.SD = append(line.X, q.x), append(line.Y, q.mean), append(line.SD, q.sem)
		}
		panel.Marks = append(panel.Marks, line)
	}
	return panel
}

// crossing returns where a curve that begins below zero rises above it for the first time, by linear interpolation;
// NaN if it does not.
func crossing(c []point) float64 {
	for i := 1; i < len(c); i++ {
		if a, b := c[i-1], c[i]; a.mean < 0 && b.mean >= 0 {
			return a.x + (b.x-a.x)*a.mean/(a.mean-b.mean)
		}
	}
	return math.NaN()
}
