package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
)

// builtinCases shortens every built-in experiment to a moment, and images to a few. Data files are made in a
// directory.
func builtinCases(dir string) (cases []goldenCase) {
	moment := []string{"experiment.duration=300 ms", "experiment.settle=100 ms", "experiment.bin=20 ms",
		"experiment.seeds=1"}
	presented := []string{"experiment.seeds=1", "protocol.*.hold=300 ms", "protocol.*.measure_from=100 ms"}
	images := []string{"data.dir=" + dir, "task.validation=20", "task.images=80", "task.test=20", "task.epochs=1",
		"task.neurons=200",
		"task.probe=8", "task.sweep=5", "task.batch=16", "task.record=1"}
	short := map[string][]string{
		"balanced": append([]string{"populations.exc.size=1000", "populations.inh.size=250"}, moment...),
		"balanced-stdp": append([]string{"populations.exc.size=1000", "populations.inh.size=250",
			"record.weights=[\"exc_exc\"]", "figures={}"}, moment...),
		"coba": moment,
		"cuba": moment,
		"two-compartment": append([]string{"populations.exc.size=800", "populations.inh.size=200"},
			moment...),
		"propagation": append([]string{"populations.pyr?.size=400", "populations.pv.size=100",
			"populations.som.size=100"}, moment...),
		"propagation-physical": append([]string{"figures={}",
			"populations.pyr?.size=400", "populations.pv.size=100", "populations.som.size=100"}, moment...),
		"replay":         moment,
		"izhikevich":     moment,
		"hodgkin-huxley": moment,
		"nmda-plateau":   moment,
		"pyramid":        moment,
		"calcium-spike":  {"experiment.duration=215 ms", "experiment.bin=20 ms", "models.pyramid.substeps=2", "figures={}"},
		"single-cell": {"experiment.duration=2 s", "experiment.settle=200 ms", "experiment.seeds=2",
			"populations.*.size=20",
			"stimuli.*_steps.hold=100 ms", "figures.responses.skip=60 ms", "stimuli.*_steps.from=200 ms",
			"experiment.bin=10 ms"},
		"microcircuit": append([]string{"populations.L23E.size=207", "populations.L23I.size=58",
			"populations.L4E.size=219",
			"populations.L4I.size=55", "populations.L5E.size=49", "populations.L5I.size=11",
			"populations.L6E.size=144",
			"populations.L6I.size=29", "record.weights=[\"L4E_L23E\"]"}, moment...),
		"plasticity-population": append([]string{"populations.noise_*.size=2500", "populations.input.size=100",
			"populations.post.size=100",
			"projections.*_soma.p=0.04", "projections.*_apical.p=0.04", "experiment.settle=200 ms",
			"experiment.bin=100 ms",
			"record.weights=[\"input_post\"]", "protocol.*.hold=300 ms"}, "experiment.seeds=2"),
		"target-tracking": append([]string{"experiment.settle=200 ms", "experiment.bin=100 ms",
			"populations.*.size=60",
			"record.weights=[\"in_hid\", \"hid_out\"]"}, presented...),
		"xor": append([]string{"populations.*.size=60", "protocol.training.repeats=2", "experiment.bin=100 ms",
			"record.weights=[\"in1_hid1\", \"hid1_out\"]"}, presented...),
		"plasticity-curve": {"task.repeats=2", "task.duration=5 s"},
		"gradient": {"task.inputs=8", "task.units=8", "task.outputs=4", "task.depths=[1, 2]", "task.batch=4",
			"task.k=[32, 316]",
			"task.at_k=316", "task.gains=[1, 3]", "task.learning_steps=4"},
		"regression": {"experiment.seeds=1", "task.hidden=5", "task.teacher=5", "task.neurons=50",
			"task.training=20 s", "task.test=4 s"},
		"digits": append([]string{"task.fading_images=100", "task.hidden=[\"dense 12\"]"}, images...),
		"mnist": append([]string{"task.fading_images=100", "task.hidden=[\"dense 10\", \"dense 10\"]"},
			images...),
		"cifar10": append([]string{"task.hidden=[\"conv 2 5 4\", \"dense 8\"]"}, images...),
	}
	writeImages(dir)
	for _, name := range experiment.Builtin() {
		c := goldenCase{name: name, builtin: name, interrupt: name != "xor"} // see TestXORInterrupted
		for _, s := range short[name] {
			c.args = append(c.args, "--set", s)
		}
		cases = append(cases, c)
	}
	variants := goldenCase{name: "xor-variants", builtin: "xor", args: []string{"--variants",
		"ccn_two,fast_short_term,fast_cells",
		"--set", "figures={}",
		"--set", "protocol.training.teacher_from=100 ms", "--set", "protocol.training.plasticity_from=100 ms"}}
	short["xor"] = append([]string{"protocol.training.repeats=2", "protocol.training.measure_to=0 s",
		"protocol.training.until=end"}, short["xor"]...)
	for _, s := range short["xor"] {
		variants.args = append(variants.args, "--set", s)
	}
	return append(cases, variants)
}

// writeImages writes tiny sets of noise in the formats of MNIST and CIFAR-10.
func writeImages(dir string) {
	noise := rand.NewChaCha8([32]byte([]byte("golden files of tiny image sets.")))
	bytesOf := func(n int, limit byte) []byte {
		b := make([]byte, n)
		noise.Read(b)
		for i := range b {
			b[i] %= limit
		}
		return b
	}
	idx := func(magic uint32, payload []byte, sizes ...uint32) []byte {
		b := binary.BigEndian.AppendUint32(nil, magic)
		for _, s := range sizes {
			b = binary.BigEndian.AppendUint32(b, s)
		}
		return append(b, payload...)
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			panic(err)
		}
	}
	for i, prefix := range []string{"train", "t10k"} {
		n := []int{80, 20}[i]
		write(prefix+"-images-idx3-ubyte", idx(0x803, bytesOf(n*28*28, 255), uint32(n), 28, 28))
		write(prefix+"-labels-idx1-ubyte", idx(0x801, bytesOf(n, 10), uint32(n)))
	}
	for _, name := range []string{"data_batch_1.bin.gz", "test_batch.bin.gz"} { // these always have 10,000 records
		var eight []byte
		for range 8 {
			eight = append(append(eight, bytesOf(1, 10)...), bytesOf(3*32*32, 255)...)
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		for range 10000 / 8 {
			z.Write(eight)
		}
		z.Close()
		write(name, b.Bytes())
	}
}

// Every built-in experiment is shortened by the golden test.
func TestGoldenHasAllBuiltins(t *testing.T) {
	for _, c := range builtinCases(t.TempDir()) {
		if len(c.args) == 0 {
			t.Errorf("%s would run in full length", c.name)
		}
	}
}

// The exclusive-or, which takes long, is interrupted in a shorter version than that of its golden file.
func TestXORInterrupted(t *testing.T) {
	args := []string{"--set", "experiment.seeds=1", "--set", "protocol.*.hold=60 ms", "--set",
		"protocol.*.measure_from=10 ms",
		"--set", "protocol.training.repeats=1", "--set", "protocol.training.teacher_from=20 ms",
		"--set", "protocol.training.plasticity_from=20 ms", "--set", "protocol.training.measure_to=0 s",
		"--set", "populations.*.size=20", "--set", "experiment.settle=60 ms", "--set", "experiment.bin=20 ms"}
	whole := filepath.Join(t.TempDir(), "whole")
	var out, errs bytes.Buffer
	if code := run(append([]string{"run", "xor", "-o", whole}, args...), &out, &errs); code != done {
		t.Fatal(errs.String())
	}
	interruptedLike(t, "xor", args, whole)
}
