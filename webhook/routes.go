package webhook

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

const (
	webhookRoute = "/webhooks/:source"
	anyMethod    = "*"
)

// pagerDutyPaths are what clients of PagerDuty add to the address that they are
// given in place of PagerDuty's.
func pagerDutyPaths() []string { return []string{"v2/enqueue", "v2/change/enqueue"} }

// routes is the whole URL surface. What is not under open needs the token or
// a session where either is set, and the role that role.go says.
func (s *Server) routes() error {
	e := s.echo
	e.Use(s.observe, s.secure, s.limit, s.guard)

	open := s.open
	open(http.MethodGet, "/healthz", s.healthz)
	open(http.MethodGet, "/readyz", s.readyz)
	open(http.MethodGet, "/login", s.signInPage)
	open(http.MethodPost, "/login", s.signIn)
	open(http.MethodGet, startRoute, s.signInStart)
	open(http.MethodGet, CallbackPath, s.signInEnd)
	open(http.MethodPost, "/logout", s.signOut)
	open(http.MethodGet, "/assets/:name", s.asset)
	open(anyMethod, webhookRoute, s.deliver)
	open(anyMethod, webhookRoute+"/*", s.deliver) // which counts what is no address of ours

	e.GET("/", s.board)
	e.GET("/i/:id", s.incidentPage)
	e.GET(pastRoute, s.past)
	e.POST(pastRoute, s.upload)
	e.GET("/r/:id", s.runbookPage)
	e.GET("/trust", s.trust)
	e.GET(askRoute, s.askPage)
	e.POST(askRoute, s.ask)
	e.GET("/d/:id", s.decisionPage)
	e.GET("/docs", s.docs)
	e.GET("/openapi.json", s.openapi)
	e.GET("/metrics", s.metrics.handler)
	s.mountDemo()
	e.GET("/ws/incidents", s.feed)
	e.POST(importRoute, s.importHistory)
	e.GET(exportRoute, s.exportHistory)
	e.GET(postmortemRoute, s.postmortem)

	a := s.newAPI()
	op(a, 200, "POST /api/v1/decisions/analyze", "Ask what this is and what worked", s.analyze)
	op(a, 202, "POST /api/v1/decisions/stream-anomaly", "Report an anomaly", s.streamAnomaly)
	op(a, 200, "GET /api/v1/decisions", "List decisions, newest first", s.listDecisions)
	op(a, 200, "GET /api/v1/decisions/{id}", "One decision", s.getDecision)
	op(a, 200, "POST /api/v1/decisions/{id}/review", "Approve or reject a decision", s.review)
	op(a, 200, "DELETE /api/v1/decisions/{id}/review", "Take one's own verdict back, within ten minutes", s.undoReview)
	op(a, 200, "POST /api/v1/decisions/{id}/outcome", "Say what came of the recommendation; who said so may correct it, others after ten minutes", s.outcome)

	op(a, 200, "GET /api/v1/incidents", "List incidents, live and past, the latest start first", s.listIncidents)
	op(a, 201, "POST /api/v1/incidents", "Add a past incident to the history", s.addIncident)
	op(a, 200, "GET /api/v1/incidents/{id}", "One incident with its alerts, decisions and timeline", s.getIncident)
	op(a, 204, "DELETE /api/v1/incidents/{id}", "Delete a past incident from the history", s.deleteIncident)
	op(a, 200, "POST /api/v1/incidents/{id}/ack", "Acknowledge", s.acknowledge)
	op(a, 200, "POST /api/v1/incidents/{id}/mitigate", "Mark as mitigated", s.mitigate)
	op(a, 200, "POST /api/v1/incidents/{id}/resolve", "Resolve, with what fixed it", s.resolve)
	op(a, 200, "POST /api/v1/incidents/{id}/reopen", "Reopen", s.reopen)
	op(a, 201, "POST /api/v1/incidents/{id}/notes", "Add a note to the timeline", s.addNote)
	op(a, 200, "POST /api/v1/incidents/{id}/merge", "Move an incident's alerts to another, and answer with that one", s.merge)
	op(a, 201, "POST /api/v1/incidents/{id}/split", "Take alerts out into an incident of their own, and answer with that", s.split)
	op(a, 200, "POST /api/v1/incidents/{id}/link", "Relate two incidents; each shows the other", s.link)

	op(a, 200, "GET /api/v1/search", "Search past incidents and runbooks", s.search)
	op(a, 200, "GET /api/v1/stats", "Figures of this store", s.stats)
	op(a, 200, "GET /api/v1/stats/weeks", "Figures week by week", s.weeks)
	op(a, 200, "GET /api/v1/events", "The feed as a page", s.events)
	op(a, 200, "DELETE /api/v1/sessions", "Sign somebody out on every replica", s.endSessions)
	s.pages.nav = navOf(e.Routes())
	s.door.assign(e.Routes())
	return s.describe(a)
}

// open registers a route that needs no credentials.
func (s *Server) open(method, path string, h echo.HandlerFunc) {
	s.door.open[path] = true
	if method == anyMethod {
		s.echo.Any(path, h)
		return
	}
	s.echo.Add(method, path, h)
}
