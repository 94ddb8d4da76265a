package deep

import (
	"fmt"
	"github.com/burstplex/burstplex/sim/ensemble"
	"path/filepath"
	"slices"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/deep/picture"
)

// pause is the time between recorded images, in which nobody spikes.
const pause = 100 // ms

// record shows the first test images again, with the teacher on, every event at its own time, and writes all spikes
// of all neurons to images-SEED.bspk: a population for each layer, neuron number unit x N + neuron in the unit,
// image i from i x (duration + pause) on. It draws a raster of each.
func (tr *Trainer) record(dir string, seed uint64, program string, test *Examples, n int) error {
	timing := tr.Timing
	timing.Exact = true
	p := ensemble.NewPresenter(tr.Net, timing, tr.constant(), tr.key)
	e := p.Times()
	ms := func(t float64) spike.Tick { return spike.FromSeconds(t / 1000) }
	duration := float64(p.Bins) * timing.Bin
	h := recordings.Header{Experiment: "images", Seed: seed, Program: program, Resolution: spike.Microsecond}
	first := make([]spike.ID, len(e.Events))
	next := spike.ID(0)
	for layer, us := range e.Events {
		if layer == 0 && tr.constant() {
			continue
		}
		name := "input"
		if layer > 0 {
			name = fmt.Sprintf("layer%d", layer)
		}
		first[layer] = next
		pop := spike.Population{Name: name, First: next, Size: len(us) * timing.Neurons}
		next += spike.ID(pop.Size)
		h.Populations = append(h.Populations, recordings.Population{Population: pop, Detector: spike.DefaultDetector()})
	}
	w, err := recordings.Create(filepath.Join(dir, fmt.Sprintf("images-%d.bspk", seed)), h, recordings.Replace())
	if err != nil {
		return err
	}
	values, target := make([]float32, test.Size()), make([]float32, len(test.Classes))
	counts := make([]float32, len(test.Classes))
	for i := range min(n, test.Len()) {
		tr.readers[0].Read(values, test, i, nil, 0)
		clear(target)
		target[test.Labels[i]] = 1
		p.Forward(values, tr.Mean, testNumbers+uint64(i))
		p.Backward(target, tr.Mean, testNumbers+uint64(i))
		p.Counts(counts, p.From, p.Bins)
		from := ms(float64(i) * (duration + pause))
		var events []spike.Event
		for layer := range e.Events {
			if layer == 0 && tr.constant() {
				continue
			}
			events = p.Spikes(events, layer, first[layer], from, func(u int) rng.Stream {
				return tr.key.Sub("neurons").Stream((testNumbers+uint64(i))<<24|uint64(u), 0)
			})
		}
		slices.SortFunc(events, spike.Compare)
		if err := w.WriteSpikes(spike.Window{From: from, To: from + ms(duration+pause)}, events); err != nil {
			return err
		}
		page := tr.raster(test, i, best(counts), e, duration)
		caption := fmt.Sprintf("Spikes of some units of each layer while test image %d is shown, seed %d.", i, seed)
		if err := figure.SaveWith(filepath.Join(dir, "figures", fmt.Sprintf("raster-%d-image-%d", seed, i)), page,
			caption); err != nil {
			return err
		}
	}
	return w.Close()
}

// drawn is how many neurons a raster shows of each layer.
const drawn = 300

// raster draws the spikes of some neurons of every layer: as many of each unit as fit, every so many units.
func (tr *Trainer) raster(test *Examples, image, answer int, e *ensemble.Times, duration float64) picture.Spikes {
	s := picture.Spikes{Image: tr.picture(test, image, answer), Duration: duration, Teacher: [2]float64{0, duration},
		Note: fmt.Sprintf("%d of %d neurons of a unit, plasticity from %g ms", 1, tr.Neurons, tr.Settle)}
	for layer, us := range e.Events {
		if layer == 0 {
			continue
		}
		every := max(1, (len(us)+drawn-1)/drawn)
		each := max(1, drawn/len(us))
		r := picture.Raster{Name: fmt.Sprintf("layer %d", layer), Rows: (len(us) + every - 1) / every * each}
		if layer == len(e.Events)-1 {
			r.Name, r.Units = "output", test.Classes
			s.Note = fmt.Sprintf("%d neurons of each output unit, of %d; plasticity from %g ms", each, tr.Neurons, tr.Settle)
		}
		for u := 0; u < len(us); u += every {
			st := tr.key.Sub("neurons").Stream((testNumbers+uint64(image))<<24|uint64(u), 0)
			who := e.Who(nil, us[u], &st)
			for k, t := range us[u] {
				if int(who[k]) >= each {
					continue
				}
				add := func(t float64, burst bool) {
					r.Time, r.Row, r.Burst = append(r.Time, t), append(r.Row, u/every*each+int(who[k])), append(r.Burst, burst)
				}
				add(t*1000, false)
				if e.Burst[layer][u][k] {
					add(t*1000+tr.Delay, true)
				}
			}
		}
		s.Layers = append(s.Layers, r)
	}
	return s
}

// picture returns a test image with its answer.
func (tr *Trainer) picture(set *Examples, i, answer int) picture.Image {
	return picture.Image{Pixels: set.Image(i), Channels: set.Channels, Height: set.Height, Width: set.Width,
		Class: set.Classes[set.Labels[i]], Answer: set.Classes[answer]}
}
