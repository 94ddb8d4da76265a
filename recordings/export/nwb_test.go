package export_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	. "github.com/burstplex/burstplex/recordings/export"
)

// readNWB checks a file against what the schemas NWB 2.7 and HDMF common 1.8 prescribe for a file with units, without
// the programs that ship them: every object that must be there, its type, what it must say of itself, and that the
// columns of a ragged table fit together. It prints the table.
const readNWB = `
import h5py, sys, numpy as np, uuid
f = h5py.File(sys.argv[1])
def text(x): return isinstance(x, str) and x
def scalar(name): d = f[name]; assert d.shape == () and h5py.check_string_dtype(d.dtype).length is None, name; return d.asstr()[()]
for g in ('acquisition', 'analysis', 'processing', 'stimulus', 'stimulus/presentation', 'stimulus/templates', 'general', 'units'):
    assert isinstance(f[g], h5py.Group), g
import datetime
for d in ('identifier', 'session_description', 'general/notes'): assert scalar(d)
for d in ('session_start_time', 'timestamps_reference_time'): assert datetime.datetime.fromisoformat(scalar(d)).tzinfo
assert f['file_create_date'].shape == (1,) and datetime.datetime.fromisoformat(f['file_create_date'].asstr()[0]).tzinfo
assert f.attrs['nwb_version'] == '2.7.0'
seen = set()
def typed(o, kind, namespace):
    a = o.attrs
    assert a['neurodata_type'] == kind and a['namespace'] == namespace, (o.name, dict(a))
    assert str(uuid.UUID(a['object_id'])) == a['object_id'] and a['object_id'] not in seen
    seen.add(a['object_id'])
typed(f, 'NWBFile', 'core')
u = f['units']
typed(u, 'Units', 'core')
assert text(u.attrs['description'])
columns = list(u.attrs['colnames'])
assert columns == ['spike_times', 'obs_intervals', 'population', 'neuron', 'spike_kind']
typed(u['id'], 'ElementIdentifiers', 'hdmf-common')
assert u['id'].dtype == 'i8' and len(set(u['id'][:])) == len(u['id'])
rows = len(u['id'])
for name in columns:
    d = u[name]
    typed(d, 'VectorData', 'hdmf-common'); assert text(d.attrs['description'])
    if name + '_index' in u:
        i = u[name + '_index']
        typed(i, 'VectorIndex', 'hdmf-common'); assert text(i.attrs['description']) and i.dtype.kind == 'u'
        assert f[i.attrs['target']] == d and len(i) == rows and (np.diff(i[:].astype('i8')) >= 0).all() and i[-1] == len(d), name
    else:
        assert len(d) == rows
assert set(u) == {'id', *columns, 'spike_times_index', 'obs_intervals_index', 'spike_kind_index'}
assert u['spike_times'].dtype == 'f8' and u['spike_times'].attrs['resolution'] == float(sys.argv[2]) and u['obs_intervals'].shape == (rows, 2)
end = np.concatenate([[0], u['spike_times_index'][:]]).astype(int)
for k in range(rows):
    t, kind = u['spike_times'][end[k]:end[k+1]], u['spike_kind'][end[k]:end[k+1]]
    lo, hi = u['obs_intervals'][k]
    assert (np.diff(t) >= 0).all() and (t >= lo).all() and (t < hi).all()
    print(u['id'][k], u['population'].asstr()[k], u['neuron'][k], *['%d/%d' % (round(x * 1e9), y) for x, y in zip(t, kind)], sep='\t')
`

// TestNWB reads an NWB file with h5py: its structure, and every spike.
func TestNWB(t *testing.T) {
	py := python(t, "h5py")
	r, evs := sample(t, 20000, 10*spike.Microsecond)
	pops := r.Header().Populations
	id := func(population, index int) spike.ID { return pops[population].First + spike.ID(index) }
	for name, q := range map[string]recordings.Query{
		"all":  {},
		"part": {Populations: []string{"inh"}, Window: spike.Window{From: spike.Second, To: 7 * spike.Second}},
		"some": {Neurons: []spike.ID{id(0, 3), id(2, 0), id(2, 3)}},
	} {
		path := filepath.Join(t.TempDir(), "x.nwb")
		if err := Named("nwb").File(path, r, q); err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		for _, p := range pops {
			for i := range p.Size {
				mine := p.First + spike.ID(i)
				if len(q.Populations) > 0 && p.Name != "inh" || q.Neurons != nil && !slices.Contains(q.Neurons, mine) ||
					!slices.ContainsFunc(p.Recorded, func(r recordings.Range) bool { return r.Contains(i) }) {
					continue
				}
				fmt.Fprintf(&want, "%d\t%s\t%d", mine, p.Name, i)
				for _, e := range evs {
					if e.Src == mine && (name != "part" || e.At >= q.Window.From && e.At < q.Window.To) {
						fmt.Fprintf(&want, "\t%d/%d", int64(e.At), e.Kind)
					}
				}
				want.WriteString("\n")
			}
		}
		if got := run(t, py, readNWB, path, "1e-5"); strings.TrimSpace(got) != strings.TrimSpace(want.String()) {
			t.Errorf("%s: h5py reads %.300q, want %.300q", name, got, want.String())
		}
	}
}
