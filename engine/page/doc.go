// Package page tells people outside Slack: by a webhook, by e-mail, by ntfy. Each
// is an engine.Pager. What goes out carries the call's key, by which whoever gets
// it twice knows. It also pings a dead-man's switch.
package page
