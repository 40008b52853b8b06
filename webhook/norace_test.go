//go:build !race

package webhook_test

const thinned = 1
