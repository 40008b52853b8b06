// Package confidence answers one question with a number: is this the same problem?
//
// The number is computed from evidence alone (error type, magnitude, text, service, agreement of the neighbours), never
// taken from a model. It is a rule of thumb until outcomes arrive, and is then calibrated on them. Below [Threshold] the
// answer is "no confident match". All functions are pure.
package confidence
