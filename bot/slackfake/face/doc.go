// Package face is a browser's window on a [slackfake.Slack]: one page that shows
// the workspace as a person in it sees it, drawn from the Block Kit that the app
// sent, and lets them do there what they could do in Slack. The demo mounts it
// beside the dashboard.
//
// It holds no state of its own. stream.go tells each page what is new in the
// workspace's pictures, acts.go does what a person did, and the page, in assets,
// draws. Nothing that is shown ever becomes markup: the page builds nodes, and
// the policy of the server that mounts it forbids the rest.
package face
