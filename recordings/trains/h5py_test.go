package trains_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/trains"
)

// python returns an interpreter that has the modules, or skips.
func python(t *testing.T, modules string) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import "+modules).Run() == nil {
			return name
		}
	}
	t.Skipf("no python3 with %s here (Debian: python3-numpy python3-h5py)", modules)
	return ""
}

// writeSonata writes a file for each line of the form NAME: how, all with n spikes of neurons 0 to 6 at multiples
// of 0.25 ms, unless the line says otherwise.
const writeSonata = `
import h5py, numpy as np, sys
n = 30000
t = np.arange(n) * 0.25
ids = np.arange(n) % 7
def file(name, **kw): return h5py.File(sys.argv[1] + '/' + name + '.h5', 'w', **kw)
def put(f, tt='f8', nt='u8', where='spikes/a', t=t, ids=ids, **kw):
    g = f.require_group(where)
    g.create_dataset('timestamps', data=np.asarray(t).astype(tt), **kw)
    g.create_dataset('node_ids', data=np.asarray(ids).astype(nt), **kw)
    return g
def simple(name, libver=None, track=None, tt='f8', nt='u8', **kw):
    with file(name, libver=libver, track_order=track) as f: put(f, tt, nt, **kw)
for libver in ('earliest', 'v108', 'v110', 'latest'):
    for kind, kw in (('contiguous', {}), ('gzip', dict(compression='gzip', chunks=(100,))), ('lzf', dict(compression='lzf', shuffle=True, chunks=(1000,))),
                     ('all', dict(compression=9, shuffle=True, fletcher32=True, chunks=(999,))), ('sums', dict(fletcher32=True, chunks=(333,))),
                     ('plain-chunks', dict(chunks=(50,))), ('grow', dict(maxshape=(None,), chunks=(7,))), ('grow-gzip', dict(maxshape=(None,), chunks=(20,), compression='gzip')),
                     ('bounded', dict(maxshape=(40000,), chunks=(64,))), ('one-chunk', dict(chunks=(30000,))), ('one-chunk-gzip', dict(chunks=(30000,), compression='gzip')),
                     ('automatic', dict(chunks=True))):
        simple(libver + '-' + kind, libver, **kw)
for nt in ('i1', 'u1', '<i2', '>i2', '>u2', '<u2', '>i4', '<u4', '>i8', '<u8', '>u8', 'f4', '>f4', 'f8', '>f8', 'f2'):
    simple('ids-' + nt.replace('<', 'l').replace('>', 'b'), nt=nt)
for tt in ('f4', '>f4', '>f8'):
    simple('times-' + tt.replace('>', 'b'), tt=tt)
with file('times-int') as f: put(f, 'i4', t=np.arange(n) * 250)['timestamps'].attrs['units'] = 'us'
for name, units in (('s', 's'), ('us', np.bytes_('us')), ('ns', 'nanoseconds'), ('list', ['ms']), ('padded', np.bytes_(b'ms  \0\0'))):
    scale = {'s': 1e3, 'us': 1e-3, 'ns': 1e-6}.get(name, 1)
    with file('units-' + name) as f: put(f, t=t / scale)['timestamps'].attrs['units'] = units
    with file('units-latest-' + name, libver='latest') as f: put(f, t=t / scale)['timestamps'].attrs['units'] = units
for libver in ('earliest', 'latest'):
    with file('many-attributes-' + libver, libver=libver) as f:
        d = put(f, t=t / 1e3)['timestamps']
        for i in range(60): d.attrs['a%d' % i] = 'x' * i
        d.attrs['units'] = 's'
        for i in range(20): d.attrs['b%d' % i] = np.arange(i)
    with file('order-' + libver, libver=libver, track_order=True) as f: put(f)['timestamps'].attrs.create('units', 'ms')
    with file('many-' + libver, libver=libver) as f:
        put(f)
        for i in range(300): put(f, where='spikes/z%d' % i, t=[], ids=[])
    with file('soft-' + libver, libver=libver) as f:
        put(f, where='data/x')
        f.create_group('spikes/a')
        f['spikes/a/timestamps'] = h5py.SoftLink('/data/x/timestamps')
        f['spikes/a/node_ids'] = h5py.SoftLink('../../data/x/node_ids' if False else '/data/x/node_ids')
    with file('soft-group-' + libver, libver=libver) as f:
        put(f, where='data/x')
        f.create_group('spikes')
        f['spikes/a'] = h5py.SoftLink('/data/x')
    with file('hard-' + libver, libver=libver) as f:
        put(f, where='data/x')
        f.create_group('spikes')
        f['spikes/a'] = f['data/x']
    with file('named-type-' + libver, libver=libver) as f:
        f['double'] = np.dtype('f8')
        g = f.create_group('spikes/a')
        g.create_dataset('timestamps', data=t, dtype=f['double'])
        g['node_ids'] = ids
with file('umlaut') as f: put(f, where='spikes/Körner')
with file('column') as f: put(f, t=t.reshape(n, 1), ids=ids.reshape(n, 1))
with file('row-chunks') as f: put(f, t=t.reshape(1, n), ids=ids.reshape(1, n), chunks=(1, 500))
with file('old') as f: put(f, where='spikes'); f['spikes'].move('node_ids', 'gids')
with file('user-block', userblock_size=1024) as f: put(f)
with file('user-block-latest', userblock_size=512, libver='latest') as f: put(f)
with file('edited') as f:
    put(f, where='spikes/b', maxshape=(None,), chunks=(100,)); put(f); del f['spikes/b']; f.attrs['later'] = 1
with file('resized', libver='latest') as f:
    g = put(f, maxshape=(None,), chunks=(100,))
    for d in g.values(): d.resize((40000,)); d.resize((n,))
def compact(name, libver):
    with file(name, libver=libver) as f:
        g = f.create_group('spikes/a')
        for key, data in (('timestamps', t[:700]), ('node_ids', ids[:700].astype('u8'))):
            p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_layout(h5py.h5d.COMPACT)
            s = h5py.h5s.create_simple(data.shape)
            d = h5py.h5d.create(g.id, key.encode(), h5py.h5t.py_create(data.dtype), s, p)
            d.write(h5py.h5s.ALL, h5py.h5s.ALL, data)
compact('short-compact', 'earliest'); compact('short-compact-latest', 'latest')
def early(name, libver):
    with file(name, libver=libver) as f:
        g = f.create_group('spikes/a')
        for key, data in (('timestamps', t), ('node_ids', ids.astype('u8'))):
            p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_chunk((512,)); p.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            s = h5py.h5s.create_simple(data.shape)
            d = h5py.h5d.create(g.id, key.encode(), h5py.h5t.py_create(data.dtype), s, p)
            d.write(h5py.h5s.ALL, h5py.h5s.ALL, data)
early('early', 'earliest'); early('early-latest', 'latest')
with file('tree2', libver='latest') as f:
    put(f, t=t.reshape(1, n), ids=ids.reshape(1, n), chunks=(1, 30), maxshape=(None, None))
with file('tree2-gzip', libver='latest') as f:
    put(f, t=t.reshape(1, n), ids=ids.reshape(1, n), chunks=(1, 30), maxshape=(None, None), compression='gzip')

# Other layouts: units of NWB, columns side by side, vectors of MATLAB (rows, behind a block of its own).
with file('nwb') as f:
    g = f.create_group('units')
    g['spike_times'] = np.concatenate([t[i::7] for i in range(7)]) / 1e3
    g['spike_times_index'] = np.cumsum([len(t[i::7]) for i in range(7)]).astype('u4')
    g['id'] = np.arange(7)
    g['electrodes'] = np.zeros((7, 2)); f.attrs['nwb_version'] = '2.6.0'; f.create_group('acquisition')
with file('columns') as f: f['time_ms'] = t; f['neuron'] = ids; f['weights'] = np.zeros((3, 3))
with file('columns-attribute', libver='latest') as f: f['times'] = t / 1e3; f['times'].attrs['units'] = 's'; f['units'] = ids
with file('matlab', userblock_size=512) as f: f['time_us'] = (t * 1e3).reshape(n, 1); f['unit'] = ids.astype('f8').reshape(n, 1)
with open(sys.argv[1] + '/matlab.h5', 'r+b') as f: f.write(b'MATLAB 7.3 MAT-file, Platform: GLNXA64'.ljust(124) + b'\0\2IM')

# What is refused, by name.
with file('bad-nwb-index') as f: g = f.create_group('units'); g['spike_times'] = t; g['spike_times_index'] = [5, 3]
with file('bad-nwb-rest') as f: g = f.create_group('units'); g['spike_times'] = t; g['spike_times_index'] = [5, 30]
with file('bad-nwb-none') as f: f.create_group('units')['id'] = [1]
with file('bad-columns-unit') as f: f['times'] = t; f['neuron'] = ids
with file('bad-columns-length') as f: f['time_s'] = t; f['neuron'] = ids[1:]
def bad(name, **kw): return file('bad-' + name, **kw)
with bad('external') as f:
    f.create_group('spikes')['a'] = h5py.ExternalLink('other.h5', '/spikes/a')
with bad('external-latest', libver='latest') as f:
    f.create_group('spikes/a')['timestamps'] = h5py.ExternalLink('other.h5', '/t'); f['spikes/a/node_ids'] = ids
with bad('dangling') as f: f.create_group('spikes')['a'] = h5py.SoftLink('/nowhere')
with bad('circle') as f: f.create_group('spikes')['a'] = h5py.SoftLink('/spikes/a')
with bad('float-ids') as f: put(f, nt='f8', ids=ids + .5)
with bad('large-float-ids') as f: put(f, nt='f4', ids=ids + 2.**25)
with bad('negative-ids') as f: put(f, nt='i4', ids=ids - 1)
with bad('nan-ids') as f: put(f, nt='f8', ids=np.where(ids == 3, np.nan, ids))
with bad('nan-times') as f: put(f, t=np.where(ids == 3, np.nan, t))
with bad('strings') as f: f.create_group('spikes/a')['timestamps'] = t; f['spikes/a/node_ids'] = np.array(['n%d' % i for i in ids], dtype='S4')
with bad('vlen') as f: f.create_group('spikes/a')['timestamps'] = t; f['spikes/a/node_ids'] = ['n%d' % i for i in ids]
with bad('compound') as f: f.create_group('spikes/a')['timestamps'] = t; f['spikes/a/node_ids'] = np.zeros(n, dtype=[('a', 'i4'), ('b', 'f8')])
with bad('bool') as f: f.create_group('spikes/a')['timestamps'] = t; f['spikes/a/node_ids'] = ids > 3
with bad('longdouble') as f: put(f, 'g')
with bad('matrix') as f: put(f, t=t.reshape(100, 300), ids=ids.reshape(100, 300))
with bad('length') as f: put(f, ids=ids[:-1])
with bad('units') as f: put(f)['timestamps'].attrs['units'] = 'minutes'
with bad('units-number') as f: put(f)['timestamps'].attrs['units'] = 3
with bad('no-ids') as f: f.create_group('spikes/a')['timestamps'] = t
with bad('no-populations') as f: f.create_group('spikes')
with bad('no-spikes') as f: f['weights'] = t
with bad('unwritten') as f:
    g = f.create_group('spikes/a'); g.create_dataset('timestamps', (n,), 'f8', chunks=(100,)); g['node_ids'] = ids
with bad('unwritten-latest', libver='latest') as f:
    g = f.create_group('spikes/a'); g['timestamps'] = t; d = g.create_dataset('node_ids', (n,), 'u8', chunks=(100,)); d[:5000] = ids[:5000]
with bad('scaleoffset') as f: put(f, 'i4', chunks=(100,), scaleoffset=0)
with bad('virtual', libver='latest') as f:
    l = h5py.VirtualLayout(shape=(n,), dtype='f8'); l[:] = h5py.VirtualSource('other.h5', 't', shape=(n,))
    f.create_group('spikes/a').create_virtual_dataset('timestamps', l); f['spikes/a/node_ids'] = ids
with bad('outside') as f:
    g = f.create_group('spikes/a'); g.create_dataset('timestamps', (n,), 'f8', external=[(sys.argv[1] + '/raw', 0, 8 * n)])[:] = t; g['node_ids'] = ids
`

// SONATA files of other tools: every structure that h5py writes is read, or named as what is not supported.
func TestReadsWhatH5pyWrites(t *testing.T) {
	py := python(t, "h5py")
	dir := t.TempDir()
	if out, err := exec.Command(py, "-c", writeSonata, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	refused := map[string]string{
		"nwb-index": "unit 1 ends at spike 3 of 30000, after 5", "nwb-rest": "29970 spikes without a unit",
		"nwb-none":     "not the units of an NWB file",
		"columns-unit": "say time_unit", "columns-length": "/neuron has 29999 elements, /time_s 30000",
		"external":        "an external link to /spikes/a in file other.h5",
		"external-latest": "an external link to /t in file other.h5",
		"dangling":        "soft link to /nowhere, which does not exist",
		"circle":          "circle", "float-ids": "node ID 0.5 is not a whole number", "large-float-ids": "exactly",
		"negative-ids": "node ID -1 is negative",
		"nan-ids":      "NaN is not a whole number", "nan-times": "NaN is not a time", "strings": "type string is not",
		"vlen": "variable-length", "compound": "compound",
		"bool": "enumeration", "longdouble": "floating point of 16 bytes", "matrix": "2 dimensions, want 1",
		"length": "29999 node_ids for 30000 timestamps",
		"units":  `units "minutes"; say time_unit`, "units-number": "attribute units: type integer is not a string", "no-ids": "no node_ids", "no-populations": "/spikes holds no population",
		"no-spikes": `its root holds "weights"`, "unwritten": "missing", "unwritten-latest": "never written", "scaleoffset": "scale-offset", "virtual": "virtual", "outside": "other files",
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.h5"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".h5")
		f, err := Read(nil, path, Options{})
		if kind, bad := strings.CutPrefix(name, "bad-"); bad {
			if want, ok := refused[kind]; !ok || err == nil || !strings.Contains(err.Error(), want) ||
				strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
			delete(refused, kind)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := 30000
		if strings.HasPrefix(name, "short") {
			n = 700
		}
		if err := sevens(f, n); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for kind := range refused {
		t.Errorf("no file bad-%s was written", kind)
	}
	// A flipped bit that a checksum covers.
	b, err := os.ReadFile(filepath.Join(dir, "latest-sums.h5"))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	path := filepath.Join(dir, "flipped.h5")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(nil, path, Options{}); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a flipped bit: %v", err)
	}
}

// sevens checks that a file holds n spikes at multiples of 0.25 ms, of neurons 0 to 6 in turn.
func sevens(f *File, n int) error {
	if len(f.Trains) != 7 {
		return fmt.Errorf("%d trains", len(f.Trains))
	}
	total := 0
	for i, train := range f.Trains {
		if train.Unit != fmt.Sprint(i) {
			return fmt.Errorf("train %d is of unit %s", i, train.Unit)
		}
		for k, at := range train.Times {
			if want := spike.Tick(i+7*k) * 250 * spike.Microsecond; at != want {
				return fmt.Errorf("unit %d, spike %d at %v, want %v", i, k, at, want)
			}
		}
		total += len(train.Times)
	}
	if total != n {
		return fmt.Errorf("%d spikes, want %d", total, n)
	}
	return nil
}
