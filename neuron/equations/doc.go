// Package equations makes populations of neurons from equations that users write: the tables [models.NAME] of
// experiment files (docs/equations.md is the language).
//
// A Source holds the texts of a model. Compile checks it, in every term and with units, and returns a Model or Errors,
// each of which points at its place with a caret; a Spec is a population of its neurons, with values of parameters, and
// implements neuron.Spec like the specs of the built-in models.
//
// The way of an equation through the files: lexer and parser (text to tree), check (names, units, types), graph and
// builder (tree to single assignments: shared terms once, constants folded, slopes by symbols), scheme (the step of the
// integrator, written as such a graph), compile and program (graph to operations on rows of numbers), rows (vector
// kernels of single operations, with the bits of the Go loops). fast takes blocks of neurons through a step; lane takes
// one neuron through a step in which something happens, event by event; reference is the independent integrator that
// judges both.
//
// Units inside are ms, mV, pA, pF and nS.
package equations
