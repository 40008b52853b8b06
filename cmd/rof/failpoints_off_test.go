//go:build !failpoints

package main

import "testing"

// What a build for tests has, failpoints_test.go shows.
func TestANormalBuildHasNoFailpoints(t *testing.T) {
	if len(points(t)) < 12 {
		t.Fatalf("the tree has only the failpoints %q", points(t))
	}
	if names, armable := linked(t); len(names) > 0 || armable {
		t.Errorf("a normal binary holds the failpoints %q; it reads the setting: %v", names, armable)
	}
}
