// Command asm generates the vector kernels of package neuron and its sub-package rng:
//
//	go generate ./neuron
//
// It is a module of its own so that the simulator does not depend on the assembler. Every kernel is the scalar code written
// once more, operation by operation, so that both give the same bits.
package main

import (
	"os"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	set := os.Args[1]
	os.Args = append(os.Args[:1], os.Args[2:]...)
	ConstraintExpr("!noasm")
	map[string]func(){"neuron": steps, "rng": random}[set]()
	Generate()
}

// random are the kernels of random words.
func random() {
	philoxKernel("philox2AVX2", 2)
	philoxKernel("philox3AVX2", 3)
}

// steps are the kernels that take neurons through a step, and their noise.
func steps() {
	normals()
	ornsteinUhlenbeck()
	countKernel("countSumsAVX2", false)
	countKernel("countPairsAVX2", true)
	arrivalKernel()
	lifStep("lifStepAVX2", true)
	lifStep("lifCurrentStepAVX2", false)
	deltaStep()
	adexStep()
	for _, soma := range []bool{true, false} {
		for _, nmda := range []bool{true, false} {
			v := variant{soma: soma, nmda: nmda}
			burstStep(v)
			twoStep(v)
		}
	}
}
