package webhook

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// role is what somebody may do; each may what those before it may.
type role int

const (
	nobody role = iota
	viewer
	responder
	approver
	admin
)

func (r role) String() string {
	return [...]string{"none", "viewer", "responder", "approver", "admin"}[r]
}

// roleNamed reads a role of the config; none is one there.
func roleNamed(name string) (role, error) {
	for r := nobody; r <= admin; r++ {
		if r.String() == name {
			return r, nil
		}
	}
	return nobody, fmt.Errorf("%q is no role; there are viewer, responder, approver and admin, and for default none", name)
}

// needed says who may use which route, wherever a request comes from. A route
// that is not here, nor open, is the admins': what somebody forgets is shut.
func needed() map[string]role {
	out := make(map[string]role)
	for r, routes := range map[role][]string{
		viewer: {
			"GET /", "GET /i/:id", "GET /d/:id", "GET /r/:id", "GET " + pastRoute, "GET /trust", "GET " + askRoute, "GET /docs", "GET /openapi.json", "GET /metrics", "GET /ws/incidents",
			"GET /api/v1/decisions", "GET /api/v1/decisions/:id", "GET /api/v1/incidents", "GET /api/v1/incidents/:id",
			"GET " + postmortemRoute, "GET /api/v1/search", "GET /api/v1/stats", "GET /api/v1/stats/weeks", "GET /api/v1/events", "GET " + exportRoute,
		},
		responder: {
			"POST " + askRoute, "POST /api/v1/decisions/analyze", "POST /api/v1/decisions/stream-anomaly", "POST /api/v1/decisions/:id/outcome",
			"POST /api/v1/incidents/:id/ack", "POST /api/v1/incidents/:id/mitigate", "POST /api/v1/incidents/:id/resolve",
			"POST /api/v1/incidents/:id/reopen", "POST /api/v1/incidents/:id/notes", "POST /api/v1/incidents/:id/merge",
			"POST /api/v1/incidents/:id/split", "POST /api/v1/incidents/:id/link",
		},
		approver: {"POST /api/v1/decisions/:id/review", "DELETE /api/v1/decisions/:id/review"},
		admin: {
			"POST /api/v1/incidents", "DELETE /api/v1/incidents/:id", "POST " + importRoute, "POST " + pastRoute, "DELETE /api/v1/sessions",
		},
	} {
		for _, route := range routes {
			out[route] = r
		}
	}
	return out
}

// tellRoles says in the document who may use which operation.
func tellRoles(doc *huma.OpenAPI) {
	listed := needed()
	for path, item := range doc.Paths {
		route := strings.NewReplacer("{", ":", "}", "").Replace(path)
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
			if op == nil || op.Security != nil { // open, or with secrets of its own
				continue
			}
			if op.Extensions == nil {
				op.Extensions = make(map[string]any)
			}
			op.Extensions[roleExtension] = listed[op.Method+" "+route].String()
		}
	}
}

// roleExtension is where the document says an operation's role.
const roleExtension = "x-role"
