package sweep

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/trains"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// measure is a number of a seed that --measure can name, NAME(ARGUMENTS). Arguments: t a trace (POPULATION.event_rate,
// burst_rate, burst_probability, spike_rate, or stimuli.NAME), p a population, v a probe (probes.NAME) or a trace, f a
// file, T a time with a default, F a frequency.
type measure struct {
	arguments string
	otherwise string // of a time that is not given
	doc       string
	of        func(c *seedOf, a []string) (float64, error)
}

// seedOf is a seed of a result directory.
type seedOf struct {
	report  *report.Report
	seed    int
	dir     string
	targets map[string]*trains.File
}

func measures() map[string]measure {
	return map[string]measure{
		"correlation": {"tt", "", "Pearson correlation of two traces in bins after settling", correlation},
		"slope":       {"tt", "", "slope of the first trace against the second, for example an f-I slope, Hz/pA", slope},
		"coherence":   {"ttF", "", "coherence of two traces at a frequency", coherence},
		"mean":        {"v", "", "mean over time (and neurons) of a trace or of a probe, after settling", mean},
		"sd": {"v", "", "standard deviation over time (and neurons) of a trace or of a probe, after settling",
			deviation},
		"coincidence": {"pfT", "2 ms", "coincidence factor with a target train, mean over neurons", coincidence},
		"van-rossum":  {"pfT", "10 ms", "van Rossum distance to a target train, mean over neurons", vanRossum},
		"rms": {"vf", "",
			"root mean square difference of a trace or of a probe from a target (CSV: time in s, value)", rms},
		"bursts": {"p", "", "bursts per second and neuron", func(c *seedOf, a []string) (float64, error) {
			f,
				err := c.bursts(a[0])
			return f.Rate, err
		}},
		"burst-spikes": {"p", "", "spikes per burst", func(c *seedOf, a []string) (float64, error) {
			f,
				err := c.bursts(a[0])
			return f.Spikes, err
		}},
		"burst-interval": {"p", "", "mean interval within bursts, ms",
			func(c *seedOf, a []string) (float64, error) { f, err := c.bursts(a[0]); return f.Interval, err }},
		"burst-distance": {"pf", "",
			"root mean square of the relative differences of burst rate, spikes per burst and interval within from a target's",
			burstDistance},
	}
}

// Measures lists what --measure can name, a line each.
func Measures() (lines []string) {
	kinds := map[rune]string{'t': "TRACE", 'p': "POPULATION", 'v': "TRACE or probes.NAME", 'f': "FILE", 'F': "FREQUENCY",
		'T': "TIME"}
	for name, m := range measures() {
		var a []string
		for _, k := range m.arguments {
			word := kinds[k]
			if k == 'T' {
				word = "[TIME=" + m.otherwise + "]"
			}
			a = append(a, word)
		}
		lines = append(lines, fmt.Sprintf("%s(%s): %s", name, strings.Join(a, ", "), m.doc))
	}
	sort.Strings(lines)
	return lines
}

// parseMeasure reads NAME(ARGUMENTS).
func parseMeasure(text string) (m measure, arguments []string, err error) {
	fail := func(reason string, allowed ...string) error {
		return &config.Error{File: "--measure", Value: text, Reason: reason, Allowed: strings.Join(allowed, "; ")}
	}
	name, rest, ok := strings.Cut(text, "(")
	name, rest = strings.TrimSpace(name), strings.TrimSpace(rest)
	if !ok || !strings.HasSuffix(rest, ")") {
		return m, nil, fail("is not NAME(ARGUMENTS)", Measures()...)
	}
	m, known := measures()[name]
	if !known {
		return m, nil, fail("there is no measure of this name", Measures()...)
	}
	arguments = cut(strings.TrimSuffix(rest, ")"), ',')
	if len(arguments) == len(m.arguments)-1 && m.otherwise != "" {
		arguments = append(arguments, m.otherwise)
	}
	if len(arguments) != len(m.arguments) {
		return m, nil, fail(fmt.Sprintf("%s takes %d arguments", name, len(m.arguments)), Measures()...)
	}
	return m, arguments, nil
}

// checkMeasure says what is wrong with a measure, before anything is run.
func checkMeasure(x *experiment.Experiment, text string) error {
	m, arguments, err := parseMeasure(text)
	if err != nil {
		return err
	}
	fail := func(reason, allowed string) error {
		return &config.Error{File: "--measure", Value: text, Reason: reason, Allowed: allowed}
	}
	for i, kind := range m.arguments {
		a := arguments[i]
		name, isProbe := strings.CutPrefix(a, "probes.")
		switch {
		case kind == 'v' && isProbe:
			if x.Probes.Get(name) == nil {
				return fail(fmt.Sprintf("there is no probe %q", name), strings.Join(x.Probes.Names(), ", "))
			}
		case kind == 't' || kind == 'v':
			if err := x.CheckTrace(a); err != nil {
				var wrong *config.Error
				if errors.As(err, &wrong) {
					return fail(wrong.Reason, wrong.Allowed)
				}
				return err
			}
		case kind == 'p':
			if x.Populations.Get(a) == nil {
				return fail(fmt.Sprintf("there is no population %q", a), strings.Join(x.Populations.Names(), ", "))
			}
		case kind == 'f':
			if _, err := os.Stat(a); err != nil {
				return fail(fmt.Sprintf("the target %s cannot be read", a), "")
			}
		case kind == 'T':
			if t, err := config.Ticks(a); err != nil || t <= 0 {
				return fail(fmt.Sprintf("%q is no time above 0", a), "")
			}
		case kind == 'F':
			if f, err := config.Quantity(a, "Hz"); err != nil || f <= 0 {
				return fail(fmt.Sprintf("%q is no frequency above 0", a), "for example 5 Hz")
			}
		}
	}
	return nil
}

// Measure measures what is named of each seed of a result directory; nil is what does not exist.
func Measure(kinds *experiment.Registries, dir string, names []string) (map[string]map[uint64]*float64, error) {
	d, err := report.Open(kinds, dir)
	if err != nil {
		return nil, err
	}
	all := map[string]map[uint64]*float64{}
	targets := map[string]*trains.File{}
	for _, name := range names {
		m, arguments, err := parseMeasure(name)
		if err != nil {
			return nil, err
		}
		all[name] = map[uint64]*float64{}
		for k, o := range d.Seeds() {
			v, err := m.of(&seedOf{d, k, dir, targets}, arguments)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if all[name][o.Seed()] = &v; math.IsNaN(v) || math.IsInf(v, 0) {
				all[name][o.Seed()] = nil
			}
		}
	}
	return all, nil
}

func correlation(c *seedOf, a []string) (float64, error) {
	_, x := c.report.Course(c.seed, a[0])
	_, y := c.report.Course(c.seed, a[1])
	return analysis.Pearson(x, y), nil
}

func slope(c *seedOf, a []string) (float64, error) {
	_, y := c.report.Course(c.seed, a[0])
	_, x := c.report.Course(c.seed, a[1])
	return analysis.Slope(x, y), nil
}

// coherence takes segments of at least four periods.
func coherence(c *seedOf, a []string) (float64, error) {
	_, x := c.report.Course(c.seed, a[0])
	_, y := c.report.Course(c.seed, a[1])
	f, err := config.Quantity(a[2], "Hz")
	if err != nil {
		return 0, err
	}
	dt := c.report.Bin().Seconds()
	if f*dt > 0.5 {
		return 0, fmt.Errorf("%g Hz cannot be seen in bins of %v", f, c.report.Bin())
	}
	n := max(4, int(math.Ceil(4/(f*dt))))
	w := analysis.NewWelch(n, dt)
	w.Add(x, y)
	s := w.Spectrum()
	best, value := math.Inf(1), math.NaN()
	for i, g := range s.Frequency {
		if off := math.Abs(g - f); off < best {
			best, value = off, s.Coherence[i]
		}
	}
	return value, nil
}

// values returns a trace, or all samples of a probe after settling, with their times.
func (c *seedOf) values(name string) (time, values []float64, err error) {
	probe, ok := strings.CutPrefix(name, "probes.")
	if !ok {
		time, values = c.report.Course(c.seed, name)
		return time, values, nil
	}
	o := c.report.Seeds()[c.seed]
	r, err := recordings.Open(filepath.Join(c.dir, report.RecordingFile(o.Seed())))
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	t, err := r.Series(probe)
	if err != nil {
		return nil, nil, err
	}
	times, _ := t.Columns[0].Data.([]int64)
	all, ok := t.Columns[len(t.Columns)-1].Data.([]float64)
	if times == nil || !ok {
		return nil, nil, fmt.Errorf("the table of probe %s has no times and values", probe)
	}
	from := c.report.Experiment.Experiment.Settle
	for i, at := range times {
		if spike.Tick(at) >= from {
			time, values = append(time, spike.Tick(at).Seconds()), append(values, all[i])
		}
	}
	return time, values, nil
}

func mean(c *seedOf, a []string) (float64, error) {
	_, v, err := c.values(a[0])
	m, _, _ := analysis.Summary(v)
	return m, err
}

func deviation(c *seedOf, a []string) (float64, error) {
	_, v, err := c.values(a[0])
	_, sd, _ := analysis.Summary(v)
	return sd, err
}

// rms compares with a target that is interpolated between its samples; times outside of it are left out.
func rms(c *seedOf, a []string) (float64, error) {
	time, values, err := c.values(a[0])
	if err != nil {
		return 0, err
	}
	x, y, err := readTarget(a[1])
	if err != nil {
		return 0, err
	}
	sum, n := 0.0, 0
	for i, t := range time {
		k := sort.SearchFloat64s(x, t)
		if math.IsNaN(values[i]) || k == len(x) || k == 0 && x[0] != t {
			continue
		}
		target := y[k]
		if k > 0 && x[k] != t {
			target = y[k-1] + (y[k]-y[k-1])*(t-x[k-1])/(x[k]-x[k-1])
		}
		sum += (values[i] - target) * (values[i] - target)
		n++
	}
	return math.Sqrt(sum / float64(n)), nil
}

// readTarget reads two columns of numbers, the first ascending; lines that are none are headers.
func readTarget(name string) (x, y []float64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	c := csv.NewReader(f)
	c.Comment, c.FieldsPerRecord = '#', -1
	lines, err := c.ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, line := range lines {
		if len(line) < 2 {
			return nil, nil, fmt.Errorf("%s: line %d has no two columns, time in s and value", name, i+1)
		}
		t, err1 := strconv.ParseFloat(strings.TrimSpace(line[0]), 64)
		v, err2 := strconv.ParseFloat(strings.TrimSpace(line[1]), 64)
		if err1 != nil || err2 != nil {
			if i == 0 {
				continue
			}
			return nil, nil, fmt.Errorf("%s: line %d is not a time in s and a value", name, i+1)
		}
		if len(x) > 0 && t <= x[len(x)-1] {
			return nil, nil, fmt.Errorf("%s: line %d: times must ascend", name, i+1)
		}
		x, y = append(x, t), append(y, v)
	}
	if len(x) < 2 {
		return nil, nil, fmt.Errorf("%s: a target needs two samples", name)
	}
	return x, y, nil
}
