package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/report"
)

type compareCommand struct {
	Dirs []string `arg:"" name:"dir" help:"Result directories, two or more."`
	tidy
}

// Validate is called by the parser.
func (c *compareCommand) Validate() error {
	if len(c.Dirs) < 2 {
		return fmt.Errorf("two directories or more are compared")
	}
	return nil
}

// compared is a result directory.
type compared struct {
	dir     string
	keys    []string // in the order of the file
	values  map[string]string
	summary report.Summary
}

// readCompared reads experiment and summary of a directory.
func readCompared(dir string) (*compared, error) {
	path := filepath.Join(dir, "experiment.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &config.Error{File: dir, Reason: "this is not the result directory of a run: it has no experiment.toml"}
	}
	tree, err := config.Parse(path, text)
	if err != nil {
		return nil, err
	}
	d := &compared{dir: dir, values: map[string]string{}}
	d.flatten(tree, "")
	text, err = os.ReadFile(filepath.Join(dir, "summary.json"))
	if err == nil {
		err = json.Unmarshal(text, &d.summary)
	}
	if err != nil {
		return nil, &config.Error{File: dir,
			Reason: "has no summary.json that can be read: the run has not ended, or has variants, which have directories of " +
				"their own"}
	}
	return d, nil
}

// flatten lists the values of a tree by their paths.
func (d *compared) flatten(n *config.Node, path string) {
	switch n.Kind() {
	case config.KindTable, config.KindArray:
		for i, kid := range n.Kids() {
			key := kid.Key()
			if n.Kind() == config.KindArray {
				key = fmt.Sprint(i)
			}
			if path != "" {
				key = path + "." + key
			}
			d.flatten(kid, key)
		}
	default:
		d.keys, d.values[path] = append(d.keys, path), n.Text()
	}
}

func (c *compareCommand) Run(t terminal) error {
	var all []*compared
	for _, dir := range c.Dirs {
		d, err := readCompared(dir)
		if err != nil {
			return err
		}
		all = append(all, d)
	}
	if c.asked() {
		return c.write(t.out, ratesOf(all))
	}
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	line := func(first string, of func(d *compared) string) {
		fmt.Fprint(w, first)
		for _, d := range all {
			fmt.Fprintf(w, "\t%s", of(d))
		}
		fmt.Fprintln(w)
	}
	line("", func(d *compared) string { return d.dir })
	different := 0
	var keys []string
	for _, d := range all {
		for _, k := range d.keys {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	for _, k := range keys {
		first, has := all[0].values[k]
		if slices.ContainsFunc(all, func(d *compared) bool { v, ok := d.values[k]; return ok != has || v != first }) {
			different++
			line(k, func(d *compared) string {
				if v, ok := d.values[k]; ok {
					return v
				}
				return "-"
			})
		}
	}
	if different == 0 {
		fmt.Fprintln(w, "all keys are equal")
	}
	fmt.Fprintln(w)
	var pops []string
	for _, d := range all {
		for _, p := range d.summary.Populations {
			if !slices.Contains(pops, p.Population) {
				pops = append(pops, p.Population)
			}
		}
	}
	for _, q := range comparedRates {
		for _, pop := range pops {
			line(pop+" "+q.name, func(d *compared) string {
				for _, p := range d.summary.Populations {
					if p.Population == pop {
						return q.of(&p)
					}
				}
				return "-"
			})
		}
	}
	var seeds []uint64
	for _, d := range all {
		for _, r := range d.summary.Runs {
			if !slices.Contains(seeds, r.Seed) {
				seeds = append(seeds, r.Seed)
			}
		}
	}
	slices.Sort(seeds)
	for _, seed := range seeds {
		line(fmt.Sprintf("spikes of seed %d", seed), func(d *compared) string {
			if digest := digestOfSeed(d, seed); digest != "" {
				if digest == digestOfSeed(all[0], seed) && d != all[0] {
					return "the same"
				}
				return digest[:min(12, len(digest))]
			}
			return "-"
		})
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(t.out, "rates: per neuron, mean ± s.d. over seeds, after settling")
	return err
}

func digestOfSeed(d *compared, seed uint64) string {
	for _, r := range d.summary.Runs {
		if r.Seed == seed {
			return r.Digest
		}
	}
	return ""
}

// comparedRate is a quantity of a population with its deviation over seeds.
type comparedRate struct {
	name  string
	scale float64
	mean  func(*report.Rates) *float64
	sd    func(*report.Deviations) *float64
}

var comparedRates = []comparedRate{
	{"spikes, Hz", 1, func(r *report.Rates) *float64 { return &r.SpikeRate },
		func(d *report.Deviations) *float64 { return d.SpikeRate }},
	{"events, Hz", 1, func(r *report.Rates) *float64 { return &r.EventRate },
		func(d *report.Deviations) *float64 { return d.EventRate }},
	{"bursts, Hz", 1, func(r *report.Rates) *float64 { return &r.BurstRate },
		func(d *report.Deviations) *float64 { return d.BurstRate }},
	{"burst probability, %", 100, func(r *report.Rates) *float64 { return r.BurstProbability },
		func(d *report.Deviations) *float64 { return d.BurstProbability }},
	{"CV", 1, func(r *report.Rates) *float64 { return r.CV }, func(d *report.Deviations) *float64 { return d.CV }},
	{"Fano", 1, func(r *report.Rates) *float64 { return r.Fano }, func(d *report.Deviations) *float64 { return d.Fano }},
}

// of prints the mean with its deviation.
func (q comparedRate) of(r *report.Rates) string {
	mean := q.mean(r)
	if mean == nil {
		return "-"
	}
	return fmt.Sprintf("%.3g", q.scale**mean) + report.Scatter(q.sd(r.OverSeeds()), q.scale)
}

// ratesOf lists the rates of every seed and population of all directories.
func ratesOf(all []*compared) (rows []row) {
	for _, d := range all {
		for _, r := range d.summary.Runs {
			for _, p := range r.Populations {
				line := row{{"dir", d.dir}, {"seed", r.Seed}, {"population", p.Population}}
				for i, v := range p.Numbers() {
					line = append(line, cell{report.RatesColumns[i], v})
				}
				rows = append(rows, append(line, cell{"spike_digest_sha256", r.Digest}))
			}
		}
	}
	return rows
}
