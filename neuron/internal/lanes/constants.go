package lanes

// State rows and constants of the kernels, in the order of their use. Constants are coefficients of a step in the
// scalar code's fields of the same name. Reversal potentials come first and are the same for all neurons of a
// population, as kernels may read them once for all.

// LIF with exponential synapses.
const (
	LIFX = iota
	LIFAMPA
	LIFGABA
)
const (
	LIFToExc = iota // reversal potentials relative to E_L
	LIFToInh
	LIFInvTau
	LIFInvC
	LIFHalf
	LIFInvR
	LIFLeak
	LIFS0
	LIFS1
	LIFFade0
	LIFFade1
	LIFArea00 // area0 of ampa, gaba
	LIFArea01
	LIFArea10 // area1
	LIFArea11
	LIFTh32
	LIFStrong
	LIFLost // the driving force of inhibition at the threshold, mV
	LIFRest // 1/step, in the unit of areas
	LIFConstants
)

// Delta LIF.
const (
	DeltaX = iota
)
const (
	DeltaLeak = iota
	DeltaS0
	DeltaS1
	DeltaTheta
	DeltaReset
	DeltaConstants
)

// AdEx.
const (
	AdExX = iota
	AdExW
	AdExAMPA
	AdExGABA
)
const (
	AdExToExc = iota
	AdExToInh
	AdExXT
	AdExInvDelta
	AdExExpScale
	AdExInvTau
	AdExInvC
	AdExSteep
	AdExStiffness
	AdExStrong
	AdExHalf
	AdExInvR
	AdExM11
	AdExM12
	AdExQ0
	AdExQ1
	AdExM21
	AdExM22
	AdExW0
	AdExW1
	AdExFade0
	AdExFade1
	AdExArea00
	AdExArea01
	AdExArea10
	AdExArea11
	AdExPeak
	AdExDelta
	AdExTauSteps
	AdExLeakStep
	AdExHold // V while refractory
	AdExRest // w tends to it then
	AdExFadeW
	AdExConstants
)

// Neurons of two compartments.
const (
	X   = iota            // V_s - E_L, mV
	Y                     // V_d - E_L, mV
	WS                    // somatic adaptation
	WD                    // dendritic adaptation, mV
	Th                    // rise of the threshold, mV
	G                     // conductances of soma (ampa, nmda, gaba) and dendrite (the same)
	Box = G + MaxChannels // K(t) of the back-propagating spike (two-compartment only)
)
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
	Fade                        // of the conductances
	Area0 = Fade + MaxChannels  // integrals of the conductances against the membrane
	Area1 = Area0 + MaxChannels // and their first moments
	// two-compartment: V_s relative to the threshold from which a step is looked at again
	Watch    = Area1 + MaxChannels
	Th32     = Watch + 1 // threshold
	GS       = Th32 + 1  // two-compartment: currents of the dendritic activation, back-propagating current,
	GD       = GS + 1    // activation, shares of the kernels' time constants
	C        = GD + 1
	ED       = C + 1
	InvDD    = ED + 1
	ShareS   = InvDD + 1
	ShareD   = ShareS + 1
	LeakD    = ShareD + 1 // leak conductance of the dendrite, nS
	Held     = LeakD + 1  // all bits set if V_s is held while refractory, otherwise 0
	Rate     = Held + 1   // escape noise: rate at the threshold per step, 1/slope
	InvDelta = Rate + 1
	Strong   = InvDelta + 1 // conductance, in leaks of the soma, from which a step is looked at again
	StrongD  = Strong + 1   // what one leak of the dendrite counts for in it
	RatioS   = StrongD + 1  // step in membrane time constants
	RatioD   = RatioS + 1
	// burst-Poisson: what a unit of the area of inhibition at the soma takes from V_s near threshold, mV; 1/step in its
	// unit
	Lost         = RatioD + 1
	Rest         = Lost + 1
	TwoConstants = Rest + 1
)
