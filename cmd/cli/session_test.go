package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A session as a user has it: list, copy, run, look into the recording, export, draw again.
func TestSession(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	recording := filepath.Join("out", "spikes-1.bspk")
	if err := os.WriteFile("cut.bspk", []byte("BSPK"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		exit int
		want string // in what is printed
	}{
		{"list", 0, "propagation"},
		{"list --models", 0, "two-compartment"},
		{"list --keys lif", 0, "tau_m"},
		{"list --keys liff", 2, "lif"},
		{"init cuba -o mine.toml", 0, ""},
		{"init cuba -o mine.toml", 2, "exists"},
		{"check mine.toml", 0, ""},
		{"init replay -o -", 0, "[populations.facilitating]"},
		{"init replay", 0, "replay_recording.csv"},
		{"run replay.toml --set experiment.duration=300ms --set experiment.bin=50ms", 0, "facilitating"},
		{"init replay", 2, "exists"},
		{"check cuba --set projections.exc_inh.weight=heavy", 2, "projections.exc_inh.weight"},
		{"check nothing", 2, "no built-in experiment"},
		{"run mine.toml -o out --set experiment.duration=300ms --set experiment.bin=10ms --set " +
			"record.weights=[\"exc_inh\"] --set record.weights_format=bspk --set record.weights_every=100ms", 0, "exc"},
		{"check mine.toml --set record.weights_format=bspk --set record.spikes=false", 2, "record.spikes"},
		{"check mine.toml --set record.weights_every=100ms", 2, "record.weights_every"},
		{"spikes table " + recording, 0, `"weights-exc_inh"`},
		{"spikes table " + recording + " weights-exc_inh --at 1s", 2, "exc_inh"},
		{"spikes table " + recording + " weights-exc_inh --at 200ms", 0, "source,target,weight,delay_ms"},
		{"spikes table " + recording + " wheights", 2, "weights-exc_inh"},
		{"run mine.toml -o out", 2, "exists"},
		{"spikes info " + recording, 0, "burst, as stored: two or more spikes, ISI below 16ms"},
		{"spikes digest " + recording, 0, ""},
		{"spikes verify " + recording, 0, ""},
		{"spikes head " + recording, 0, "exc"},
		{"spikes export " + recording + " --to csv -o s.csv", 0, ""},
		{"spikes export " + recording + " --to ras -o s.ras", 0, ""},
		{"spikes export " + recording + " --to npz -o s.npz", 0, ""},
		{"spikes stats " + recording + " --bin 10ms", 0, "correlation exc -> inh"},
		{"spikes stats " + recording + " --bin 1s", 0, "ISI below 16ms"},
		{"spikes stats " + recording + " --until 30ms", 0, "0ns to 30ms, bins of 30ms"},
		{"spikes stats " + recording + " --bin 0s", 2, "--bin"},
		{"spikes stats " + recording + " --from 10s --until 11s", 2, "--from"},
		{"spikes head " + recording + " --neurons 3-5,7 -p inh", 0, "inh"},
		{"spikes head " + recording + " --neurons 3-x", 2, "--neurons"},
		{"spikes head " + recording + " --neurons 1000000", 2, "--neurons"},
		{"spikes cut " + recording + " --neurons 0-99 -o hundred.bspk", 0, ""},
		{"spikes info hundred.bspk", 0, "100"},
		{"spikes cut " + recording + " --until 100ms -o first.bspk", 0, ""},
		{"spikes cut " + recording + " --from 100ms -o rest.bspk", 0, ""},
		{"spikes merge rest.bspk first.bspk -o merged.bspk", 0, ""},
		{"spikes cut " + recording + " --from 200ms -o late.bspk", 0, ""},
		{"spikes merge late.bspk first.bspk -o gap.bspk", 2, "100ms to 200ms"},
		{"spikes merge late.bspk first.bspk -o gap.bspk --silence", 0, ""},
		{"spikes info gap.bspk", 0, "silence: 100ms to 200ms"},
		{"spikes merge first.bspk -o merged.bspk", 2, "exist"},
		{"spikes recompact merged.bspk -o small.bspk", 0, ""},
		{"spikes verify small.bspk", 0, "ok"},
		{"spikes import s.csv -o imported.bspk", 0, ""},
		{"spikes info imported.bspk", 0, "inh"},
		{"spikes import s.npz -o from-npz.bspk", 0, "exported by Burstplex"},
		{"spikes export " + recording + " --to ras -o exc.ras -p exc", 0, ""},
		{"run replay --set populations.input.file=" + filepath.Join(dir, "exc.ras") +
			" --set populations.input.size=5 --set populations.input.units=[\"0-4\"] --set experiment.duration=200ms --set " +
			"experiment.settle=50ms --set experiment.bin=50ms -o again", 0, "input"},
		{"check replay --set populations.input.file=" + filepath.Join(dir, recording), 2, "choose one"},
		{"spikes import mine.toml -o never.bspk", 2, "mine.toml"},
		{"spikes info cut.bspk", 2, "cut.bspk"},
		{"spikes info absent.bspk", 2, "absent.bspk"},
		{"plot out", 0, ""},
		{"nonsense", 2, "nonsense"},
	} {
		var out, errs bytes.Buffer
		exit := run(strings.Fields(c.args), &out, &errs)
		if text := out.String() + errs.String(); exit != c.exit || !strings.Contains(text, c.want) {
			t.Errorf("burstplex %s: exit %d instead of %d, %q wanted in\n%s", c.args, exit, c.exit, c.want, text)
		}
		if exit == 2 && strings.Count(strings.TrimSpace(errs.String()), "\n") > 0 {
			t.Errorf("burstplex %s: the error has more than one line:\n%s", c.args, errs.String())
		}
	}
	digest := func(file string) string {
		var out, errs bytes.Buffer
		run([]string{"spikes", "digest", file}, &out, &errs)
		sum, _, _ := strings.Cut(out.String(), " ")
		return sum
	}
	if want := digest(recording); want == "" || digest("small.bspk") != want {
		t.Error("cut, merged and recompacted spikes are not those of the recording")
	}
	if digest("imported.bspk") != digest(recording) {
		t.Error("what was exported as CSV and imported again is not the recording")
	}
	for _, f := range []string{"s.csv", "s.ras", "s.npz", "out/summary.json", "out/figures/raster.png"} {
		if info, err := os.Stat(f); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty", f)
		}
	}
}
