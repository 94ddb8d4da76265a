package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/trains"
)

// reports makes a recording without spikes of the reports of a SONATA file: a table for each population, named as the
// file, with columns time, neuron, what was recorded and, where neurons have several elements, the number of the
// element.
func (c *importCommand) reports(t terminal, h recordings.Header, reports []*trains.Report) error {
	if c.importOptions != (importOptions{}) || c.Duration != "" || c.Size != 0 || c.FirstID != 0 || c.IDs != "keep" {
		return bad(fmt.Errorf("%s: a SONATA report says what its times and neurons are: it takes no options", c.File))
	}
	h.Metadata = map[string]string{"imported": c.File}
	first, span := spike.ID(0), spike.Window{From: reports[0].From, To: reports[0].From + 1}
	for _, r := range reports {
		size := 0
		for _, id := range r.Neurons {
			size = max(size, int(id)+1)
		}
		h.Populations = append(h.Populations, recordings.Population{
			Population: spike.Population{Name: r.Population, First: first, Size: size}, Recorded: []recordings.Range{}})
		first += spike.ID(size)
		span.From = min(span.From, r.From)
		span.To = max(span.To, r.From+r.Step*spike.Tick(r.Samples))
	}
	return c.create(t, h, func(w *recordings.Writer) error {
		if err := c.copyReports(t, w, reports); err != nil {
			return err
		}
		return w.WriteSpikes(span, nil)
	})
}

func (c *importCommand) copyReports(t terminal, w *recordings.Writer, reports []*trains.Report) error {
	for _, r := range reports {
		name := strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
		if len(reports) > 1 {
			name += "-" + r.Population
		}
		neurons, elements, several := make([]uint32, len(r.Neurons)), make([]uint32, len(r.Neurons)), false
		for i, id := range r.Neurons {
			neurons[i], elements[i] = uint32(id), uint32(r.Elements[i])
			several = several || i > 0 && id == r.Neurons[i-1]
		}
		err := r.Each(func(at spike.Tick, row []float64) error {
			columns := []recordings.Column{{Name: "neuron", Data: neurons}, {Name: r.Variable, Unit: r.Unit, Data: row}}
			if several {
				columns = append(columns, recordings.Column{Name: "element", Data: elements})
			}
			return w.WriteRows(name, at, columns)
		})
		if err != nil {
			return bad(err)
		}
		fmt.Fprintf(t.out, "%s: SONATA report of %s: table %s, %s of %s, every %v from %v\n", c.File, r.Population, name,
			plural.Of(r.Samples, "sample"), plural.Of(len(r.Neurons), "element"), r.Step, r.From)
	}
	return nil
}
