package experiment

import "testing"

// Training is the stage with most presentations, which are repeats times patterns; the first one of several.
func TestTrainingStage(t *testing.T) {
	const text = `
[experiment]
name = "stages"
[populations.out]
model = "lif"
size = 2
[patterns.a]
[patterns.b]
[patterns.c]
[protocol.one]
patterns = ["a"]
repeats = 5
hold = "100 ms"
[protocol.all]
repeats = 3
hold = "100 ms"
[protocol.two]
patterns = ["a", "b"]
repeats = 4
hold = "100 ms"
`
	for set, want := range map[string]string{"experiment.seeds=1": "all", "protocol.one.repeats=9": "one",
		"protocol.one.repeats=10": "one",
		"protocol.two.repeats=5":  "two"} {
		x, err := LoadText(NewRegistries(), "stages.toml", []byte(text), set)
		if err != nil {
			t.Fatal(err)
		}
		if got := x.TrainingStage(); got != want {
			t.Errorf("%s: training is %s, want %s", set, got, want)
		}
	}
}
