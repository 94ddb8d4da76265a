package deep

import (
	"fmt"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim/ensemble"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/sim/task"
	"github.com/burstplex/burstplex/synapse/units"
)

// Task trains a network of units on images, in a single phase: teacher and plasticity act while the image is shown.
type Task struct {
	Set        string `toml:"set" oneof:"digits|mnist|cifar10" doc:"images: MNIST or CIFAR-10 from the directory data.dir, or generated digits, which need no files"`
	Images     int    `toml:"images" range:"[0, 1e7]" doc:"training images to use, validation included; 0: all (of digits, 20000)"`
	Validation int    `toml:"validation" range:"[0, 1e6]" doc:"of these, images kept apart for choices: best network, early stopping"`
	Test       int    `toml:"test" range:"[0, 1e6]" doc:"test images to use; 0: all (of digits, 2000)"`
	Input      string `toml:"input" oneof:"events|current" doc:"events: an ensemble per pixel, whose activation is the pixel's brightness; current: normalised pixels drive the first layer directly"`
	Pad        int    `toml:"augment_shift" range:"[0, 100]" doc:"training images are shifted by up to this many pixels in both directions"`
	Flip       bool   `toml:"augment_flip" doc:"half of the training images are mirrored"`

	Hidden []string `toml:"hidden" doc:"hidden layers: \"dense UNITS\" or \"conv CHANNELS KERNEL STRIDE\""`
	Model  string   `toml:"model" oneof:"spikes|counts|rates|backprop|burstprop|edn" doc:"spikes: events and bursts in time; counts: one draw of counts per unit and image (a shortcut without time); rates: rate model of BurstCCN; backprop: rate model with exact gradients (needs feedback = tied; feedback alignment, if feedback is random); burstprop, edn: rate models of other theories, fully connected networks only"`

	WGain      float64 `toml:"weight_gain" range:"(0, 100]" doc:"gain of the initial weights"`
	OutputBias float64 `toml:"output_bias" range:"[-20, 20]" doc:"initial drive of the output units for the mean image; -2.2 is an activation of 0.1"`
	Feedback   string  `toml:"feedback" oneof:"learned|random|symmetric|tied" doc:"Y. learned: changes as the weights do, times the gain, from a weak random start; random: stays; symmetric: gain times the weights at the start, then stays; tied: that at all times, a control that transports weights"`
	Q          string  `toml:"q" oneof:"auto|learned|silence|start|random|tied" doc:"Q. learned: with learned feedback, changes as Y does, times p_b; otherwise starts at p_b Y and learns to silence the apical drive (eta_q); silence: with feedback that stays, is learned before training from an independent random start, without a teacher (silence_images), then stays; start: p_b Y at the start, then stays; random: stays; tied: p_b Y at all times, a control; auto: learned with learned feedback, otherwise tied"`
	Control    string  `toml:"control" oneof:"none|frozen|flipped|shuffled|no_q" doc:"controls: hidden layers that do not learn; feedback of the wrong sign; feedback weights of other synapses; no Q: events are not subtracted from bursts"`

	Epochs   int     `toml:"epochs" range:"[1, 100000]" doc:"times that every training image is shown"`
	Patience int     `toml:"patience" range:"[0, 100000]" doc:"end after this many epochs without a better validation error; 0: never"`
	Batch    int     `toml:"batch" range:"[1, 100000]" doc:"images that are simulated with the same weights, in parallel; 1: weights change after every image"`
	ConvEta  float64 `toml:"eta_conv" range:"(0, 1000]" doc:"factor on eta for convolutions, whose changes are sums over positions"`
	EtaQ     float64 `toml:"eta_q" range:"[0, 1000]" doc:"change of Q per image, where it learns from the apical drive"`

	Probe  int  `toml:"probe" range:"[0, 10000]" doc:"images of the batch whose changes are compared with exact gradients after every epoch; 0: none"`
	Curve  bool `toml:"test_curve" doc:"answer the test images after every epoch too; otherwise once, at the end, with the network that validation images choose"`
	Sweep  int  `toml:"sweep" range:"[0, 1e6]" doc:"test images for accuracy against presentation time and ensemble size; 0: neither"`
	Record int  `toml:"record" range:"[0, 1000]" doc:"test images whose spikes are recorded and drawn at the end, every spike at its own time"`

	plasticity.Ensembles
	plasticity.Silence
	ensemble.Timing

	files *files // that were read; nil: not yet
}

// Default returns what suits fully connected networks on digits.
func Default() *Task {
	return &Task{Set: "digits", Validation: 2000, Input: "events", Hidden: []string{"dense 256", "dense 256"},
		Model: "spikes",
		WGain: 3.6, OutputBias: -2.2, Feedback: "learned", Q: "auto", Control: "none",
		Epochs: 4, Batch: 32, ConvEta: 1, EtaQ: 2e-4, Probe: 128, Sweep: 1000, Record: 2,
		Ensembles: plasticity.DefaultEnsembles(), Silence: plasticity.DefaultSilence(), Timing: ensemble.DefaultTiming()}
}

// Validate implements task.Spec.
func (t *Task) Validate() error {
	bad := func(key string, v float64, unit, reason, allowed string) error {
		return &neuron.ParameterError{Key: key, Value: v, Unit: unit, Reason: reason, Allowed: allowed}
	}
	if t.Rate*t.Dead/1000 > 0.8 {
		return bad("rate", t.Rate, "Hz", fmt.Sprintf("with a dead time of %g ms neurons would nearly always be in it",
			t.Dead), fmt.Sprintf("(0, %.3g] Hz", 800/t.Dead))
	}
	if t.Learn < t.Bin {
		return bad("learn", t.Learn, "ms", "is shorter than a bin", fmt.Sprintf("[%g, 1e4] ms", t.Bin))
	}
	for _, tau := range []struct {
		key string
		ms  float64
	}{{"tau_syn", t.TauSyn}, {"tau_apical", t.TauDend}, {"tau_own", t.TauOwn}, {"burst_delay", t.Delay}} {
		if tau.ms < t.Bin {
			return bad(tau.key, tau.ms, "ms", "is shorter than a bin, which cannot resolve it", fmt.Sprintf("[%g, ...) ms",
				t.Bin))
		}
	}
	shape := units.Shape{Height: 28, Width: 28, Channels: 1}
	if t.Set == "cifar10" {
		shape = units.Shape{Height: 32, Width: 32, Channels: 3}
	}
	a, err := ensemble.NewArchitecture(shape, t.Hidden, 10)
	if err != nil {
		return err
	}
	if err := t.checkFeedback(a); err != nil {
		return err
	}
	for _, p := range a.Projections {
		if _, conv := p.(*units.Conv); conv && (t.Model == "burstprop" || t.Model == "edn") {
			return fmt.Errorf("model = %q: this comparison exists for fully connected networks only", t.Model)
		}
	}
	if t.Record > 0 && t.Neurons > 65536 {
		return bad("neurons", float64(t.Neurons), "", "recorded neurons are numbered up to 65536 in a unit",
			"at most 65536 where record is above 0")
	}
	return nil
}

var _ task.Spec = (*Task)(nil)

// comparator reports whether the model is that of another theory.
func (t *Task) comparator() bool { return t.Model == "burstprop" || t.Model == "edn" }
