// Package images holds labelled images for training networks: MNIST and CIFAR-10 read from the files that a user
// names, and a generator of digit images that needs no file.
//
//	train, test, err := images.MNIST("data/mnist")      // IDX files, gzipped or not
//	train, test, err := images.CIFAR10("data/cifar-10") // binary version, any of the five batches
//	train, test := images.Digits(10000, 2000, 1)        // rendered from fonts
//
//	train, validation := train.Split(5000, rng.New(seed, "validation"))
//	input := images.Unit(1)                             // pixels 0..255 to [0, 1]
//	input.Apply(x, train.Image(i))
//
// A Set keeps raw bytes; Normal turns an image into the numbers a network reads, Augment distorts it first. Files
// are checked whole before anything is returned: what is wrong with one is a *DataError that names the file, the
// byte, the reason and what is allowed.
package images
