// Package lanes says where the vector kernels of two-compartment neurons find things: eight neurons, one in each lane of a
// 256-bit register, a row of eight numbers per variable. The Go code that calls the kernels and the program that generates
// them share these places.
package lanes

// Width is the number of neurons that a kernel advances at a time.
const Width = 8

// Vec is one variable of eight neurons.
type Vec [Width]float32

// Rows of a State.
const (
	X  = iota // V_s - E_L, mV
	Y         // V_d - E_L, mV
	WS        // somatic adaptation
	WD        // dendritic adaptation, mV
	Th        // rise of the threshold, mV
	G         // conductances of soma (ampa, nmda, gaba) and dendrite (the same)
)

// Channels is the number of conductances.
const Channels = 6

// State is what changes in a step.
type State [G + Channels]Vec

// Pair is what arrives through one channel: the jump of the conductance at the step's end and its integral.
type Pair struct{ End, Area float32 }

// Input is what reaches the neurons in a step.
type Input struct {
	Shared [4]float32         // currents that all neurons receive: soma start, soma end, dendrite start, dendrite end, pA
	_      [2]float32         // so that pointers are aligned
	Own    [4]*Vec            // currents of each neuron, added to the shared ones
	Pairs  [Channels]*[8]Pair // arrivals
	Box    Vec                // K(t) of the back-propagating spike (two-compartment only)
}

// Constants, one for all eight neurons, in the order of their use.
const (
	ToExc = iota // reversal potentials relative to E_L
	ToInh
	InvTauS
	InvCS
	InvTauD
	InvCD
	A // adaptation, per unit
	B
	Half // half a step, ms
	InvR // 1/step
	LeakS
	WSS
	S0
	S1
	M11
	M12
	Q0
	Q1
	M21
	M22
	W0
	W1
	FadeWS
	FadeTh
	Fade                            // of the conductances
	Area0        = Fade + Channels  // integrals of the conductances against the membrane
	Area1        = Area0 + Channels // and their first moments
	Watch        = Area1 + Channels // V_s relative to the threshold from which a step is looked at again
	Th32         = Watch + 1        // threshold, see burst-Poisson
	GS           = Th32 + 1         // two-compartment: currents of the dendritic activation, back-propagating current,
	GD           = GS + 1           // activation, shares of the kernels' time constants
	C            = GD + 1
	ED           = C + 1
	InvDD        = ED + 1
	ShareS       = InvDD + 1
	ShareD       = ShareS + 1
	NumConstants = ShareD + 1
)

// Constants of a kernel.
type Constants [NumConstants]Vec

// Set fills all lanes of a constant.
func (c *Constants) Set(i int, v float32) {
	for l := range c[i] {
		c[i][l] = v
	}
}
