// Command asm generates the vector kernels of package neuron and its sub-package rng:
//
//	go generate ./neuron
//
// It is a module of its own so that the simulator does not depend on the assembler. Every kernel is the scalar code written
// once more, operation by operation, so that both give the same bits.
package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"os"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	set := os.Args[1]
	os.Args = append(os.Args[:1], os.Args[2:]...)
	ConstraintExpr("!noasm")
	map[string]func(){"neuron": steps, "rng": random, "equations": operations}[set]()
	Generate()
}

// random are the kernels of random words.
func random() {
	// Three groups occupy the registers of 256 bits, two suit short requests.
	philoxKernel(8, 2)
	philoxKernel(8, 3)
	philoxKernel(16, 2)
	philoxKernel(16, 4)
	philoxEachKernel()
}

// steps are the kernels that take neurons through a step, and their noise.
func steps() {
	countKernel("countSumsAVX2", false)
	countKernel("countPairsAVX2", true)
	arrivalKernel()
	addKernel()
	scanKernel()
	models := []model{lifStep("lifStep", true), lifStep("lifCurrentStep", false), deltaStep(), adexStep()}
	for _, soma := range []bool{true, false} {
		for _, nmda := range []bool{true, false} {
			v := variant{soma: soma, nmda: nmda}
			models = append(models, burstStep(v, false), burstStep(v, true), twoStep(v))
		}
	}
	for _, w := range []Width{8, 16} {
		normals(w)
		ornsteinUhlenbeck(w)
		for _, m := range models {
			step(m, w)
		}
	}
}

// extension names the instructions for vectors of a width.
func extension(w Width) string {
	if w == 16 {
		return "AVX512"
	}
	return "AVX2"
}
