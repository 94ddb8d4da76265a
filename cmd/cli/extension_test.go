package cli

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The program in docs/examples/hcurrent, a module of its own, adds a neuron, a rule, a receptor and a figure; an
// experiment file names all, and they are listed with their keys beside the others.
func TestProgramWithKindsOfItsOwn(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "examples", "hcurrent")
	program := filepath.Join(t.TempDir(), "hcurrent")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out := filepath.Join(t.TempDir(), "out")
	file := filepath.Join(dir, "sag.toml")
	for _, c := range []struct {
		args []string
		want string // in what is printed
		fail bool
	}{
		{[]string{"list", "--models"}, "lif-h", false},
		{[]string{"list", "--rules"}, "burst-hebb", false},
		{[]string{"list", "--receptors"}, "rectifying", false},
		{[]string{"list", "--figures"}, "lengths", false},
		{[]string{"list", "--keys", "lif-h"}, "tau_h", false},
		{[]string{"list", "--keys", "lengths"}, "longest", false},
		{[]string{"check", file, "--set", "populations.cells.receptors.inward.tau=0 ms"}, "receptors.inward.tau", true},
		{[]string{"check", file, "--set", "figures.lengths.populations=[\"none\"]"}, "figures.lengths.populations", true},
		{[]string{"check", file, "--set", "figures.lengths.bin=3"}, "figures.lengths.bin", true},
		{[]string{"check", file, "--set", "populations.cells.tau_h=0 ms"}, "populations.cells.tau_h", true},
		{[]string{"check", file, "--set", "populations.cells.reset=0 mV"}, "must be below the threshold", true},
		{[]string{"run", file, "-o", out}, "cells", false},
	} {
		text, err := exec.Command(program, c.args...).CombinedOutput()
		if (err != nil) != c.fail || !strings.Contains(string(text), c.want) {
			t.Errorf("%v: %v, %q wanted in\n%s", c.args, err, c.want, text)
		}
	}
	for _, name := range []string{"raster.png", "lengths.png", "lengths.txt"} {
		if _, err := os.Stat(filepath.Join(out, "figures", name)); err != nil {
			t.Error(err)
		}
	}
	lines := 0
	sources, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, s := range sources {
		text, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
				lines++
			}
		}
	}
	if lines >= 200 {
		t.Errorf("the program has %d lines of code: it is to show that a neuron, a rule, a receptor and a figure are little",
			lines)
	}
	f, err := os.Open(filepath.Join(out, "weights-recurrent-1.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	grown := 0
	for _, row := range rows[1:] {
		w, err := strconv.ParseFloat(row[2], 64)
		if err != nil || w < 0.2-1e-6 || w > 1 {
			t.Errorf("weight %s: the rule only potentiates, up to 1", row[2])
		}
		if w > 0.2001 {
			grown++
		}
	}
	if grown == 0 {
		t.Error("no weight has changed")
	}
}
