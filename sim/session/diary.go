package session

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// diary writes one line per presentation of a protocol, as soon as it has ended: what every population said while it was
// measured, what the teachers did, the mean weights of what learns. It is the learning curve, on disk while the run goes on.
type diary struct {
	x        *experiment.Experiment
	engine   *sim.Sim
	protocol *sim.Protocol
	pops     []spike.Population
	lookup   spike.Lookup // of pops
	plastic  []string
	teachers []string

	stop *solved // nil if there is nothing to solve
	rate float64 // event rate of the output in the last presentation, Hz

	index  int     // of the presentation that is on
	counts []int64 // events and bursts of every population, and its neurons are in pops
	file   *os.File
	out    *csv.Writer

	recording *recordings.Writer // nil if nothing is recorded
}

// keepDiary opens the diary of a run; from is the checkpoint that it goes on from, or nil.
func keepDiary(x *experiment.Experiment, dir string, seed uint64, engine *sim.Sim, p *sim.Protocol, net *sim.Network, from *saved) (*diary, error) {
	mode := os.O_RDWR | os.O_CREATE | os.O_TRUNC
	if from != nil {
		mode = os.O_RDWR
	}
	f, err := os.OpenFile(filepath.Join(dir, report.PresentationsFile(seed)), mode, 0o666)
	if err != nil {
		return nil, err
	}
	d := &diary{x: x, engine: engine, protocol: p, pops: net.IDs(), teachers: x.Teachers.Names(), file: f, out: csv.NewWriter(f)}
	for name, pr := range x.Projections.All() {
		if pr.Rule != nil {
			d.plastic = append(d.plastic, name)
		}
	}
	d.counts, d.lookup = make([]int64, 2*len(d.pops)), spike.NewLookup(d.pops)
	if j := x.Judge(); j != nil {
		d.stop = &solved{judge: j}
	}
	if from != nil {
		return d, d.setState(from.Diary)
	}
	return d, d.out.Write(d.header())
}

func (d *diary) header() []string {
	h := []string{"presentation", "stage", "repeat", "pattern", "start_s"}
	for _, p := range d.pops {
		h = append(h, p.Name+" event_rate_hz", p.Name+" burst_probability")
	}
	for _, t := range d.teachers {
		h = append(h, t+" target", t+" current_pa", t+" cost")
	}
	for _, p := range d.plastic {
		h = append(h, p+" mean_weight")
	}
	return h
}

// WriteSpikes implements sim.Sink.
func (d *diary) WriteSpikes(w spike.Window, events []spike.Event) error {
	for d.index < d.protocol.Len() {
		at := d.protocol.At(d.index)
		stage := d.protocol.Stages[at.Stage]
		measured := spike.Window{From: at.From + stage.MeasureFrom, To: at.From + stage.MeasureTo}
		for len(events) > 0 && events[0].At < at.To {
			if e := events[0]; measured.Contains(e.At) && e.Kind != spike.Tail {
				d.count(e)
			}
			events = events[1:]
		}
		if w.To < at.To {
			return nil
		}
		rates, err := d.write(at, measured)
		if err != nil {
			return err
		}
		d.mayStop(at, w.To, rates)
		d.index++
		clear(d.counts)
	}
	return nil
}

func (d *diary) count(e spike.Event) {
	k := 2 * d.lookup.Find(e.Src)
	if e.Kind == spike.Burst {
		k++
	}
	d.counts[k]++
}

// write writes the line of a presentation and returns the event rates of the populations, Hz.
func (d *diary) write(at sim.Presentation, measured spike.Window) (rates map[string]float64, err error) {
	name := d.protocol.Patterns[at.Pattern].Name
	row := []string{strconv.Itoa(at.Index), d.protocol.Stages[at.Stage].Name, strconv.Itoa(at.Repeat), name}
	values := []float64{at.From.Seconds()}
	rates = map[string]float64{}
	for i, p := range d.pops {
		events, bursts := float64(d.counts[2*i]), float64(d.counts[2*i+1])
		rates[p.Name] = events / float64(p.Size) / measured.Len().Seconds()
		values = append(values, rates[p.Name], bursts/events)
	}
	for _, t := range d.teachers {
		target, cost := math.NaN(), math.NaN()
		teacher := d.x.Teachers.Get(t)
		if v := d.x.Patterns.Get(name).Targets.Get(t); v != nil {
			target = *v
			if teacher.Kind == "cross-entropy" {
				cost = teacher.CrossEntropy(rates[teacher.Population], target)
			} else {
				cost = (rates[teacher.Population] - target) * (rates[teacher.Population] - target)
			}
		}
		values = append(values, target, d.engine.TeacherCurrent(t), cost)
	}
	for _, p := range d.plastic {
		values = append(values, d.engine.Projection(p).MeanWeight())
	}
	for _, v := range values {
		row = append(row, report.Number(v))
	}
	if err := d.record(at, values); err != nil {
		return nil, err
	}
	if err := d.out.Write(row); err != nil {
		return nil, err
	}
	d.out.Flush()
	return rates, d.out.Error()
}

// record writes the line into the recording too, as a row of the course "presentations". Stage and pattern are numbers, in
// the order of the experiment file. Its time is the last tick of the presentation.
func (d *diary) record(at sim.Presentation, values []float64) error {
	if d.recording == nil {
		return nil
	}
	head := d.header()
	var columns []recordings.Column
	for i, v := range []int{at.Index, at.Stage, at.Repeat, at.Pattern} {
		columns = append(columns, recordings.Column{Name: head[i], Data: []uint32{uint32(v)}})
	}
	for _, v := range values {
		columns = append(columns, recordings.Column{Name: head[len(columns)], Data: []float64{v}})
	}
	return d.recording.WriteRows("presentations", at.To-1, columns)
}

// mayStop ends a stage that lasts until the task is solved. The protocol is cut while the simulation stands at the end of a
// repeat, before the next presentation begins; if windows do not end there, the stage takes one more repeat.
func (d *diary) mayStop(at sim.Presentation, now spike.Tick, rates map[string]float64) {
	stage := &d.protocol.Stages[at.Stage]
	if d.x.Protocol.Get(stage.Name).Until != "solved" {
		return
	}
	last := (at.Index-d.protocol.FirstOf(at.Stage)+1)%len(stage.Patterns) == 0
	name := d.protocol.Patterns[at.Pattern].Name
	rate := rates[d.x.Teachers.Get(d.stop.judge.Teacher).Population]
	if d.stop.add(name, rate, last, len(stage.Patterns)) {
		repeat := at.Repeat
		if now > at.To {
			repeat++
		}
		stage.Repeats = min(stage.Repeats, repeat+1)
	}
}

// Close implements sim.Sink.
func (d *diary) Close() error {
	d.out.Flush()
	return errors.Join(d.out.Error(), d.file.Close())
}

// solved tells a running experiment that it may stop training: the last criterion repeats were all right.
type solved struct {
	judge *experiment.Judge
	right int // presentations in a row
}

// add reports whether the criterion is met by this presentation, the last of a repeat.
func (s *solved) add(pattern string, rate float64, lastOfRepeat bool, patterns int) bool {
	if !s.judge.Right(pattern, rate) {
		s.right = 0
		return false
	}
	s.right++
	return lastOfRepeat && s.right >= experiment.Criterion*patterns
}
