// Package picture draws what deep networks of bursting neurons do: how they learn, what they answer, how their
// updates lie to the gradient, and the spikes behind one answer. Every picture is a struct of plain slices with a
// Page, so that figure.Save writes it as PNG, SVG and CSV:
//
//	err := figure.Save("out/confusion", picture.Confusion{Classes: set.Classes, Counts: counts})
//
// Learning shows errors over training, Angles and Statistics what each layer does meanwhile, Sweep a quantity
// against a setting (accuracy against presentation time, ensemble size or depth), Confusion the answers by class,
// Sheet example images with their answers, and Spikes the raster of one image, layer by layer.
//
// Slices of one curve have equal lengths. NaN leaves a gap. Nothing is thinned or smoothed.
package picture
