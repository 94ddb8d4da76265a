package session

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// diary writes one line per presentation of a protocol, as soon as it has ended and no event of it can become a burst
// any more: what every population said while it was measured, what the teachers did, the mean weights of what learns.
// It is the learning curve, on disk while the run goes on.
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

	index   int          // of the presentation that is on
	counts  []int64      // events and bursts of every population in it
	waiting []ended      // presentations whose bursts are not settled, in order
	onsets  spike.Onsets // by the place of a neuron in all populations
	settles spike.Tick   // after an onset it is settled whether the event is a burst
	ending  bool         // nothing comes after the next spikes
	file    *os.File
	out     *csv.Writer

	recording *recordings.Writer // nil if nothing is recorded
}

// keepDiary opens the diary of a run; from is the checkpoint that it goes on from, or nil.
func keepDiary(x *experiment.Experiment, dir string, seed uint64, engine *sim.Sim, p *sim.Protocol, net *sim.Network,
	from *saved) (*diary, error) {
	mode := os.O_RDWR | os.O_CREATE | os.O_TRUNC
	if from != nil {
		mode = os.O_RDWR
	}
	f, err := os.OpenFile(filepath.Join(dir, report.PresentationsFile(seed)), mode, 0o666)
	if err != nil {
		return nil, err
	}
	d := &diary{x: x, engine: engine, protocol: p, pops: net.IDs(), teachers: x.Teachers.Names(), file: f,
		out: csv.NewWriter(f)}
	for name, pr := range x.Projections.All() {
		if pr.Rule != nil {
			d.plastic = append(d.plastic, name)
		}
	}
	d.counts, d.lookup = make([]int64, 2*len(d.pops)), spike.NewLookup(d.pops)
	last := d.pops[len(d.pops)-1]
	d.onsets = spike.NewOnsets(int(last.First) + last.Size)
	for _, p := range net.Populations {
		d.settles = max(d.settles, p.Detector.Settled())
	}
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

// ended is a presentation that is over: all that its line says is known, but which of its events are bursts.
type ended struct {
	At       sim.Presentation
	Measured spike.Window
	Counts   []int64
	Others   []uint64 // bits of the values of teachers and weights, as they were at its end
}

// WriteSpikes implements sim.Sink.
func (d *diary) WriteSpikes(w spike.Window, events []spike.Event) error {
	for d.index < d.protocol.Len() {
		at := d.protocol.At(d.index)
		measured := d.measured(at)
		for len(events) > 0 && events[0].At < at.To {
			d.count(events[0], d.counts, measured)
			events = events[1:]
		}
		if w.To < at.To {
			break
		}
		rates := d.end(at, measured)
		d.mayStop(at, w.To, rates)
		d.index++
		clear(d.counts)
	}
	for _, e := range events { // after the protocol
		d.count(e, nil, spike.Window{})
	}
	if d.ending {
		return d.settle(spike.Forever)
	}
	return d.settle(w.To)
}

// measured is the time of a presentation that counts.
func (d *diary) measured(at sim.Presentation) spike.Window {
	stage := d.protocol.Stages[at.Stage]
	return spike.Window{From: at.From + stage.MeasureFrom, To: at.From + stage.MeasureTo}
}

// count counts an event, or a burst for the presentation that its event began in: the one that is on, or one that is
// over.
func (d *diary) count(e spike.Event, counts []int64, measured spike.Window) {
	at, counted := d.onsets.Of(int(e.Src), e)
	if !counted {
		return
	}
	for i := len(d.waiting) - 1; i >= 0 && !measured.Contains(at); i-- {
		counts, measured = d.waiting[i].Counts, d.waiting[i].Measured
	}
	if !measured.Contains(at) {
		return
	}
	k := 2 * d.lookup.Find(e.Src)
	if e.Kind == spike.Burst {
		k++
	}
	counts[k]++
}

// rates returns the event rates of the populations in a presentation, Hz.
func (d *diary) rates(counts []int64, measured spike.Window) map[string]float64 {
	rates := map[string]float64{}
	for i, p := range d.pops {
		rates[p.Name] = float64(counts[2*i]) / float64(p.Size) / measured.Len().Seconds()
	}
	return rates
}

// end puts a presentation that is over on the list of those that wait, and returns the event rates of the populations,
// Hz.
func (d *diary) end(at sim.Presentation, measured spike.Window) map[string]float64 {
	over := ended{At: at, Measured: measured, Counts: slices.Clone(d.counts)}
	rates := d.rates(d.counts, measured)
	name := d.protocol.Patterns[at.Pattern].Name
	add := func(values ...float64) {
		for _, v := range values {
			over.Others = append(over.Others, math.Float64bits(v))
		}
	}
	for _, t := range d.teachers {
		target, cost := math.NaN(), math.NaN()
		teacher := d.x.Teachers.Get(t)
		if v := d.x.Patterns.Get(name).Targets.Get(t); v != nil {
			target = *v
			if law, ok := teacher.Deciding(); ok {
				cost = law.Cost(rates[teacher.Population], target)
			} else {
				cost = (rates[teacher.Population] - target) * (rates[teacher.Population] - target)
			}
		}
		add(target, d.engine.TeacherCurrent(t), cost)
	}
	for _, p := range d.plastic {
		add(d.engine.Projection(p).MeanWeight())
	}
	d.waiting = append(d.waiting, over)
	return rates
}

// settle writes the presentations of which no event can become a burst any more. At the end of a run, Forever, it
// writes all: events that are still open are single.
func (d *diary) settle(now spike.Tick) error {
	for len(d.waiting) > 0 && now >= d.waiting[0].Measured.To+d.settles {
		if err := d.write(d.waiting[0]); err != nil {
			return err
		}
		d.waiting = d.waiting[1:]
	}
	d.out.Flush()
	return d.out.Error()
}

// write writes the line of a presentation.
func (d *diary) write(over ended) error {
	at := over.At
	row := []string{strconv.Itoa(at.Index), d.protocol.Stages[at.Stage].Name, strconv.Itoa(at.Repeat),
		d.protocol.Patterns[at.Pattern].Name}
	values := []float64{at.From.Seconds()}
	rates := d.rates(over.Counts, over.Measured)
	for i, p := range d.pops {
		values = append(values, rates[p.Name], float64(over.Counts[2*i+1])/float64(over.Counts[2*i]))
	}
	for _, bits := range over.Others {
		values = append(values, math.Float64frombits(bits))
	}
	for _, v := range values {
		row = append(row, report.Number(v))
	}
	if err := d.record(over, values); err != nil {
		return err
	}
	return d.out.Write(row)
}

// record writes the line into the recording too, as a row of the course "presentations". Stage and pattern are numbers,
// in the order of the experiment file. Its time is the last tick at which an event of the presentation can become a
// burst.
func (d *diary) record(over ended, values []float64) error {
	if d.recording == nil {
		return nil
	}
	at, head := over.At, d.header()
	var columns []recordings.Column
	for i, v := range []int{at.Index, at.Stage, at.Repeat, at.Pattern} {
		columns = append(columns, recordings.Column{Name: head[i], Data: []uint32{uint32(v)}})
	}
	for _, v := range values {
		columns = append(columns, recordings.Column{Name: head[len(columns)], Data: []float64{v}})
	}
	return d.recording.WriteRows("presentations", over.Measured.To+d.settles-1, columns)
}

// mayStop ends a stage that lasts until the task is solved. The protocol is cut while the simulation stands at the end
// of a repeat, before the next presentation begins; if windows do not end there, the stage takes one more repeat.
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
