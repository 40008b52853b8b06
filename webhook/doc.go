// Package webhook is the sidecar: everything that speaks HTTP. Monitoring
// systems post to it, tools use its REST API, browsers follow its feed and its
// dashboard. It holds no rules of its own: it verifies, parses, calls the
// engine and answers.
//
// routes.go shows the whole URL surface. Errors become answers in one place,
// problem.go. auth.go is the door: session.go has who is signed in, provider.go
// and callback.go who somebody is, people.go and role.go what they may.
package webhook
