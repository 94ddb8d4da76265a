package neuron

import (
	"fmt"
	"io/fs"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Replay is a population that repeats recorded spike trains, one for each of its neurons. It has no inputs. Time t of
// the recording becomes (t - Start) x Scale. Bursts are detected as in every other population.
//
// Programs give Trains, for example what (*trains.File).Select returns (package recordings/trains); a population that
// they make smaller plays the first of them. Experiment files name a
// File, which is read with the keys below: units that are whole numbers keep their places (unit n is neuron n -
// FirstID, those between without spikes are silent), names are numbered as they come, and a unit with spikes that has
// no place is an error.
type Replay struct {
	File      string   `toml:"file" doc:"spike trains: a recording (.bspk), SONATA or NWB (HDF5), npz, npy, Parquet, CSV or a text raster; text plain or .gz. Unit n is neuron n - first_id; names are numbered as they come"`
	Recording string   `toml:"recording" doc:"which recording (SONATA, .bspk: population) of the file; may be left out if there is one"`
	Units     []string `toml:"units" doc:"which units, in this order: numbers, names, or ranges such as \"10-19\" in which silent units keep their places; if left out, all"`
	FirstID   int      `toml:"first_id" range:"[0, 2147483647]" doc:"number of the unit that is neuron 0 (1 in many files of NEST and MATLAB)"`
	IDs       string   `toml:"ids" oneof:"keep|renumber" doc:"keep: unit n is neuron n - first_id; renumber: units become neurons 0, 1, 2... in order"`
	Start     float64  `toml:"start" unit:"s" range:"[-1e9, 1e9]" doc:"time of the recording that becomes 0; what is before a start above 0 is left out"`
	Scale     float64  `toml:"time_scale" range:"(0, 1e6)" doc:"factor that stretches the recording"`
	Repeat    float64  `toml:"repeat" unit:"s" range:"[0, 1e9]" doc:"period of repetition, after stretching; 0: play once"`
	Outside   string   `toml:"outside" oneof:"refuse|drop" doc:"spikes that would never be played, before 0 or beyond repeat: an error, or left out"`

	TimeUnit         string `toml:"time_unit" doc:"unit of the times where the file does not say it: s, ms, us, ns, or a step such as \"0.1 ms\""`
	TimeColumn       string `toml:"time_column" doc:"column of the times, by name or number from 1, where the file leaves it open"`
	UnitColumn       string `toml:"unit_column" doc:"column of the units, likewise"`
	PopulationColumn string `toml:"population_column" doc:"column of the recordings or populations, likewise"`
	Delimiter        string `toml:"delimiter" doc:"what separates columns of text: comma, semicolon, tab, space, or one character"`

	Trains [][]spike.Tick `toml:"-"` // what is played, one for each neuron; ascending times
	FS     fs.FS          `toml:"-"` // where File is; nil is the file system
}

// DefaultReplay returns a replay at the recorded speed that still needs a file.
func DefaultReplay() *Replay { return &Replay{Scale: 1, IDs: "keep", Outside: "refuse"} }

// Reads implements Reader.
func (s *Replay) Reads() (file *string, fsys *fs.FS) { return &s.File, &s.FS }

// Replays implements Replayer.
func (s *Replay) Replays() *Replay { return s }

// NewReplay returns a replay of the given trains.
func NewReplay(trains [][]spike.Tick) *Replay {
	s := DefaultReplay()
	s.Trains = trains
	return s
}

// Validate implements Spec. It does not read the file.
func (s *Replay) Validate() error {
	if s.File == "" && s.Trains == nil {
		return &ParameterError{Key: "file", Reason: "a replay needs a file of spike trains", Allowed: "the name of a file"}
	}
	return first(
		Const(s.Start).require("start", "s", -1e9, 1e9, false), Const(s.Scale).require("time_scale", "", 0, 1e6, true),
		Const(s.Repeat).require("repeat", "s", 0, 1e9, false),
	)
}

// Load returns the trains as they are played, one for each neuron. Two spikes in one tick become neighbours.
func (s *Replay) Load() ([][]spike.Tick, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if s.Trains == nil {
		return nil, &ParameterError{Key: "file", Reason: "the file has not been read: give Trains", Allowed: "Trains"}
	}
	start, end := spike.FromSeconds(s.Start), spike.Forever
	if s.Repeat > 0 {
		end = spike.FromSeconds(s.Repeat)
	}
	played := make([][]spike.Tick, len(s.Trains))
	before, beyond := 0, 0 // spikes that are never played
	earliest, latest := spike.Forever, spike.Never
	for i, train := range s.Trains {
		if !slices.IsSorted(train) {
			return nil, fmt.Errorf("spike train %d to replay is not in order of time", i)
		}
		last := spike.Tick(-1)
		for _, t := range train {
			if t < start {
				before, earliest = before+1, min(earliest, t)
				continue
			}
			at := t - start
			if s.Scale != 1 {
				at = spike.Tick(math.Round(float64(at) * s.Scale))
			}
			if at = max(at, last+1); at >= end { // no two spikes in one tick
				beyond, latest = beyond+1, max(latest, at)
				continue
			}
			played[i] = append(played[i], at)
			last = at
		}
	}
	switch {
	case s.Outside == "drop":
	case before > 0 && s.Start <= 0:
		return nil, &ParameterError{Key: "start", Value: s.Start, Unit: "s",
			Reason:  fmt.Sprintf("%d spikes are before it, the first at %v", before, earliest),
			Allowed: fmt.Sprintf("at most %v, or outside = \"drop\"", earliest)}
	case beyond > 0:
		return nil, &ParameterError{Key: "repeat", Value: s.Repeat, Unit: "s",
			Reason:  fmt.Sprintf("%d spikes are beyond it, the last at %v", beyond, latest),
			Allowed: fmt.Sprintf("above %v, or outside = \"drop\"", latest)}
	}
	return played, nil
}

// New implements Spec.
func (s *Replay) New(b Build) (Population, error) {
	trains, err := s.Load()
	if err != nil {
		return nil, err
	}
	if b.N > len(trains) {
		return nil, &ParameterError{Key: "size", Value: float64(b.N),
			Reason:  fmt.Sprintf("there are %d spike trains to replay", len(trains)),
			Allowed: fmt.Sprintf("[1, %d]", len(trains))}
	}
	p := &replayed{source: newSource(b), trains: trains[:b.N], period: spike.FromSeconds(s.Repeat),
		position: make([]uint64, b.N)}
	p.Reset()
	return p, nil
}

// replayed is a population of replayed trains.
type replayed struct {
	source
	trains   [][]spike.Tick
	period   spike.Tick // 0: once
	position []uint64   // spikes played so far
}

func (p *replayed) Columns() []Column {
	return append([]Column{{Name: "position", Data: p.position}}, p.Emitter.Columns()...)
}

func (p *replayed) Reset() {
	clear(p.position)
	p.Emitter.Reset()
}

// at returns the time of spike number k of unit i.
func (p *replayed) at(i int, k uint64) spike.Tick {
	train := p.trains[i]
	n := uint64(len(train))
	switch {
	case k < n:
		return train[k]
	case p.period == 0 || n == 0:
		return spike.Forever
	}
	return train[k%n] + spike.Tick(k/n)*p.period
}

// Advance implements Population.
func (p *replayed) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	for i := r.Lo; i < r.Hi; i++ {
		for at := p.at(i, p.position[i]); at < w.To; at = p.at(i, p.position[i]) {
			if at >= w.From {
				p.Emit(out, i, at)
			}
			p.position[i]++
		}
	}
}
