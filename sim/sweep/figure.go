package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
)

// quantity is a column that is drawn.
type drawn struct {
	column, label, unit string
	scale               float64
	once                bool // the same for all populations
}

// quantities are the columns that have numbers, those of rates first.
func (p *Plan) quantities(rows []Row) (all []drawn) {
	candidates := []drawn{{"spike_rate_hz", "spike rate", "Hz", 1, false}, {"event_rate_hz", "event rate", "Hz", 1, false},
		{"burst_rate_hz", "burst rate", "Hz", 1, false}, {"burst_probability", "burst probability", "%", 100, false},
		{"correct", "patterns right", "%", 100, true}, {"error", "error", "", 1, true},
		{"angle_deg", "angle to the gradient", "deg", 1, true}}
	for _, m := range p.Measures {
		candidates = append(candidates, drawn{m, m, "", 1, true})
	}
	columns := p.Columns()
	for _, q := range candidates {
		k := slices.Index(columns, q.column)
		if slices.ContainsFunc(rows, func(r Row) bool { return !math.IsNaN(r.Numbers[k]) }) {
			all = append(all, q)
		}
	}
	return all
}

// populations lists them in the order of the network.
func populations(rows []Row) (names []string) {
	for _, r := range rows {
		if r.Failure == "" && !slices.Contains(names, r.Population) {
			names = append(names, r.Population)
		}
	}
	return names
}

// over returns mean and s.d. over seeds of a quantity of a population at a point.
func (p *Plan) over(rows []Row, q drawn, population string, at func(r Row) bool) (mean, sd float64) {
	k := slices.Index(p.Columns(), q.column)
	var values []float64
	for _, r := range rows {
		if r.Population == population && r.Failure == "" && at(r) {
			values = append(values, q.scale*r.Numbers[k])
		}
	}
	mean, sd, _ = analysis.Summary(values)
	return mean, sd
}

// steps lists the values of a key in the order of the points; numbers says whether all of them are numbers.
func (p *Plan) steps(rows []Row, k int) (values []string, numbers bool) {
	numbers = true
	for _, r := range rows {
		if !slices.Contains(values, r.Values[k]) {
			values = append(values, r.Values[k])
			_, err := strconv.ParseFloat(r.Values[k], 64)
			numbers = numbers && err == nil
		}
	}
	return values, numbers
}

// logarithmic reports whether values are better seen on a logarithmic axis: they have equal ratios.
func logarithmic(x []float64) bool {
	if len(x) < 3 || x[0] <= 0 {
		return false
	}
	for i := 2; i < len(x); i++ {
		if a, b := x[1]/x[0], x[i]/x[i-1]; x[i] <= 0 || math.Abs(a-b) > 1e-6*a || a == 1 {
			return false
		}
	}
	return true
}

// short is what fits beside an axis: the end of a long key.
func short(key string) string {
	const fits = 24
	if parts := strings.Split(key, "."); len(key) > fits && len(parts) > 2 {
		return strings.Join(parts[len(parts)-2:], ".")
	}
	return key
}

// axis is that of a key whose values are numbers.
func (p *Plan) axis(k int, x []float64) figure.Axis {
	return figure.Axis{Label: short(p.Keys[k]), Unit: p.Units[k], Log: logarithmic(x)}
}

// perPopulation is the most populations that a figure has panels for.
const perPopulation = 4

// draw writes figures/sweep: curves against one axis, heat maps over two, points where points were drawn.
func (p *Plan) draw(dir string, rows []Row) error {
	quantities := p.quantities(rows)
	if len(quantities) == 0 {
		return nil
	}
	values := 1
	var first []int // key of each axis
	at := 0
	for _, n := range p.Axes {
		steps, _ := p.steps(rows, at)
		values *= len(steps)
		first = append(first, at)
		at += n
	}
	var page figure.Page
	what := ""
	switch grid := values == len(p.Points); {
	case len(first) == 1:
		page, what = p.curves(rows, quantities, first[0]), "against "+p.Keys[first[0]]
	case len(first) == 2 && grid:
		page, what = p.heat(rows, quantities, first[0], first[1]),
			fmt.Sprintf("over %s and %s", p.Keys[first[0]], p.Keys[first[1]])
	case !grid && len(first) <= perPopulation:
		page, what = p.scatter(rows, quantities, first), "at the points that were drawn"
	default:
		return nil // more keys than a page has directions; the table has all
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	path := filepath.Join(dir, "sweep")
	if err := figure.Save(path, page); err != nil {
		return err
	}
	failed := 0
	for _, r := range rows {
		if r.Failure != "" {
			failed++
		}
	}
	caption := fmt.Sprintf("Rates and what was measured %s: means over %d seeds", what, p.Seeds)
	switch {
	case p.Seeds == 1:
		caption = strings.TrimSuffix(caption, "means over 1 seeds") + "one seed"
	case len(first) == 1:
		caption += ", bands of one standard deviation"
	}
	caption += fmt.Sprintf("; %d points", len(p.Points))
	if failed > 0 {
		caption += fmt.Sprintf(", of which %d failed and are left out", failed)
	}
	return os.WriteFile(path+".txt", []byte(caption+"."+p.burst(dir)+"\n"), 0o666)
}

// burst says what a burst is, from the results of the first point that is done; dir is that of the figure.
func (p *Plan) burst(dir string) string {
	for _, pt := range p.Points {
		text, err := os.ReadFile(filepath.Join(pt.dir(filepath.Dir(dir)), "summary.json"))
		if err != nil {
			continue
		}
		var summary struct {
			Populations []struct {
				Burst string `json:"burst_definition"`
			}
		}
		if json.Unmarshal(text, &summary) != nil || len(summary.Populations) == 0 {
			return ""
		}
		var bursts []string
		for _, s := range summary.Populations {
			if !slices.Contains(bursts, s.Burst) {
				bursts = append(bursts, s.Burst)
			}
		}
		return fmt.Sprintf(" Burst: two or more spikes, %s; burst probability is bursts over events.",
			strings.Join(bursts, " or "))
	}
	return ""
}

// curves has a panel for each quantity and a curve for each population.
func (p *Plan) curves(rows []Row, quantities []drawn, k int) figure.Page {
	steps, numbers := p.steps(rows, k)
	x := make([]float64, len(steps))
	for i, v := range steps {
		x[i] = float64(i) + 0.5
		if numbers {
			x[i], _ = strconv.ParseFloat(v, 64)
		}
	}
	order := make([]int, len(steps))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compare(x[a], x[b]) })
	axis := p.axis(k, x)
	if !numbers {
		axis = figure.Axis{Label: short(p.Keys[k]), Names: steps}
	}
	page := figure.Page{}
	names := populations(rows)
	for i, q := range quantities {
		panel := figure.Panel{X: axis, Y: figure.Axis{Label: q.label, Unit: q.unit, Zero: !q.once}}
		for j, name := range names {
			line := figure.Line{Name: name, Color: figure.Cycle(j), Dots: !numbers, Quiet: i > 0 || len(names) == 1}
			for _, at := range order {
				mean, sd := p.over(rows, q, name, func(r Row) bool { return r.Values[k] == steps[at] })
				line.X, line.Y, line.SD = append(line.X, x[at]), append(line.Y, mean), append(line.SD, sd)
			}
			if p.Seeds < 2 {
				line.SD = nil
			}
			panel.Marks = append(panel.Marks, line)
			if numbers && len(x) <= 20 {
				panel.Marks = append(panel.Marks, figure.Points{Name: name, X: line.X, Y: line.Y, Color: line.Color, Quiet: true})
			}
			if q.once {
				break
			}
		}
		if i%2 == 0 {
			page.Rows = append(page.Rows, figure.Row{Height: 38})
		}
		row := &page.Rows[len(page.Rows)-1]
		row.Panels = append(row.Panels, panel)
	}
	if len(quantities) == 1 {
		page.Width = figure.SingleColumn
	}
	return page
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// heat has a row of panels for each quantity, a panel for each population.
func (p *Plan) heat(rows []Row, quantities []drawn, ky, kx int) figure.Page {
	xs, _ := p.steps(rows, kx)
	ys, _ := p.steps(rows, ky)
	names := populations(rows)
	names = names[:min(len(names), perPopulation)]
	label := func(k int) string {
		if p.Units[k] != "" {
			return short(p.Keys[k]) + ", " + p.Units[k]
		}
		return short(p.Keys[k])
	}
	heatPanel := func(q drawn, name string) figure.Panel {
		title := strings.TrimSpace(name + " " + q.label)
		if q.once {
			name, title = names[0], q.label
		}
		h := figure.Heat{Label: q.label, Unit: q.unit, Print: len(xs) <= 8 && len(ys) <= 8 && len(names) <= 2, Decimals: 1}
		for _, y := range ys {
			line := make([]float64, len(xs))
			for i, x := range xs {
				line[i], _ = p.over(rows, q, name, func(r Row) bool { return r.Values[kx] == x && r.Values[ky] == y })
			}
			h.Values = append(h.Values, line)
		}
		return figure.Panel{Title: title, X: figure.Axis{Label: label(kx), Names: thinned(xs)},
			Y: figure.Axis{Label: label(ky), Names: thinned(ys)}, Marks: []figure.Mark{h}}
	}
	page := figure.Page{}
	for i, q := range quantities {
		if row := len(page.Rows) - 1; q.once && i > 0 && quantities[i-1].once && len(page.Rows[row].Panels) == 1 {
			page.Rows[row].Panels = append(page.Rows[row].Panels, heatPanel(q, ""))
			continue
		}
		row := figure.Row{Height: 34}
		for _, name := range names {
			row.Panels = append(row.Panels, heatPanel(q, name))
			if q.once {
				break
			}
		}
		page.Rows = append(page.Rows, row)
	}
	if len(names) == 1 {
		page.Width = figure.SingleColumn
	}
	return page
}

// thinned leaves out names that would run into each other.
func thinned(names []string) []string {
	every := (len(names) + 9) / 10
	out := make([]string, len(names))
	for i, n := range names {
		if x, err := strconv.ParseFloat(n, 64); err == nil {
			n = strconv.FormatFloat(x, 'g', 3, 64)
		}
		if i%every == 0 {
			out[i] = n
		}
	}
	return out
}

// scatter has a row for each quantity and a panel for each key.
func (p *Plan) scatter(rows []Row, quantities []drawn, keys []int) figure.Page {
	page := figure.Page{}
	names := populations(rows)
	for i, q := range quantities {
		row := figure.Row{Height: 34}
		for j, k := range keys {
			steps, numbers := p.steps(rows, k)
			panel := figure.Panel{X: p.axis(k, nil), Y: figure.Axis{Label: q.label, Unit: q.unit, Zero: !q.once}}
			if !numbers {
				panel.X = figure.Axis{Label: short(p.Keys[k]), Names: thinned(steps)}
			}
			for _, name := range names {
				dots := figure.Points{Name: name, Quiet: i > 0 || j > 0 || len(names) == 1}
				for _, pt := range p.Points {
					at := p.plain(pt)[k]
					x, err := strconv.ParseFloat(at, 64)
					if err != nil {
						x = float64(slices.Index(steps, at)) + 0.5
					}
					mean, _ := p.over(rows, q, name, func(r Row) bool { return r.Point == pt.Number })
					dots.X, dots.Y = append(dots.X, x), append(dots.Y, mean)
				}
				panel.Marks = append(panel.Marks, dots)
				if q.once {
					break
				}
			}
			row.Panels = append(row.Panels, panel)
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}
