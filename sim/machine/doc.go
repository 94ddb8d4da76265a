// Package machine says what the operating system knows of this process and of the machine that it runs on: processor
// time, memory, the name of the processor, and the energy that it has taken.
package machine
