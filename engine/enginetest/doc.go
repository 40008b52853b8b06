// Package enginetest holds doubles that mean something: a store between an
// engine and the real one that spoils one call of many, a model that does, and
// a queue that does jobs one by one on a clock of its own, so that a whole flow
// of many processes' parts is the same calls in the same order each time.
//
// That is what makes it possible to spoil the first call of a flow, then the
// second, and so on until a run comes to its end unspoilt: each must end in the
// same state.
package enginetest
