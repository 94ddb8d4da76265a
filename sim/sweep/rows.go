package sweep

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"github.com/burstplex/burstplex/sim/task"
)

// Row is a point, seed and population. Numbers that do not exist are NaN.
type Row struct {
	Point      int
	Values     []string // of the keys, in the units of the plan
	Seed       uint64
	Population string // "" of tasks, and of points that failed
	Numbers    []float64
	Digest     string
	Failure    string // one line, "" if there was none
}

// learned are columns of what was learned, after those of rates.
var learned = []string{"correct", "solved_at_example", "last_cost", "error", "angle_deg", "wall_s"}

// Columns are the names of Row.Numbers.
func (p *Plan) Columns() []string {
	return slices.Concat(report.RatesColumns, learned, p.Measures)
}

// head names all columns.
func (p *Plan) head() []string {
	return slices.Concat([]string{"point"}, p.Keys, []string{"seed", "population"}, p.Columns(),
		[]string{"spike_digest_sha256", "failure"})
}

// rowsOf reads the rows of a point that is done from its directory, and measures what has not been measured.
func (p *Plan) rowsOf(kinds *experiment.Registries, dir string, pt Point) (rows []Row, err error) {
	text, err := os.ReadFile(filepath.Join(pt.dir(dir), "summary.json"))
	var s report.Summary
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return nil, err
	}
	if s.Interrupted {
		return nil, errors.New("has not ended")
	}
	measured, err := p.measured(kinds, pt.dir(dir), s.Runs)
	if err != nil {
		return nil, err
	}
	tasks, err := taskNumbers(pt.dir(dir))
	if err != nil {
		return nil, err
	}
	if len(s.Runs) == 0 { // a task
		for k := range p.Seeds {
			s.Runs = append(s.Runs, report.RunSummary{Seed: p.Seed + uint64(k), WallSeconds: s.WallSeconds / float64(p.Seeds)})
		}
	}
	nan := math.NaN()
	for _, run := range s.Runs {
		rest := []float64{nan, nan, nan, nan, nan, run.WallSeconds}
		for _, o := range s.Outcomes {
			if o.Seed == run.Seed {
				rest[0], rest[2] = float64(o.Correct)/float64(max(1, len(o.Rates))), o.LastCost
				if o.Solved > 0 {
					rest[1] = float64(o.Solved)
				}
			}
		}
		if t, ok := tasks[run.Seed]; ok {
			rest[3], rest[4] = t.failed, t.angle
		}
		row := Row{Point: pt.Number, Values: p.plain(pt), Seed: run.Seed, Digest: run.Digest}
		pops := run.Populations
		if len(pops) == 0 {
			pops = []report.Rates{{}}
		}
		for _, r := range pops {
			row.Population = r.Population
			rates := r.Numbers()
			if r.Population == "" {
				for i := range rates {
					rates[i] = nan
				}
			}
			row.Numbers = slices.Concat(rates, rest, measured[run.Seed])
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// plain returns the values of a point without the units that all values of a key share.
func (p *Plan) plain(pt Point) (values []string) {
	for k, v := range pt.Values {
		if x, unit, ok := split(v); ok && unit == p.Units[k] {
			v = strconv.FormatFloat(x, 'g', -1, 64)
		}
		values = append(values, v)
	}
	return values
}

// cells are a row as text.
func (r Row) cells() []string {
	row := slices.Concat([]string{fmt.Sprint(r.Point)}, r.Values, []string{fmt.Sprint(r.Seed), r.Population})
	if r.Failure != "" {
		row[len(row)-2] = ""
	}
	for _, v := range r.Numbers {
		row = append(row, report.Number(v))
	}
	return append(row, r.Digest, r.Failure)
}

// table grows as points end.
type table struct {
	plan *Plan
	path string
	each func([]Row)
	rows []Row
	file *os.File
}

func (t *table) begin() (err error) {
	if t.file, err = os.Create(t.path); err != nil {
		return err
	}
	return t.write(t.plan.head())
}

func (t *table) write(lines ...[]string) error {
	c := csv.NewWriter(t.file)
	return c.WriteAll(lines)
}

// add appends the rows of a point that is done.
func (t *table) add(kinds *experiment.Registries, dir string, pt Point) error {
	rows, err := t.plan.rowsOf(kinds, dir, pt)
	if err != nil {
		return err
	}
	return t.append(rows)
}

// failed appends the row of a point that failed.
func (t *table) failed(pt Point, failure error) error {
	row := Row{Point: pt.Number, Values: t.plan.plain(pt), Numbers: make([]float64, len(t.plan.Columns())),
		Failure: strings.ReplaceAll(failure.Error(), "\n", "; ")}
	for i := range row.Numbers {
		row.Numbers[i] = math.NaN()
	}
	return t.append([]Row{row})
}

func (t *table) append(rows []Row) error {
	t.rows = append(t.rows, rows...)
	if t.each != nil {
		t.each(rows)
	}
	return t.write(cellsOf(rows)...)
}

func cellsOf(rows []Row) [][]string {
	lines := make([][]string, len(rows))
	for i, r := range rows {
		lines[i] = r.cells()
	}
	return lines
}

func (t *table) close() error { return t.file.Close() }

// sorted puts rows in the order of points, whatever order they ended in.
func sorted(rows []Row) []Row {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return a.Point - b.Point })
	return rows
}

// writeTables writes sweep.csv and sweep.parquet, rows in the order of points.
func (p *Plan) writeTables(dir string, rows []Row) error {
	if err := task.ReplaceCSV(filepath.Join(dir, "sweep.csv"), p.head(), cellsOf(rows)); err != nil {
		return err
	}
	return p.writeParquet(filepath.Join(dir, "sweep.parquet"), rows)
}

// writeParquet writes the same with types: keys that are numbers in every row are numbers.
func (p *Plan) writeParquet(path string, rows []Row) (err error) {
	group := parquet.Group{}
	text, number := parquet.Optional(parquet.String()), parquet.Optional(parquet.Leaf(parquet.DoubleType))
	head := p.head()
	for _, name := range head {
		group[name] = number
	}
	group["point"], group["seed"] = parquet.Leaf(parquet.Int64Type), parquet.Optional(parquet.Leaf(parquet.Int64Type))
	for _, name := range []string{"population", "spike_digest_sha256", "failure"} {
		group[name] = text
	}
	for k, key := range p.Keys {
		if slices.ContainsFunc(rows, func(r Row) bool { _, err := strconv.ParseFloat(r.Values[k], 64); return err != nil }) {
			group[key] = text
		}
	}
	schema := parquet.NewSchema("sweep", group)
	plan, err := json.Marshal(p)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := parquet.NewWriter(f, schema, parquet.Compression(&parquet.Zstd), parquet.KeyValueMetadata("sweep", string(plan)))
	columns := schema.Columns() // in the order of the file
	for _, r := range rows {
		cells := r.cells()
		row := make(parquet.Row, 0, len(columns))
		for i, path := range columns {
			k := slices.Index(head, path[0])
			leaf, _ := schema.Lookup(path...)
			var v parquet.Value
			switch level := 1; {
			case cells[k] == "" && path[0] != "point":
				v = parquet.NullValue().Level(0, 0, i)
			case path[0] == "point" || path[0] == "seed":
				n, err := strconv.ParseInt(cells[k], 10, 64)
				if err != nil { // a seed beyond 2^63
					u, _ := strconv.ParseUint(cells[k], 10, 64)
					n = int64(u)
				}
				if path[0] == "point" {
					level = 0
				}
				v = parquet.Int64Value(n).Level(0, level, i)
			case leaf.Node.Type().Kind() == parquet.Double:
				x, err := strconv.ParseFloat(cells[k], 64)
				if err != nil {
					return err
				}
				v = parquet.DoubleValue(x).Level(0, level, i)
			default:
				v = parquet.ByteArrayValue([]byte(cells[k])).Level(0, level, i)
			}
			row = append(row, v)
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			return err
		}
	}
	return w.Close()
}

// conclude writes tables and figures at the end.
func (p *Plan) conclude(dir string, rows []Row, figures bool) error {
	rows = sorted(rows)
	if err := p.writeTables(dir, rows); err != nil || !figures {
		return err
	}
	return p.draw(filepath.Join(dir, "figures"), rows)
}

// Collect joins what shares have run: it writes sweep.csv, sweep.parquet and figures from the directories of all
// points. Points that have not ended are returned, with what is known of them.
func (p *Plan) Collect(kinds *experiment.Registries, dir string) (*Result, error) {
	t := &table{plan: p, path: filepath.Join(dir, "sweep.csv")}
	if err := t.begin(); err != nil {
		return nil, err
	}
	r := &Result{}
	for _, pt := range p.Points {
		if _, done := state(pt.dir(dir)); done {
			if err := t.add(kinds, dir, pt); err != nil {
				return nil, fmt.Errorf("%s: %w", p.name(pt), err)
			}
			continue
		}
		failure := errors.New(p.name(pt) + ": has not ended")
		if text, err := os.ReadFile(filepath.Join(pt.dir(dir), failureFile)); err == nil {
			failure = errors.New(string(slices.Clone(text[:max(0, len(text)-1)])))
		}
		r.Failed = append(r.Failed, failure)
		if err := t.failed(pt, failure); err != nil {
			return nil, err
		}
	}
	if err := t.close(); err != nil {
		return nil, err
	}
	r.Rows = t.rows
	return r, p.conclude(dir, t.rows, true)
}

// measured returns what each seed's measures are: those kept in the point's directory, and those that are missing.
func (p *Plan) measured(kinds *experiment.Registries, dir string, runs []report.RunSummary) (map[uint64][]float64,
	error) {
	if len(p.Measures) == 0 {
		return nil, nil
	}
	path := filepath.Join(dir, "measures.json")
	kept := map[string]map[uint64]*float64{}
	if text, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(text, &kept) // what cannot be read is measured again
	}
	var missing []string
	for _, m := range p.Measures {
		if kept[m] == nil {
			missing = append(missing, m)
		}
	}
	if len(missing) > 0 {
		values, err := Measure(kinds, dir, missing)
		if err != nil {
			return nil, err
		}
		for m, of := range values {
			kept[m] = of
		}
		if err := task.ReplaceJSON(path, kept); err != nil {
			return nil, err
		}
	}
	all := map[uint64][]float64{}
	for _, r := range runs {
		for _, m := range p.Measures {
			v := math.NaN()
			if x := kept[m][r.Seed]; x != nil {
				v = *x
			}
			all[r.Seed] = append(all[r.Seed], v)
		}
	}
	return all, nil
}
