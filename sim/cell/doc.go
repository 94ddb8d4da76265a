// Package cell has tasks that measure single neurons of a population that the experiment file describes, built-in or
// written as equations: what they answer to currents (response-curve), and the numbers that such neurons are judged by
// (protocols).
package cell
