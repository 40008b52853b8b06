package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// describe completes the OpenAPI document by what the types alone don't say, and
// keeps it as it is served. webhook/openapi.json is its committed copy.
func (s *Server) describe(a huma.API) error {
	doc := a.OpenAPI()
	doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "ROF_API_TOKEN, where one is set"},
		"session": {Type: "apiKey", In: "cookie", Name: "rof_session", Description: "What signing in at /login gives; __Host-rof_session where the public URL is https"},
	}
	doc.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	doc.Tags = []*huma.Tag{
		{Name: "decisions", Description: "What an alert resembles, what worked then, and what people said of it"},
		{Name: "incidents", Description: "Live and past ones, one collection"},
		{Name: "search", Description: "What the history knows"},
		{Name: "history", Description: "All of it, in and out, as JSON lines"},
		{Name: "stats", Description: "Figures; examples count in none"},
		{Name: "events", Description: "Everything that changes, in order"},
		{Name: "sessions", Description: "Who is signed in to the dashboard"},
		{Name: "webhooks", Description: "Where monitoring systems deliver"},
		{Name: "health", Description: "For probes"},
	}
	s.describePlain(doc)
	nullable(doc)
	explain(doc)
	tellRoles(doc)
	body, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("openapi: %w", err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, body, "", "  "); err != nil {
		return fmt.Errorf("openapi: %w", err)
	}
	pretty.WriteByte('\n')
	s.spec = pack(pretty.Bytes())
	return s.pages.describe(doc)
}

func (s *Server) openapi(c echo.Context) error {
	return s.spec.send(c, http.StatusOK, "application/openapi+json")
}

// describePlain adds the operations that Echo serves by itself: they need the
// raw body, or a connection.
func (s *Server) describePlain(doc *huma.OpenAPI) {
	open := []map[string][]string{}
	problems := func(codes ...int) map[string]*huma.Response {
		out := make(map[string]*huma.Response)
		for _, code := range codes {
			out[strconv.Itoa(code)] = &huma.Response{
				Description: http.StatusText(code),
				Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/ErrorModel"}}},
			}
		}
		return out
	}
	schema := func(v any, name string) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{"application/json": {Schema: huma.SchemaFromType(doc.Components.Schemas, typeOf(v))}}
	}
	hook := problems(400, 401, 403, 404, 405, 413, 503)
	hook["202"] = &huma.Response{
		Description: "All of it is durable. To pagerduty-events the answer is PagerDuty's own: status, message and dedup_key",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{AnyOf: []*huma.Schema{huma.SchemaFromType(doc.Components.Schemas, typeOf(delivered{})), enqueued()}}}},
	}
	hook["200"] = &huma.Response{Description: "A topic's subscription was verified; it is confirmed where the config says so", Content: schema(delivered{}, "Delivered")}
	kinds := make([]any, 0, len(s.sources.kinds))
	for _, name := range sortedKeys(s.sources.kinds) {
		kinds = append(kinds, name)
	}
	doc.AddOperation(&huma.Operation{
		Method: http.MethodPost, Path: "/webhooks/{source}", OperationID: "post-webhooks-source", Tags: []string{"webhooks"},
		Summary: "Deliver alerts, in the format of the source's system",
		Description: "The source's own secret as a bearer token, as the password of basic authentication, in the header of its configuration, as the parameter token or, to pagerduty-events, as routing_key; " +
			"or the sender's signature, where it signs. 503 comes with Retry-After: send it again. " +
			"To the generic source a body, or a member of its list, with a kind of change, deploy, config, flag or migration is not an alert but what somebody changed on a service: " +
			`{"kind": "change", "type": "deploy", "service": "checkout", "title": "deploy 4f1c2e", "ref": "4f1c2e", "actor": "ann", "at": "2026-11-23T02:58:10Z", "url": "https://…"}. ` +
			"The hour before an alert is searched for them. " +
			`{"kind": "heartbeat", "name": "nightly-backup"} is a sign of life: one of the config that stops is an incident.`,
		Parameters: []*huma.Param{{
			Name: "source", In: "path", Required: true, Description: "A kind of system, or the name of a configured source",
			Schema: &huma.Schema{Type: huma.TypeString, Examples: kinds},
		}},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{}}}},
		Responses:   hook, Security: open,
	})
	feed := problems(400, 401, 403, 422, 503)
	feed["101"] = &huma.Response{Description: "A WebSocket that sends events as text messages, and answers {\"type\":\"ping\"} with {\"type\":\"pong\"}"}
	doc.AddOperation(&huma.Operation{
		Method: http.MethodGet, Path: "/ws/incidents", OperationID: "get-ws-incidents", Tags: []string{"events"},
		Summary: "The feed as a WebSocket: each event once, in order, without a gap",
		Parameters: []*huma.Param{{
			Name: "after", In: "query", Description: "The last seq that is known; from now on where missing",
			Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"},
		}},
		Responses: feed,
	})
	s.describeHistory(doc, problems, schema)
	describePostmortem(doc, problems)
	doc.AddOperation(&huma.Operation{
		Method: http.MethodGet, Path: "/healthz", OperationID: "get-healthz", Tags: []string{"health"}, Summary: "Whether the process answers", Security: open,
		Responses: map[string]*huma.Response{"200": {Description: "It does", Content: schema(struct {
			Status string `json:"status"`
		}{}, "Health")}},
	})
	doc.AddOperation(&huma.Operation{
		Method: http.MethodGet, Path: "/readyz", OperationID: "get-readyz", Tags: []string{"health"}, Summary: "Whether alerts can be taken in, check by check", Security: open,
		Responses: map[string]*huma.Response{
			"200": {Description: "Ready", Content: schema(readiness{}, "Readiness")},
			"503": {Description: "Not ready", Content: schema(readiness{}, "Readiness")},
		},
	})
}

// enqueued is how PagerDuty answers an event.
func enqueued() *huma.Schema {
	text := &huma.Schema{Type: huma.TypeString}
	return &huma.Schema{
		Type: huma.TypeObject, Required: []string{"status", "message"},
		Properties: map[string]*huma.Schema{"status": text, "message": text, "dedup_key": {Type: huma.TypeString, Description: "What the alert is resolved by"}},
	}
}

// describeHistory adds the two that stream.
func (s *Server) describeHistory(doc *huma.OpenAPI, problems func(...int) map[string]*huma.Response, schema func(any, string) map[string]*huma.MediaType) {
	lines := map[string]*huma.MediaType{ndjson: {Schema: &huma.Schema{Type: huma.TypeString, Description: "A JSON object a line"}}}
	in := problems(401, 403, 413, 422, 503)
	in["200"] = &huma.Response{Description: "What went in; rows that are no good are listed and the rest is in", Content: schema(imported{}, "Imported")}
	doc.AddOperation(&huma.Operation{
		Method: http.MethodPost, Path: importRoute, OperationID: "post-import", Tags: []string{"history"},
		Summary: "Add past incidents and runbooks, one row a line",
		Description: "A row has kind, incident or runbook, and one of title, symptom and text. An id that exists is updated; the same again changes nothing. " +
			"At most 64 MiB, a few hundred rows a transaction: what went in before an error stays, and the same import again does the rest.",
		Parameters: []*huma.Param{{
			Name: "file", In: "query", Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{"runbooks/KubePodCrashLooping.md"}},
			Description: "The name of a file that the body is, with the folder that was chosen: .md, .json, .jsonl or .csv, read as rof import reads it. JSON lines where missing",
		}},
		RequestBody: &huma.RequestBody{Required: true, Content: lines},
		Responses:   in,
	})
	out := problems(401, 403, 503)
	out["200"] = &huma.Response{Description: "All of the history, one row a line; examples have \"seed\": true", Content: lines}
	doc.AddOperation(&huma.Operation{
		Method: http.MethodGet, Path: exportRoute, OperationID: "get-export", Tags: []string{"history"},
		Summary: "All past incidents and runbooks, as import takes them", Responses: out,
	})
}
