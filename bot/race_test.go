//go:build race

package bot

// thinned is of how many cases one is tried here. The race detector makes them
// twenty times slower and has little to find in them; without it all are.
const thinned = 36
