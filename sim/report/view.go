package report

import (
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
)

// view is the part of all courses that a figure shows: bins that lie in its time, wholly or in part.
type view struct {
	d      *Report
	window spike.Window
	lo, hi int
	time   []float64 // centres of the bins, s
}

func (d *Report) view(f Figure) view {
	v := view{d: d}
	v.window, _ = f.Window(d.Experiment)
	bins := d.obs[0].bins
	for v.lo < bins.N && bins.Bin(v.lo).To <= v.window.From {
		v.lo++
	}
	for v.hi = v.lo; v.hi < bins.N && bins.Bin(v.hi).From < v.window.To; {
		v.hi++
	}
	v.time = bins.Centers()[v.lo:v.hi]
	return v
}

func (v view) band(trace string) analysis.Band {
	b := v.d.Band(trace)
	return analysis.Band{Mean: b.Mean[v.lo:v.hi], SD: b.SD[v.lo:v.hi], N: b.N[v.lo:v.hi]}
}

// seconds are the limits of the time axis.
func (v view) seconds() [2]float64 { return [2]float64{v.window.From.Seconds(), v.window.To.Seconds()} }

func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }

func percent(v []float64) {
	for i := range v {
		v[i] *= 100
	}
}
