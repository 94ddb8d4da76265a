// Package figure draws figures as a journal prints them, and writes the numbers in them beside the picture.
//
// A figure is plain data; it knows nothing of simulations. Save writes three files from it, NAME.png (300 dpi),
// NAME.svg and NAME.csv, all from one layout and byte for byte the same whenever the data is the same:
//
//	err := figure.Save("out/isi", figure.Intervals{Populations: ..., Threshold: 16})
//
// The figures of burst multiplexing have a type each: Multiplexing, Traces, Spikes, Intervals, Responses,
// Coherence, Sensitivity, Comparison. Anything else is a Page: rows of Panels, each with axes and Marks (Line, Stack,
// Points, Bars, Raster, Heat, Tiles, Rule). Every named figure is only a function from data to a Page, so a Page can do
// what they can:
//
//	page := figure.Page{Rows: []figure.Row{{Panels: []figure.Panel{{
//		X: figure.Axis{Label: "example", Log: true},
//		Y: figure.Axis{Label: "test error", Unit: "%", Zero: true},
//		Marks: []figure.Mark{figure.Line{Name: "BurstCCN", X: n, Y: mean, SD: sd}},
//	}}}}}
//
// Style: widths of one (88 mm) or two (180 mm) journal columns; nothing under 8 pt at that size except exponents;
// the eight colours of Okabe & Ito (2008), which colour-blind readers tell apart; thin spines that do not touch
// the data; legends above the data and never on it; panel letters; one time axis for stacked panels. Values that
// are NaN leave a gap, and a figure without data is an empty frame.
//
// Axes and layout are drawn here, on the canvases, fonts and colour maps of gonum.org/v1/plot, because plot.Plot
// has neither right-hand axes nor panels of different height with aligned axes.
package figure
