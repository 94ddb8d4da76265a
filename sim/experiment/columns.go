package experiment

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/sim/config"
)

// fileColumn is a parameter that every neuron has of its own, from a file: row i is neuron i.
type fileColumn struct {
	File   string `toml:"file,required" doc:"CSV with a line of names"`
	Column string `toml:"column,required" doc:"name of the column"`
	Unit   string `toml:"unit" doc:"unit of its numbers; none by default"`
}

// readColumns reads the parameters of populations that stand in files.
func (x *Experiment) readColumns() error {
	for _, p := range x.Populations.All() {
		spec, ok := p.Spec.(*equationPopulation)
		if !ok {
			continue
		}
		for i, q := range spec.Model.Parameters() {
			n := spec.tables[q.Name]
			if n == nil {
				continue
			}
			var c fileColumn
			if err := config.Decode(n, &c); err != nil {
				return err
			}
			row, err := x.readColumn(n.Path(), &c, p.Size, q.Dim)
			if err != nil {
				return err
			}
			spec.Tables[i] = row
		}
	}
	return nil
}

func (x *Experiment) readColumn(key string, c *fileColumn, size int, dim equations.Dimension) ([]float64, error) {
	text, err := x.readInput(key+".file", c.File)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, x.At(key+".file", "%v", err)
	}
	if len(rows) == 0 {
		return nil, x.At(key+".file", "is empty")
	}
	k := slices.IndexFunc(rows[0], func(s string) bool { return strings.TrimSpace(s) == c.Column })
	if k < 0 {
		return nil, x.NotFound(key+".column", "column", rows[0])
	}
	if len(rows)-1 != size {
		return nil, x.At(key+".file", "has %s of values for %s", plural.Of(len(rows)-1, "row"), plural.Of(size, "neuron"))
	}
	out := make([]float64, size)
	for i, row := range rows[1:] {
		v, err := equations.ParseAs(strings.TrimSpace(row[k])+" "+c.Unit, dim)
		if err != nil {
			return nil, x.At(key+".file", "line %d, column %s: %v", i+2, c.Column, err)
		}
		out[i] = v.Mean()
	}
	return out, nil
}
