package trains_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
	. "github.com/burstplex/burstplex/recordings/trains"
)

// writeReports writes SONATA reports in every layout that h5py has: 37 samples of 11 elements of 5 nodes, value
// 100*sample + element.
const writeReports = `
import h5py, numpy as np, sys
data = (100 * np.arange(37)[:, None] + np.arange(11)).astype('f4')
pointers = np.array([0, 1, 4, 4, 9, 11])
def report(name, libver='earliest', data=data, time=(2, 39, 1), pointers=pointers, nodes=(3, 0, 9, 4, 70), **kw):
    with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w', libver=libver) as f:
        g = f.create_group('report/cells')
        g.create_dataset('data', data=data, **kw).attrs['units'] = 'mV'
        g['mapping/node_ids'] = np.array(nodes, 'u8')
        g['mapping/index_pointers'] = pointers
        g['mapping/element_ids'] = np.concatenate([np.arange(n) for n in np.diff(pointers) if n >= 0]).astype('u4')[:11]
        g['mapping/element_pos'] = np.zeros(11, 'f4')
        g['mapping/time'] = np.array(time, 'f8'); g['mapping/time'].attrs['units'] = 'ms'
for libver in ('earliest', 'latest'):
    for name, kw in (('contiguous', {}), ('bands', dict(chunks=(5, 11))), ('tiles', dict(chunks=(5, 4))), ('columns', dict(chunks=(37, 1), compression='gzip')),
                     ('zipped', dict(chunks=(8, 3), compression='gzip', shuffle=True, fletcher32=True)), ('grow', dict(chunks=(2, 6), maxshape=(None, 11))),
                     ('grow-both', dict(chunks=(2, 6), maxshape=(None, None), compression='lzf')), ('one', dict(chunks=(37, 11), compression='gzip')),
                     ('cell', dict(chunks=(1, 1))), ('wide', dict(chunks=(10, 11), maxshape=(None, 11), compression='gzip'))):
        report('good-%s-%s' % (libver, name), libver, **kw)
report('good-double', data=data.astype('f8'))
report('good-big-endian', data=data.astype('>f4'), chunks=(5, 4))
report('sideways-latest', 'latest', maxshape=(37, None), chunks=(5, 4))
report('bad-time', time=(0, 10, 1))
report('bad-step', time=(0, 0, 0))
report('bad-pointers', pointers=np.array([0, 1, 4, 3, 9, 11]))
report('bad-columns', data=data[:, :10])
report('bad-list', data=data[:, 0])
report('bad-nodes', nodes=(3, 0, 9, 4))
report('bad-large', nodes=(3, 0, 9, 4, 1 << 60))
`

// TestReports reads what h5py writes, and refuses what does not fit together.
func TestReports(t *testing.T) {
	py := python(t, "h5py")
	dir := t.TempDir()
	if out, err := exec.Command(py, "-c", writeReports, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.h5"))
	good := 0
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".h5")
		all, err := Reports(path)
		if strings.HasPrefix(name, "bad-") {
			want := map[string]string{"bad-time": "are 10 samples, the data has 37", "bad-step": "is not start, stop and step",
				"bad-pointers": "index_pointers of node 9", "bad-columns": "for 10 columns", "bad-list": "want 2",
				"bad-nodes": "4 node_ids, 6 index_pointers", "bad-large": "more than 100000000 neurons"}[name]
			if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
			continue
		}
		if err != nil || len(all) != 1 {
			t.Errorf("%s: %d reports, %v", name, len(all), err)
			continue
		}
		r := all[0]
		if got := fmt.Sprint(r.Population, r.Unit, r.Variable, r.Neurons, r.Elements, r.From, r.Step, r.Samples); got !=
			"cellsmVvalue[3 0 0 0 4 4 4 4 4 70 70] [0 0 1 2 0 1 2 3 4 0 1] 2ms 1ms 37" {
			t.Errorf("%s: %s", name, got)
		}
		sample, wrong := 0, 0
		err = r.Each(func(at spike.Tick, row []float64) error {
			for k, x := range row {
				if x != float64(100*sample+k) {
					wrong++
				}
			}
			if at != spike.Tick(2+sample)*spike.Millisecond || len(row) != 11 {
				wrong++
			}
			sample++
			return nil
		})
		if strings.HasPrefix(name, "sideways") { // its chunks lie in another order: right, or refused
			if err == nil && wrong > 0 {
				t.Errorf("%s: %d wrong values", name, wrong)
			}
			continue
		}
		if err != nil || sample != 37 || wrong > 0 {
			t.Errorf("%s: %d samples, %d wrong values, %v", name, sample, wrong, err)
		}
		good++
	}
	if good != 22 {
		t.Errorf("%d files were read", good)
	}
}

// TestReportsComeBack writes reports of more elements and samples than a chunk has, and reads them with h5py and here.
func TestReportsComeBack(t *testing.T) {
	for _, c := range []struct{ samples, neurons int }{{1, 1}, {3, 70_000}, {20_000, 7}} {
		var times []int64
		var neurons []uint32
		var v []float64
		for i := range c.samples {
			for k := range c.neurons {
				times, neurons = append(times, int64(5+i)*100_000), append(neurons, uint32(2*k))
				v = append(v, float64(float32(i)+float32(k)/8))
			}
		}
		table := &recordings.Table{Name: "v", Columns: []recordings.Column{{Name: "time", Data: times},
			{Name: "neuron", Data: neurons}, {Name: "v", Unit: "mV", Data: v}}}
		report, err := export.ReportOf(table, "cells", "")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "v.h5")
		if err := report.File(path); err != nil {
			t.Fatal(err)
		}
		all, err := Reports(path)
		if err != nil || len(all) != 1 || all[0].Unit != "mV" || all[0].Variable != "v" {
			t.Fatalf("%v %v", all, err)
		}
		i := 0
		err = all[0].Each(func(at spike.Tick, row []float64) error {
			for k, x := range row {
				if x != v[i] || int64(at) != times[i] || all[0].Neurons[k] != uint64(neurons[i]) {
					return fmt.Errorf("value %d is %g of %d at %v", i, x, all[0].Neurons[k], at)
				}
				i++
			}
			return nil
		})
		if err != nil || i != len(v) {
			t.Errorf("%d of %d values: %v", i, len(v), err)
		}
		py := python(t, "h5py, numpy")
		out, err := exec.Command(py, "-c", `
import h5py, sys, numpy as np
n, m = int(sys.argv[2]), int(sys.argv[3])
g = h5py.File(sys.argv[1])['report/cells']
d, p = g['data'], g['mapping']
assert d.shape == (n, m) and d.dtype == 'f4' and d.attrs['units'] == 'mV'
assert (d[:] == np.arange(n, dtype='f4')[:, None] + np.arange(m, dtype='f4') / 8).all()
assert (p['node_ids'][:] == 2 * np.arange(m)).all() and p['node_ids'].dtype == 'u8'
assert (p['index_pointers'][:] == np.arange(m + 1)).all() and p['index_pointers'].dtype == 'u8'
assert (p['element_ids'][:] == 0).all() and p['element_ids'].dtype == 'u4' and p['element_pos'].dtype == 'f4'
step = .1 if n > 1 else p['time'][2]
assert np.allclose(p['time'][:], [.5, .5 + n * step, step]) and p['time'].attrs['units'] == 'ms', p['time'][:]`, path,
			fmt.Sprint(c.samples), fmt.Sprint(c.neurons)).CombinedOutput()
		if err != nil {
			t.Errorf("%+v: %v\n%s", c, err, out)
		}
	}
	for name, change := range map[string]func(t *recordings.Table){
		"other neurons": func(t *recordings.Table) { t.Columns[1].Data.([]uint32)[3] = 7 },
		"other steps":   func(t *recordings.Table) { t.Columns[0].Data.([]int64)[3]++ },
		"not whole": func(t *recordings.Table) {
			t.Columns[0].Data, t.Columns[1].Data = []int64{0, 0, 1}, []uint32{1, 2, 1}
			t.Columns[2].Data = make([]float64, 3)
		},
		"choose one": func(t *recordings.Table) { t.Columns = append(t.Columns, t.Columns[2]) },
	} {
		table := &recordings.Table{Name: "v", Columns: []recordings.Column{{Name: "time", Data: []int64{0, 0, 1, 1}},
			{Name: "neuron", Data: []uint32{1, 2, 1, 2}}, {Name: "v", Data: make([]float64, 4)}}}
		change(table)
		if _, err := export.ReportOf(table, "cells", ""); err == nil {
			t.Errorf("%s: is taken for a report", name)
		}
	}
}
