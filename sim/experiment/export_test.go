package experiment

// LargeInput is largeInput, for tests that need figures and so cannot lie in this package.
const LargeInput = largeInput
