package scaling

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim/config"
)

// populationColumns are those of the table of what every population did in every measurement. A measurement that was
// interrupted between two files may stand in it twice, with the same numbers.
var populationColumns = []string{"x", "rng_seed", "population", "neurons", "rate_hz", "event_rate_hz",
	"burst_probability", "cv_isi", "correlation"}

// appendPopulations adds what the populations did to a table.
func (r *Row) appendPopulations(file string) error {
	_, err := os.Stat(file)
	f, e := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if e != nil {
		return e
	}
	defer f.Close()
	w := csv.NewWriter(f)
	if os.IsNotExist(err) {
		w.Write(populationColumns)
	}
	for _, a := range r.activity {
		line := []string{fmt.Sprint(r.X), fmt.Sprint(r.Seed), a.Population, fmt.Sprint(a.Neurons)}
		for _, v := range []float64{a.Spikes, a.Events, a.Probability(), a.CV, a.Correlation} {
			line = append(line, fmt.Sprint(v))
		}
		w.Write(line)
	}
	w.Flush()
	return w.Error()
}

// PopulationMeans are means over seeds of what a population did.
type PopulationMeans struct {
	Population                     string
	Neurons                        int
	Rate, Event, Probability       Mean
	CV, Correlation                Mean
	rate, event, burst, cv, shared []float64
}

// ReadPopulations reads the table of a directory and takes means over seeds at one x.
func ReadPopulations(file string, x float64) (all []*PopulationMeans, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	seen := map[string]bool{}
	for n := 1; ; n++ {
		line, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, &config.Error{File: file, Line: n, Reason: err.Error()}
		}
		if n == 1 {
			continue
		}
		var v [9]float64
		for k, text := range line {
			if k == 2 {
				continue
			}
			if v[k], err = strconv.ParseFloat(text, 64); err != nil {
				return nil, &config.Error{File: file, Line: n, Reason: fmt.Sprintf("%s = %q is not a number", populationColumns[k],
					text)}
			}
		}
		if id := line[1] + " " + line[2]; v[0] != x || seen[id] {
			continue
		} else {
			seen[id] = true
		}
		all = addTo(all, line[2], v)
	}
	for _, p := range all {
		for _, q := range []struct {
			to   *Mean
			from []float64
		}{{&p.Rate, p.rate}, {&p.Event, p.event}, {&p.Probability, p.burst}, {&p.CV, p.cv}, {&p.Correlation, p.shared}} {
			q.to.Mean, q.to.SD, q.to.N = analysis.Summary(q.from)
		}
	}
	return all, nil
}

func addTo(all []*PopulationMeans, name string, v [9]float64) []*PopulationMeans {
	var p *PopulationMeans
	for _, q := range all {
		if q.Population == name {
			p = q
		}
	}
	if p == nil {
		p = &PopulationMeans{Population: name, Neurons: int(v[3])}
		all = append(all, p)
	}
	p.rate, p.event, p.burst = append(p.rate, v[4]), append(p.event, v[5]), append(p.burst, v[6])
	p.cv, p.shared = append(p.cv, v[7]), append(p.shared, v[8])
	return all
}
