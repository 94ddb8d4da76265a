package neuron

//go:generate sh -c "cd internal/asm && go run . -out ../../step_amd64.s -stubs ../../step_amd64.go -pkg neuron"

import (
	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

// stepKernel advances eight neurons by a step: it copies u to before, changes u, and returns which lanes must be looked at
// again because a spike may have happened. Kernels are vector code; see kernels_amd64.go. nil: there is none, and
// every neuron takes the scalar step, whose bits are the same.
type stepKernel func(c *lanes.Constants, u *lanes.State, v *lanes.Input, before *lanes.State) uint32

// octet is eight neighbouring neurons on their way through a piece of a window, in the form that kernels work on.
type octet struct {
	u, before lanes.State
	in        lanes.Input
	due       spike.Tick // next time at which a lane needs more than the kernel: end of refractoriness, pending spike, ...
	held      uint32     // lanes that cannot spike
}

var (
	noCurrent lanes.Vec
	noPairs   [lanes.Width]lanes.Pair
)

// soa is the state of a population of two compartments: what an octet loads and stores.
type soa struct {
	x, y, ws, wd, th []float32
	g                *[twoChannels][]float32
}

func (o *octet) load(s *soa, i int) {
	o.u[lanes.X], o.u[lanes.Y] = lanes.Vec(s.x[i:]), lanes.Vec(s.y[i:])
	o.u[lanes.WS], o.u[lanes.WD], o.u[lanes.Th] = lanes.Vec(s.ws[i:]), lanes.Vec(s.wd[i:]), lanes.Vec(s.th[i:])
	for k := range s.g {
		o.u[lanes.G+k] = lanes.Vec(s.g[k][i:])
	}
}

func (o *octet) store(s *soa, i int) {
	*(*lanes.Vec)(s.x[i:]), *(*lanes.Vec)(s.y[i:]) = o.u[lanes.X], o.u[lanes.Y]
	*(*lanes.Vec)(s.ws[i:]), *(*lanes.Vec)(s.wd[i:]), *(*lanes.Vec)(s.th[i:]) = o.u[lanes.WS], o.u[lanes.WD], o.u[lanes.Th]
	for k := range s.g {
		*(*lanes.Vec)(s.g[k][i:]) = o.u[lanes.G+k]
	}
}

// receive points the kernel at what reaches the octet that starts at neuron i of the shard in step s.
func (o *octet) receive(in *Input, s, i int) {
	for port := range 2 {
		d := &in.Drives[port]
		o.in.Shared[2*port], o.in.Shared[2*port+1] = d.Start[s], d.End[s]
		o.in.Own[2*port], o.in.Own[2*port+1] = &noCurrent, &noCurrent
		if d.OwnStart != nil {
			at := s*in.Len + i
			o.in.Own[2*port], o.in.Own[2*port+1] = (*lanes.Vec)(d.OwnStart[at:]), (*lanes.Vec)(d.OwnEnd[at:])
		}
	}
	for k := range o.in.Pairs {
		o.in.Pairs[k] = &noPairs
		if cells := in.Cells[k].Pairs; cells != nil {
			o.in.Pairs[k] = pairsAt(cells, s*in.Len+i)
		}
	}
}

// lane returns the state of one neuron.
func lane(s *lanes.State, l int) (u two) {
	u = two{x: s[lanes.X][l], y: s[lanes.Y][l], ws: s[lanes.WS][l], wd: s[lanes.WD][l], th: s[lanes.Th][l]}
	for k := range u.g {
		u.g[k] = s[lanes.G+k][l]
	}
	return u
}

// put replaces the state of one neuron.
func (o *octet) put(l int, u *two) {
	o.u[lanes.X][l], o.u[lanes.Y][l], o.u[lanes.WS][l], o.u[lanes.WD][l], o.u[lanes.Th][l] = u.x, u.y, u.ws, u.wd, u.th
	for k := range u.g {
		o.u[lanes.G+k][l] = u.g[k]
	}
}

// octets is what a population needs to take its neurons through the kernels. The zero value has no kernel.
type octets struct {
	constants *lanes.Constants
	kernels   [2]stepKernel // without and with nmda
	scratch   []*octet      // by the first neuron of a shard, in words of 64
}

func newOctets(n int, c *lanes.Constants, plain, nmda stepKernel) octets {
	return octets{c, [2]stepKernel{plain, nmda}, make([]*octet, (n+sleepWord-1)/sleepWord)}
}

// kernel returns the kernel for an input, nil if neurons must be advanced one by one: where some may sleep, where parameters
// differ from neuron to neuron, or where the processor has no kernel.
func (s *octets) kernel(in *Input) stepKernel {
	switch {
	case in.Touched != nil:
		return nil
	case usesNMDA(in):
		return s.kernels[1]
	}
	return s.kernels[0]
}

// octet returns the memory that a shard works in.
func (s *octets) octet(r Range) *octet {
	o := &s.scratch[r.Lo/sleepWord]
	if *o == nil {
		*o = new(octet)
	}
	return *o
}

// usesNMDA reports whether anything ends on an nmda channel.
func usesNMDA(in *Input) bool {
	return in.Cells[somaNMDA].Pairs != nil || in.Cells[apicalNMDA].Pairs != nil
}
