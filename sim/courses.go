package sim

import (
	"fmt"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
)

// course follows the variables of a population that rules read, from step to step of a window. While there is any,
// windows are cut into steps, which changes no result.
type course struct {
	plasticity.Course
	pop     *population
	columns []neuron.Column
	jumper  neuron.Jumper // nil: what jumps within a step is not known
}

// watchVariables returns the course of variables of a population.
func (s *Sim) watchVariables(p *population, names []string) (*plasticity.Course, error) {
	if p.course == nil {
		p.course = &course{Course: plasticity.Course{Step: s.step}, pop: p}
		p.course.jumper, _ = p.Population.(neuron.Jumper)
		s.courses = append(s.courses, p.course)
	}
	c := p.course
	for _, name := range names {
		k := c.Index(name)
		if k < len(c.columns) {
			continue
		}
		column, ok := columnOf(p.Population, name)
		if !ok {
			return nil, fmt.Errorf("population %s has no variable %q", p.id.Name, name)
		}
		c.columns = append(c.columns, column)
		if _, single := column.Data.([]float32); single {
			c.Offset[k] = column.Offset
		}
	}
	if c.jumper != nil {
		c.jumper.WatchJumps(c.Names)
	}
	return &c.Course, nil
}

func columnOf(p neuron.Population, name string) (neuron.Column, bool) {
	for _, c := range p.Columns() {
		switch c.Data.(type) {
		case []float32, []float64:
			if c.Name == name {
				return c, true
			}
		}
	}
	return neuron.Column{}, false
}

// beginCourses starts a window.
func (s *Sim) beginCourses() {
	for _, c := range s.courses {
		c.From, c.Jumps = s.now, c.Jumps[:0]
		for v := range c.Rows {
			for len(c.Rows[v]) <= int(s.window/s.step) {
				c.Rows[v] = append(c.Rows[v], make([]float32, c.pop.Len()))
			}
		}
	}
	s.noteCourses(s.now)
}

// noteCourses notes the variables at the end of a step.
func (s *Sim) noteCourses(t spike.Tick) {
	for _, c := range s.courses {
		k := int((t - c.From) / c.Step)
		for v, column := range c.columns {
			row := c.Rows[v][k]
			switch x := column.Data.(type) {
			case []float32:
				copy(row, x)
			case []float64:
				for i := range row {
					row[i] = float32(x[i])
				}
			}
		}
	}
}

// endCourses notes what jumped within the window. Populations that do not tell are taken to jump at their spikes, from
// where they were at the beginning of the step to where they are at its end.
func (s *Sim) endCourses() {
	for _, c := range s.courses {
		if c.jumper != nil {
			c.Jumps = c.jumper.TakeJumps(c.Jumps)
			c.SortJumps()
			continue
		}
		for _, e := range c.pop.spikes {
			k, i := int((e.At-c.From)/c.Step), c.pop.unit(e.Src)
			part := float64((e.At-c.From)%c.Step) / float64(c.Step)
			j := neuron.Jump{Neuron: i, At: e.At}
			for v, rows := range c.Rows {
				a, b := float64(rows[k][i])+c.Offset[v], float64(rows[k+1][i])+c.Offset[v]
				if !isReset(c.Names[v]) {
					a += float64((b - a) * part)
					b = a
				}
				j.Before, j.After = append(j.Before, a), append(j.After, b)
			}
			c.Jumps = append(c.Jumps, j)
		}
		c.SortJumps()
	}
}

// isReset reports whether a variable of a built-in model may jump at its own spikes: potentials and adaptations of
// somata do.
func isReset(name string) bool {
	return !strings.HasPrefix(name, "g") && name != "v_d" && name != "w_d"
}
