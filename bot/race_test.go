//go:build race

package bot

// thinned is of how many pure cases one is tried here. The race detector makes
// them twenty times slower and has nothing to find in them; without it all are.
const thinned = 12
