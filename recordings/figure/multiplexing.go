package figure

// Multiplexing is the figure of burst multiplexing in a hierarchy (Payeur et al. 2021, Fig. 3): two populations
// of pyramidal neurons, of which the first receives a signal in its somata and the second another one in its
// dendrites. The event rate carries the first signal up, the burst probability of the second population follows
// the other, and its burst rate carries that down into the burst probability of the first.
//
// All series belong to Time, except references. Means and standard deviations are over seeds; probabilities are
// bursts per event, 0 to 1, and shown in %.
type Multiplexing struct {
	Lower, Upper     string     // names of the populations, default pyr1 and pyr2
	Time             []float64  // s
	Shown            [2]float64 // limits of the time axis, s; default those of the bins
	SomaticCurrent   []float64  // into the lower population, pA
	DendriticCurrent []float64  // into the upper population, pA
	LowerEvents      Course     // Hz
	UpperEvents      Course     // Hz
	UpperProbability Course     // 0 to 1
	LowerProbability Course     // 0 to 1
	UpperBursts      Course     // burst rate, Hz
	CorrelateFrom    float64    // s: correlations leave out what is before, the relaxation
	LowerRaster      Raster     // no panel if it has no Time
	UpperRaster      Raster
}

// Course is a time course over seeds.
type Course struct {
	Mean, SD   []float64
	References []Reference // in the same unit: the published program, the limit of small steps
}

// percent shows a probability.
func (c Course) percent() Course {
	out := Course{Mean: times100(c.Mean), SD: times100(c.SD)}
	for _, r := range c.References {
		r.Values = times100(r.Values)
		out.References = append(out.References, r)
	}
	return out
}

func times100(x []float64) []float64 {
	if x == nil {
		return nil
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = 100 * v
	}
	return y
}

// Page implements Figure.
func (m Multiplexing) Page() Page {
	lower, upper := m.Lower, m.Upper
	if lower == "" {
		lower = "pyr1"
	}
	if upper == "" {
		upper = "pyr2"
	}
	somatic := Overlay{Name: "somatic current into " + lower, Label: "current", Unit: "pA", Values: m.SomaticCurrent}
	dendritic := Overlay{Name: "dendritic current into " + upper, Label: "current", Unit: "pA",
		Values: m.DendriticCurrent, Color: Purple}
	bursts := Overlay{Name: upper + " burst rate", Label: "burst rate", Unit: "Hz", Values: m.UpperBursts.Mean,
		SD:         m.UpperBursts.SD,
		References: m.UpperBursts.References, Color: Green}
	trace := func(name, label, unit string, c Course, color Color, o Overlay) Trace {
		return Trace{Name: name + " " + label, Label: label, Unit: unit, Mean: c.Mean, SD: c.SD, References: c.References,
			Color: color, Overlay: o, Correlate: o.Values != nil, CorrelateFrom: m.CorrelateFrom}
	}
	lowerEvents := Overlay{Name: lower + " event rate", Label: "event rate", Unit: "Hz", Values: m.LowerEvents.Mean,
		Color: SkyBlue}
	t := Traces{Time: m.Time, Shown: m.Shown, Traces: []Trace{
		trace(lower, "event rate", "Hz", m.LowerEvents, Blue, somatic),
		trace(upper, "event rate", "Hz", m.UpperEvents, Blue, lowerEvents),
		trace(upper, "burst probability", "%", m.UpperProbability.percent(), Vermillion, dendritic),
		trace(lower, "burst probability", "%", m.LowerProbability.percent(), Vermillion, bursts),
	}}
	for _, r := range []struct {
		Raster
		name string
	}{{m.LowerRaster, lower}, {m.UpperRaster, upper}} {
		if r.Time != nil {
			r.Raster.Name = r.name
			r.Quiet = len(t.Rasters) > 0
			t.Rasters = append(t.Rasters, r.Raster)
		}
	}
	return t.Page()
}
