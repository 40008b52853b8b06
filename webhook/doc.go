// Package webhook is the sidecar: everything that speaks HTTP. Monitoring
// systems post to it, tools use its REST API, browsers follow its feed and its
// dashboard. It holds no rules of its own: it verifies, parses, calls the
// engine and answers.
//
// routes.go shows the whole URL surface. Errors become answers in one place,
// problem.go.
package webhook
