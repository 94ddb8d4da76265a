package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
)

type alignCommand struct {
	files
	selection
	definitionFlags
	To        string `required:"" name:"to" help:"CSV with the moments: a column time_s, time_ms or start_s, and condition or pattern if there are conditions: trials of yours, or presentations-SEED.csv of a run. For several recordings, %d stands for the seed." placeholder:"FILE"`
	Condition string `help:"Column that names the condition of a trial; default condition, else pattern." placeholder:"COLUMN"`
	Window    string `default:"-200ms:500ms" help:"Time around the moments."`
	Bin       string `default:"20ms" help:"Bins of the rates." placeholder:"TIME"`
	Output    string `short:"o" help:"Write BASE.csv, the figure BASE.png and .svg and its caption BASE.txt; default: print the table." placeholder:"BASE"`
	tidy
}

// trial is a moment with its condition.
type trial struct {
	at        spike.Tick
	condition string
}

// rasterRows is the most rows of a raster of trials.
const rasterRows = 200

// Run aligns one or several recordings to trials; trials of all are taken together.
func (c *alignCommand) Run(t terminal) error {
	window, width, err := c.window()
	if err != nil {
		return err
	}
	bins := analysis.NewBins(window, width)
	if bins.N < 1 || bins.N > mostBins {
		return &config.Error{File: "--bin", Value: c.Bin, Reason: fmt.Sprintf("makes %d bins of the window", bins.N),
			Allowed: "from 1 bin on"}
	}
	a := aligned{bins: bins, how: "as stored"}
	if c.given() {
		a.how = "labelled anew"
	}
	for _, file := range c.Files {
		if err := c.add(&a, file); err != nil {
			return err
		}
	}
	if a.trials == 0 {
		return &config.Error{File: "--to", Value: c.To, Reason: "no trial lies in the recordings with its whole window"}
	}
	rows := a.rows()
	if a.outside > 0 {
		fmt.Fprintf(t.err, "%d trials whose window reaches beyond the recording are left out\n", a.outside)
	}
	if c.Output == "" {
		if !c.JSON {
			c.CSV = true
		}
		return c.write(t.out, rows)
	}
	base := strings.TrimSuffix(strings.TrimSuffix(c.Output, ".csv"), ".png")
	f, err := os.OpenFile(base+".csv", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return bad(err)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(writeCSV(f, rows), f.Close()); err != nil {
		return err
	}
	if err := figure.SaveImages(base, a.page()); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d trials; wrote %s.csv, .png and .svg\n", a.trials, base)
	return os.WriteFile(base+".txt", []byte(a.caption()), 0o666)
}

// window reads --window and --bin.
func (c *alignCommand) window() (w spike.Window, width spike.Tick, err error) {
	from, to, ok := strings.Cut(c.Window, ":")
	if ok {
		if w.From, err = config.Ticks(from); err == nil {
			w.To, err = config.Ticks(to)
		}
	}
	if !ok || err != nil || w.To <= w.From {
		return w, 0, &config.Error{File: "--window", Value: strconv.Quote(c.Window), Reason: "is no span of time",
			Allowed: "for example -200ms:500ms"}
	}
	if width, err = config.Ticks(c.Bin); err != nil || width <= 0 {
		return w, 0, &config.Error{File: "--bin", Value: strconv.Quote(c.Bin), Reason: "is no time above 0"}
	}
	return w, width, nil
}

// aligned is what trials of recordings are gathered in, by population and condition.
type aligned struct {
	bins       analysis.Bins
	trials     int
	outside    int
	conditions []string
	pops       []string
	detectors  []definition
	how        string
	courses    map[[2]string][]analysis.Course // of each trial
	rasters    map[string]*figure.Raster       // by population
	borders    map[string][]int                // rows at which conditions end
}

// add aligns a recording.
func (c *alignCommand) add(a *aligned, file string) error {
	r, err := recording{file}.open()
	if err != nil {
		return err
	}
	defer r.Close()
	q, err := c.query(r)
	if err != nil {
		return err
	}
	all, err := c.read(strings.ReplaceAll(c.To, "%d", strconv.FormatUint(r.Header().Seed, 10)))
	if err != nil {
		return err
	}
	w, span := a.bins.Window(), r.Window()
	var trials []trial
	for _, one := range all {
		if one.at+w.From < span.From || one.at+w.To > span.To {
			a.outside++
			continue
		}
		trials = append(trials, one)
		if !slices.Contains(a.conditions, one.condition) {
			a.conditions = append(a.conditions, one.condition)
		}
	}
	slices.SortStableFunc(trials, func(x, y trial) int {
		return slices.Index(a.conditions, x.condition) - slices.Index(a.conditions, y.condition)
	})
	stats := statsCommand{selection: c.selection, definitionFlags: c.definitionFlags}
	pops, err := stats.sources(r, q)
	if err != nil {
		return err
	}
	var ids []spike.Population
	var neurons []int
	for _, p := range pops {
		ids, neurons = append(ids, p.Population), append(neurons, p.Neurons)
		if !slices.Contains(a.pops, p.Name) {
			a.pops = append(a.pops, p.Name)
			a.detectors = append(a.detectors, definition{p.Name, p.Detector})
		}
	}
	moments := make([]spike.Tick, len(trials))
	for i, one := range trials {
		moments[i] = one.at
	}
	counted := analysis.NewAligned(ids, moments, a.bins)
	counted.Recorded(neurons...)
	to := []analysis.Accumulator{counted}
	drawn := a.trials == 0 // the raster shows the first recording
	if drawn {
		a.rasters, a.borders = map[string]*figure.Raster{}, map[string][]int{}
		for _, p := range pops {
			each := max(1, min(p.Size, rasterRows/max(1, len(trials))))
			a.rasters[p.Name] = &figure.Raster{Name: p.Name, Rows: float64(each * len(trials)), Quiet: true}
			to = append(to, &trialRaster{a.rasters[p.Name], p.Population, each, moments, w})
			for i := 1; i < len(trials); i++ {
				if trials[i].condition != trials[i-1].condition {
					a.borders[p.Name] = append(a.borders[p.Name], i*each)
				}
			}
		}
	}
	q.Window = spike.Window{}
	if err := stats.reader(r, q)(func(spike.Tick) bool { return false }, to...); err != nil {
		return bad(err)
	}
	if a.courses == nil {
		a.courses = map[[2]string][]analysis.Course{}
	}
	for i, one := range counted.Trials() {
		for p, course := range one {
			key := [2]string{pops[p].Name, trials[i].condition}
			a.courses[key] = append(a.courses[key], course)
		}
	}
	a.trials += len(trials)
	return nil
}

// trialRaster gathers the spikes of the first neurons of a population around trials: a block of rows for each trial.
type trialRaster struct {
	raster  *figure.Raster
	of      spike.Population
	neurons int
	moments []spike.Tick
	window  spike.Window
}

func (r *trialRaster) Add(events []spike.Event) {
	for _, e := range events {
		if !r.of.Contains(e.Src) || int(e.Src-r.of.First) >= r.neurons {
			continue
		}
		for i, m := range r.moments {
			if at := e.At - m; r.window.Contains(at) {
				r.raster.Time = append(r.raster.Time, at.Milliseconds())
				r.raster.Row = append(r.raster.Row, float64(i*r.neurons+int(e.Src-r.of.First)))
				r.raster.Burst = append(r.raster.Burst, e.Kind != spike.Onset)
			}
		}
	}
}

// read reads the moments.
func (c *alignCommand) read(name string) (all []trial, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, bad(err)
	}
	defer f.Close()
	lines := csv.NewReader(f)
	lines.Comment = '#'
	rows, err := lines.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, bad(fmt.Errorf("%s: no table of trials: %v", name, err))
	}
	time, scale, condition := -1, 1.0, -1
	for k, head := range rows[0] {
		switch head = strings.TrimSpace(head); {
		case time < 0 && (head == "time_s" || head == "start_s"):
			time = k
		case time < 0 && (head == "time_ms" || head == "start_ms"):
			time, scale = k, 1e-3
		}
		if head == c.Condition || c.Condition == "" && (head == "condition" || head == "pattern" && condition < 0) {
			condition = k
		}
	}
	fail := func(line int, reason string) error { return &config.Error{File: name, Line: line, Reason: reason} }
	if time < 0 {
		return nil, fail(1, "has no column of times: time_s, time_ms, start_s or start_ms")
	}
	if c.Condition != "" && condition < 0 {
		return nil, notAmong("--condition", c.Condition, rows[0])
	}
	for i, row := range rows[1:] {
		at, err := strconv.ParseFloat(strings.TrimSpace(row[time]), 64)
		if err != nil || math.IsNaN(at) || math.Abs(at) > 1e9 {
			return nil, fail(i+2, fmt.Sprintf("%q is no time", row[time]))
		}
		one := trial{at: spike.Tick(math.Round(at * scale * 1e9)), condition: "all"}
		if condition >= 0 {
			one.condition = strings.TrimSpace(row[condition])
		}
		all = append(all, one)
	}
	return all, nil
}

// quantityOf is one of the rates in time.
type quantityOf struct {
	name, label, unit string
	scale             float64
	of                func(analysis.Course) []float64
}

var alignedQuantities = []quantityOf{
	{"spike_rate_hz", "spike rate", "Hz", 1, analysis.Course.SpikeRate},
	{"event_rate_hz", "event rate", "Hz", 1, analysis.Course.EventRate},
	{"burst_rate_hz", "burst rate", "Hz", 1, analysis.Course.BurstRate},
	{"burst_probability", "burst probability", "%", 100, analysis.Course.BurstProbability},
}

// band is mean and s.d. over trials. The burst probability is that of all trials together: bursts over events.
func band(courses []analysis.Course, q quantityOf) analysis.Band {
	var all [][]float64
	for _, c := range courses {
		all = append(all, q.of(c))
	}
	b := analysis.OverSeeds(all...)
	if q.name == "burst_probability" {
		for i := range b.Mean {
			var events, bursts uint64
			for _, c := range courses {
				events, bursts = events+c.Events[i], bursts+c.Bursts[i]
			}
			b.Mean[i] = float64(bursts) / float64(events)
		}
	}
	return b
}

// rows is the table: one per condition, population and bin.
func (a *aligned) rows() (rows []row) {
	for _, pop := range a.pops {
		for _, condition := range a.conditions {
			courses := a.courses[[2]string{pop, condition}]
			if len(courses) == 0 {
				continue
			}
			start := len(rows)
			for i := range a.bins.N {
				bin := a.bins.Bin(i)
				rows = append(rows, row{{"condition", condition}, {"population", pop}, {"from_ms", bin.From.Milliseconds()},
					{"to_ms", bin.To.Milliseconds()}, {"trials", len(courses)}})
			}
			for _, q := range alignedQuantities {
				b := band(courses, q)
				for i := range a.bins.N {
					rows[start+i] = append(rows[start+i], cell{q.name, b.Mean[i]}, cell{"sd_of_" + q.name, b.SD[i]})
				}
			}
		}
	}
	return rows
}

// page has a column for each population: raster, event rate, burst rate, burst probability.
func (a *aligned) page() figure.Page {
	page := figure.Page{ShareX: true}
	axis := figure.Axis{Label: "time from the event", Unit: "ms", Tight: true}
	zero := figure.Rule{At: 0, Dash: figure.Dashed}
	const most = 4
	pops := a.pops[:min(len(a.pops), most)]
	raster := figure.Row{Height: 40}
	for _, pop := range pops {
		panel := figure.Panel{Title: pop, X: axis, Y: figure.Axis{Label: "trial and neuron", Tight: true},
			Marks: []figure.Mark{*a.rasters[pop], zero}}
		from := 0
		for _, at := range append(slices.Clone(a.borders[pop]), int(a.rasters[pop].Rows)) {
			if len(a.borders[pop]) > 0 {
				panel.Y.Places = append(panel.Y.Places, float64(from+at)/2)
			}
			if from > 0 {
				panel.Marks = append(panel.Marks, figure.Rule{At: float64(from), Across: true})
			}
			from = at
		}
		if n := len(panel.Y.Places); n > 0 && n == len(a.conditions) {
			panel.Y.Label, panel.Y.Names = "", a.conditions
		}
		raster.Panels = append(raster.Panels, panel)
	}
	page.Rows = append(page.Rows, raster)
	for k, q := range alignedQuantities[1:] {
		r := figure.Row{}
		for j, pop := range pops {
			panel := figure.Panel{X: axis, Y: figure.Axis{Label: q.label, Unit: q.unit, Zero: true}}
			for i, condition := range a.conditions {
				courses := a.courses[[2]string{pop, condition}]
				if len(courses) == 0 {
					continue
				}
				b := band(courses, q)
				line := figure.Line{Name: condition, Color: figure.Cycle(i), Quiet: k > 0 || j > 0 || len(a.conditions) == 1}
				for n, center := range a.bins.Centers() {
					line.X, line.Y, line.SD = append(line.X, center*1e3), append(line.Y, q.scale*b.Mean[n]),
						append(line.SD, q.scale*b.SD[n])
				}
				if len(courses) < 2 {
					line.SD = nil
				}
				for n := range line.SD { // a band of a share ends at 100 %
					if q.unit == "%" && line.Y[n]+line.SD[n] > 100 {
						panel.Y.Range = [2]float64{0, 100}
					}
				}
				panel.Marks = append(panel.Marks, line)
			}
			panel.Marks = append(panel.Marks, zero)
			r.Panels = append(r.Panels, panel)
		}
		page.Rows = append(page.Rows, r)
	}
	if len(pops) == 1 {
		page.Width = figure.SingleColumn
	}
	return page
}

// caption says what the figure shows.
func (a *aligned) caption() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Spikes around %d trials (blue: onsets of events, red: further spikes of bursts; raster: first "+
		"recording), and event rate, burst rate per neuron and burst probability in bins of %v: ",
		a.trials, a.bins.Bin(0).Len())
	b.WriteString("means over trials, bands of one standard deviation; the burst probability is that of all trials " +
		"together. ")
	printDefinitions(&b, a.how, a.detectors)
	return b.String()
}
