//go:build !race

package bot

const thinned = 1
