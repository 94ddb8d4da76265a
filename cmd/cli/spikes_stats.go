package cli

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim/config"
)

type statsCommand struct {
	files
	selection
	definitionFlags
	Bin string `help:"Bins of the population rate and of the Fano factor; default 100 ms, or all of a shorter recording. A rest that is shorter than a bin counts in everything but the Fano factor." placeholder:"TIME"`
	tidy
	Of string `help:"In place of the table, CSV (or JSON) of: rates (in the bins), intervals (histogram, 20 bins per decade from 0.1 ms), events (histogram of intervals between events) or lengths (spikes per event)." enum:",rates,intervals,events,lengths" default:"" placeholder:"WHAT"`
}

// Limits of memory: bins of a course, and populations whose pairs are correlated.
const (
	mostBins       = 10_000_000
	mostCorrelated = 8
)

// reach is the largest lag of a correlation.
const reach = 100 * spike.Millisecond

// Run reads each file a few times; memory grows with neurons and bins, not with spikes.
func (c *statsCommand) Run(t terminal) error {
	var rows []row
	people := !c.asked() && c.Of == ""
	for i, file := range c.Files {
		if people && len(c.Files) > 1 {
			if i > 0 {
				fmt.Fprintln(t.out)
			}
			fmt.Fprintln(t.out, file)
		}
		more, err := c.stats(t, file, people)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	if people {
		return nil
	}
	return c.write(t.out, rows)
}

// stats prints the statistics of a file for people, or returns them as rows.
func (c *statsCommand) stats(t terminal, file string, people bool) (rows []row, err error) {
	r, err := recording{file}.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	q, err := c.query(r)
	if err != nil {
		return nil, err
	}
	span := r.Window()
	if q.Window != (spike.Window{}) {
		span = spike.Window{From: max(span.From, q.Window.From), To: min(span.To, q.Window.To)}
		if span.Len() <= 0 {
			return nil, &config.Error{File: "--from", Reason: fmt.Sprintf("the recording covers %v to %v, nothing of that time",
				r.Window().From, r.Window().To)}
		}
		// A burst belongs to the span that its event began in: it is followed beyond the end.
		q.Window = spike.Window{From: span.From, To: spike.Forever}
	}
	width, err := c.width(span)
	if err != nil {
		return nil, err
	}
	pops, err := c.sources(r, q)
	if err != nil {
		return nil, err
	}
	if c.Of != "" {
		return c.series(file, r, q, pops, span, width)
	}
	pairs := correlate(pops, span)
	var also []analysis.Accumulator
	for _, p := range pairs {
		also = append(also, p)
	}
	all, err := analysis.Describe(pops, span, width, r.Header().Resolution, c.reader(r, q), also...)
	if err != nil {
		return nil, bad(err)
	}
	if !people {
		for i, d := range all {
			rows = append(rows, row{{"file", file}, {"seed", r.Header().Seed}, {"from_s", span.From.Seconds()},
				{"to_s", span.To.Seconds()}, {"bin_s", width.Seconds()},
				{"population", pops[i].Name}, {"neurons", pops[i].Neurons}, {"spikes", d.Spikes}, {"spike_rate_hz", d.SpikeRate},
				{"lowest_bin_hz", d.Lowest}, {"highest_bin_hz", d.Highest}, {"event_rate_hz", d.EventRate},
				{"burst_rate_hz", d.BurstRate},
				{"burst_probability", d.BurstProbability}, {"spikes_per_event", d.SpikesPerEvent},
				{"median_isi_ms", d.MedianInterval},
				{"share_of_isi_in_bursts", d.WithinBursts}, {"cv", d.CV}, {"cv2", d.CV2}, {"fano", d.Fano},
				{"burst_definition", pops[i].Detector.String()}})
		}
		return rows, nil
	}
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "population\tneurons\tspikes\tHz\tlowest bin\thighest bin\tevents, Hz\tbursts, Hz\tburst "+
		"probability\tspikes/event\tmedian ISI, ms\tISI in bursts\tCV\tCV2\tFano\t")
	for i, d := range all {
		fmt.Fprintf(w, "%s\t%d\t%d\t", pops[i].Name, pops[i].Neurons, d.Spikes)
		for _, v := range []float64{d.SpikeRate, d.Lowest, d.Highest, d.EventRate, d.BurstRate, d.BurstProbability,
			d.SpikesPerEvent,
			d.MedianInterval, d.WithinBursts, d.CV, d.CV2, d.Fano} {
			fmt.Fprintf(w, "%s\t", known(v))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	how := "as stored"
	if c.given() {
		how = "labelled anew"
	}
	explain(t.out, how, pops, span, width)
	if len(pairs) > 0 {
		fmt.Fprintln(t.out)
	}
	for _, p := range pairs {
		p.print(t.out)
	}
	return nil, nil
}

// width returns the width of the bins.
func (c *statsCommand) width(span spike.Window) (spike.Tick, error) {
	if c.Bin == "" {
		width := 100 * spike.Millisecond
		for span.Len()/width > mostBins {
			width *= 10
		}
		return max(1, min(width, span.Len())), nil
	}
	width, err := config.Ticks(c.Bin)
	if err == nil && width <= 0 {
		err = fmt.Errorf("must be above 0")
	}
	if err == nil && span.Len()/width > mostBins {
		err = fmt.Errorf("the recording from %v to %v would have more than %d bins", span.From, span.To, mostBins)
	}
	if err != nil {
		return 0, &config.Error{File: "--bin", Value: fmt.Sprintf("%q", c.Bin), Reason: err.Error()}
	}
	return width, nil
}

// sources lists the populations that are described.
func (c *statsCommand) sources(r *recordings.Reader, q recordings.Query) (pops []analysis.Source, err error) {
	for _, p := range r.Header().Populations {
		if len(c.Populations) == 0 || slices.Contains(c.Populations, p.Name) {
			n := p.Neurons()
			if q.Neurons != nil {
				n = chosen(p, q.Neurons)
			}
			d := p.Detector
			if c.given() {
				if d, err = c.detector(d); err != nil {
					return nil, err
				}
			}
			pops = append(pops, analysis.Source{Population: p.Population, Detector: d, Neurons: n})
		}
	}
	return pops, nil
}

// reader feeds the chosen spikes of a recording, with labels derived anew if that was asked for, until nothing more
// matters.
func (c *statsCommand) reader(r *recordings.Reader, q recordings.Query) func(func(spike.Tick) bool,
	...analysis.Accumulator) error {
	return func(over func(spike.Tick) bool, to ...analysis.Accumulator) error {
		batches := r.Batches(q)
		if c.given() {
			detectors, err := c.detectors(r, nil)
			if err != nil {
				return err
			}
			batches = r.Relabelled(q, detectors)
		}
		for batch, err := range batches {
			if err != nil {
				return err
			}
			for _, a := range to {
				a.Add(batch)
			}
			if over(batch[len(batch)-1].At) {
				return nil
			}
		}
		return nil
	}
}

// explain says what the numbers of the table are.
func explain(w io.Writer, how string, pops []analysis.Source, span spike.Window, width spike.Tick) {
	fmt.Fprintf(w, "%v to %v, bins of %v; rates: per recorded neuron; burst probability: all bursts over all events "+
		"that began in this time\n", span.From, span.To, width)
	fmt.Fprintln(w, "ISI: pooled over neurons; ISI in bursts: share below the threshold of a burst; CV, CV2, Fano "+
		"(counts in whole bins): means over neurons")
	var definitions []definition
	for _, p := range pops {
		definitions = append(definitions, definition{p.Name, p.Detector})
	}
	printDefinitions(w, how, definitions)
}

// pair is the correlation of two populations.
type pair struct {
	*analysis.Correlogram
	from, to string
}

// correlate prepares the correlations of all pairs, where there are not too many and the recording is long enough.
func correlate(pops []analysis.Source, span spike.Window) (all []pair) {
	if len(pops) > mostCorrelated || span.Len() <= 2*reach {
		return nil
	}
	for a := range pops {
		for _, b := range pops[a:] {
			g := analysis.NewCorrelogram(pops[a].Population, b.Population, span, spike.Millisecond, reach)
			all = append(all, pair{g, pops[a].Name, b.Name})
		}
	}
	return all
}

func (p pair) print(w io.Writer) {
	lag, most := math.NaN(), math.Inf(-1)
	for j, hz := range p.Rate() {
		if hz > most {
			lag, most = p.Lags()[j], hz
		}
	}
	if most >= 0 {
		fmt.Fprintf(w, "correlation %s -> %s: highest at %+g ms, %.3g of chance\n", p.from, p.to, lag, most/p.Expected())
	}
}

// chosen counts the neurons of a list that a population records.
func chosen(p recordings.Population, ids []spike.ID) (n int) {
	for _, id := range ids {
		if p.Contains(id) && slices.ContainsFunc(p.Recorded,
			func(r recordings.Range) bool { return r.Contains(int(id - p.First)) }) {
			n++
		}
	}
	return n
}
