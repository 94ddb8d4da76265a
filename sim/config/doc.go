// Package config reads experiment files: TOML in which every physical number carries its unit. It is strict, and
// its errors are one line each, with the place, the key, the value, the reason and what is allowed:
//
//	net.toml:12: populations.pyr1.tau_s = "0 ms": must be above 0 (allowed: (0, 1000] ms)
//
// Reading has two steps. Parse turns text into a tree of Nodes that remember file, line and key; Set changes
// single values of the tree (the command line's --set). Decode then fills plain Go structs from the tree, guided
// by field tags:
//
//	type Soma struct {
//		Tau   float64    `toml:"tau" unit:"ms" range:"(0, 1000]" doc:"membrane time constant"`
//		Delay spike.Tick `toml:"delay" unit:"ms" range:"[0.1, 100]"`
//		Port  string     `toml:"port,required" oneof:"soma|apical"`
//	}
//
// A key that is absent keeps what the struct held before; "required" forbids that. The unit tag is the unit that
// the field stores (and the one its range is written in); the file may use any unit of the same dimension. Units
// end here: inside the program there are only floats and ticks.
//
// The other exported names serve the edges: Table for named entries in file order, Format to write a tree back,
// Describe to list the keys of a struct, Nearest to guess what a misspelt name meant, and Node.At with
// Node.Errorf for checks across keys ("no population \"pyr3\"") that only the caller can make.
package config
