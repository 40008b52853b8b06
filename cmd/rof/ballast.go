package main

// ballastSize is what the collector takes for in use and nothing is ever written
// to, so that it costs no memory. The heap may then grow by as much again before
// it is collected: with a few dozen megabytes in use, as is usual, a burst of
// alerts is collected a third as often, at a tenth of its processor time.
const ballastSize = 64 << 20

// ballast is to be kept while the process serves. It is taken before anything
// else, where memory is fresh and need not be cleared. Whoever sets the collector
// themselves gets what they set.
func ballast(getenv func(string) string) []byte {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return nil
	}
	return make([]byte, ballastSize)
}
