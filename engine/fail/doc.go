// Package fail has the named points at which a build for tests kills itself, to
// show that nothing is lost between any two lines of the way of an alert. Only a
// binary built with the tag failpoints has them; in any other one Point is an
// empty function, of which the compiler leaves nothing, not even the names.
//
// A point is named for what was done last and what comes next: "before" a commit
// is after its last statement, "stored" is after Slack took a message and before
// we wrote that down.
package fail
