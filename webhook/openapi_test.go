package webhook_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

var update = flag.Bool("update", false, "rewrite openapi.json from the code")

func TestOpenAPIFileIsWhatTheServerServes(t *testing.T) {
	got := start(t, nil).do("GET", "/openapi.json", "").want(t, 200).body
	if *update {
		check(t, os.WriteFile("openapi.json", got, 0o644))
		return
	}
	want, err := os.ReadFile("openapi.json")
	check(t, err)
	if !bytes.Equal(got, want) {
		t.Error("webhook/openapi.json is out of date; run go test ./webhook -run OpenAPIFile -update")
	}
}

// contract checks answers against the document.
type contract struct {
	t      *testing.T
	r      *rig
	router routers.Router
	seen   map[string]bool // "METHOD path status"
}

func newContract(t *testing.T, r *rig) *contract {
	t.Helper()
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(r.do("GET", "/openapi.json", "").body)
	check(t, err)
	check(t, doc.Validate(context.Background()))
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/markdown", openapi3filter.PlainBodyDecoder)
	router, err := legacy.NewRouter(doc)
	check(t, err)
	return &contract{t: t, r: r, router: router, seen: make(map[string]bool)}
}

// do makes a request and checks its answer.
func (c *contract) do(status int, method, path, body string, extra ...string) answer {
	c.t.Helper()
	req := c.r.request(method, path, strings.NewReader(body), extra...)
	got := c.r.send(req)
	if got.status != status {
		c.t.Errorf("%s %s = %d, want %d: %.300s", method, path, got.status, status, got.body)
	}
	route, params, err := c.router.FindRoute(req)
	if err != nil {
		c.t.Errorf("%s %s: %v", method, path, err)
		return got
	}
	c.seen[fmt.Sprint(method, " ", route.Path, " ", got.status)] = true
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		c.t.Errorf("%s %s = %d does not match the document: %v\n%.600s", method, path, got.status, err, got.body)
	}
	return got
}

func TestAnswersMatchTheDocument(t *testing.T) {
	aws := newAmazon(t, time.Now())
	r := start(t, aws.trusted).withSeeds()
	c := newContract(t, r)
	c.do(200, "POST", "/webhooks/cloudwatch", aws.sign(t, subscription(time.Now())))
	c.do(202, "POST", "/webhooks/pagerduty-events", `{"event_action":"resolve","dedup_key":"a"}`)

	d := c.do(200, "POST", "/api/v1/decisions/analyze", `{"error_type":"database_timeout","spike_percentage":450,"service":"checkout"}`)
	if d.field(t, "matched_incident") != "INC-2025-001" || d.field(t, "confidence_score") != 0.95 || d.field(t, "example") != true {
		t.Errorf("decision = %s", d.body)
	}
	c.do(200, "POST", "/api/v1/decisions/analyze", `{"description":"frobnicators are out of phase"}`)
	c.do(200, "POST", "/api/v1/decisions/analyze", `{"error_type":"memory_leak","service":null,"labels":null}`)
	c.do(422, "POST", "/api/v1/decisions/analyze", `{}`)
	c.do(400, "POST", "/api/v1/decisions/analyze", `{`)
	one := c.do(202, "POST", "/api/v1/decisions/stream-anomaly", `{"error_type":"kafka_consumer_lag","spike_percentage":320,"service":"fulfilment","labels":{"a":"b"}}`)
	incident, ok := one.field(t, "incident_id").(string)
	if !ok {
		t.Fatalf("no incident: %s", one.body)
	}
	c.do(202, "POST", "/api/v1/decisions/stream-anomaly", `{"error_type":"never_began","status":"resolved"}`)
	c.do(422, "POST", "/api/v1/decisions/stream-anomaly", `{}`)
	c.do(202, "POST", "/webhooks/generic", anomaly(map[string]any{"labels": map[string]string{"a": "b"}, "links": []string{"https://g.example/d"}, "value": 1.5, "threshold": 1}))
	c.do(400, "POST", "/webhooks/generic", `{}`)
	c.do(404, "POST", "/webhooks/nothing", `{}`)

	var decided struct {
		Decisions []struct{ ID string } `json:"decisions"`
	}
	eventually(t, "a decision", func() bool {
		r.do("GET", "/api/v1/decisions?incident_id="+incident, "").decode(t, &decided)
		return len(decided.Decisions) > 0
	})
	dec := decided.Decisions[0].ID
	c.do(200, "GET", "/api/v1/decisions", "")
	first := c.do(200, "GET", "/api/v1/decisions?limit=1", "")
	next, ok := first.field(t, "next").(string)
	if !ok {
		t.Fatalf("no cursor: %s", first.body)
	}
	c.do(200, "GET", "/api/v1/decisions?limit=200&after="+next, "")
	c.do(200, "GET", "/api/v1/decisions/"+dec, "")
	c.do(404, "GET", "/api/v1/decisions/none", "")
	c.do(200, "POST", "/api/v1/decisions/"+dec+"/review", `{"verdict":"reject","actor":"@lead","reason":"it is the disk","correct_action":"grow it"}`)
	c.do(409, "POST", "/api/v1/decisions/"+dec+"/review", `{"verdict":"approve","actor":"@oncall"}`)
	c.do(200, "GET", "/api/v1/decisions/"+dec, "")
	c.do(403, "DELETE", "/api/v1/decisions/"+dec+"/review", `{"actor":"@oncall"}`)
	c.do(200, "DELETE", "/api/v1/decisions/"+dec+"/review?actor=@lead", "")
	c.do(200, "POST", "/api/v1/decisions/"+dec+"/review", `{"verdict":"approve"}`)
	c.do(200, "POST", "/api/v1/decisions/"+dec+"/outcome", `{"outcome":"worked","actor":"@oncall","note":"lag is gone"}`)
	c.do(409, "POST", "/api/v1/decisions/"+dec+"/outcome", `{"outcome":"failed","actor":"@lead"}`)
	c.do(200, "POST", "/api/v1/decisions/"+dec+"/outcome", `{"outcome":"reverted","actor":"@oncall"}`)
	c.do(422, "POST", "/api/v1/decisions/"+dec+"/outcome", `{"outcome":"splendid"}`)
	c.do(404, "POST", "/api/v1/decisions/dec_none/outcome", `{"outcome":"worked","actor":"@oncall"}`)

	other := c.do(202, "POST", "/api/v1/decisions/stream-anomaly", `{"error_type":"disk_full","service":"billing","labels":{"disk":"a"}}`).field(t, "incident_id").(string)
	third := c.do(202, "POST", "/api/v1/decisions/stream-anomaly", `{"error_type":"disk_full","service":"ledger"}`).field(t, "incident_id").(string)
	c.do(200, "POST", "/api/v1/incidents/"+incident+"/link", `{"to":"`+other+`","actor":"@oncall"}`)
	c.do(422, "POST", "/api/v1/incidents/"+incident+"/link", `{"to":"`+incident+`"}`)
	c.do(200, "POST", "/api/v1/incidents/"+other+"/merge", `{"from":"`+third+`","actor":"@oncall"}`)
	c.do(409, "POST", "/api/v1/incidents/"+third+"/merge", `{"into":"`+incident+`"}`)
	c.do(422, "POST", "/api/v1/incidents/"+other+"/merge", `{}`)
	if fresh := c.do(201, "POST", "/api/v1/incidents/"+other+"/split", ``); fresh.field(t, "split_from") != other {
		t.Errorf("split = %s", fresh.body)
	}
	c.do(422, "POST", "/api/v1/incidents/"+other+"/split", `{"alerts":["nothing"]}`)
	c.do(200, "GET", "/api/v1/incidents/"+other, "")
	c.do(200, "GET", "/api/v1/incidents/"+third, "")
	c.do(200, "GET", "/api/v1/incidents/"+other+"/postmortem", "")
	c.do(200, "POST", "/api/v1/incidents/"+incident+"/ack", "")
	c.do(409, "POST", "/api/v1/incidents/"+incident+"/ack", `{"actor":"@oncall"}`)
	c.do(200, "POST", "/api/v1/incidents/"+incident+"/mitigate", `{}`)
	c.do(201, "POST", "/api/v1/incidents/"+incident+"/notes", `{"text":"pool is at 200","actor":"@oncall"}`)
	c.do(422, "POST", "/api/v1/incidents/"+incident+"/resolve", `{"reason":"fixed"}`)
	c.do(200, "POST", "/api/v1/incidents/"+incident+"/resolve", `{"resolution":"throttled","root_cause":"pool","actor":"@oncall"}`)
	c.do(200, "GET", "/api/v1/incidents/"+incident, "")
	c.do(200, "POST", "/api/v1/incidents/"+incident+"/reopen", "")
	c.do(200, "GET", "/api/v1/incidents", "")
	c.do(200, "GET", "/api/v1/incidents?status=open&service=fulfilment&severity=unknown&error_type=kafka_consumer_lag&q=kafka&limit=1", "")
	c.do(200, "GET", "/api/v1/incidents/INC-2025-001", "")
	c.do(422, "GET", "/api/v1/incidents?limit=9999", "")
	past := c.do(201, "POST", "/api/v1/incidents", `{"kind":"incident","title":"Old one","resolution":"turned it off","labels":{"a":"b"},"started_at":"2024-01-02T03:04:05Z","resolved_at":"2024-01-02T04:04:05Z","spike_percentage":12}`)
	c.do(200, "GET", "/api/v1/incidents/"+past.field(t, "id").(string), "")
	c.do(204, "DELETE", "/api/v1/incidents/"+past.field(t, "id").(string), "")
	c.do(404, "GET", "/api/v1/incidents/"+past.field(t, "id").(string), "")
	c.do(409, "DELETE", "/api/v1/incidents/"+incident, "")

	in := c.do(200, "POST", "/api/v1/import", `{"kind":"incident","id":"OLD-1","title":"Old one"}`+"\n"+`{"kind":"poem"}`+"\n")
	if in.field(t, "added") != 1.0 || in.field(t, "bad_count") != 1.0 {
		t.Errorf("import = %s", in.body)
	}
	c.do(413, "POST", "/api/v1/import", strings.Repeat(" ", 64<<20+1))
	if out := c.do(200, "GET", "/api/v1/export", ""); !strings.Contains(string(out.body), `"id":"OLD-1"`) {
		t.Errorf("export = %.300s", out.body)
	}

	c.do(200, "GET", "/api/v1/search?q=database+timeouts", "")
	c.do(200, "GET", "/api/v1/search?q=database&k=2&kind=runbook", "")
	c.do(422, "GET", "/api/v1/search?q=database&kind=poem", "")
	c.do(200, "GET", "/api/v1/stats", "")
	c.do(200, "GET", "/api/v1/stats/weeks", "")
	c.do(200, "GET", "/api/v1/stats/weeks?last=1", "")
	c.do(422, "GET", "/api/v1/stats/weeks?last=54", "")
	c.do(200, "GET", "/api/v1/events?after=0", "")
	events := c.do(200, "GET", "/api/v1/events?after=0&limit=3", "")
	if events.field(t, "next") == nil {
		t.Error("a full page of events has no next")
	}
	c.do(200, "GET", "/api/v1/events?after=999999", "")
	c.do(200, "DELETE", "/api/v1/sessions?of=ann", "")
	c.do(422, "DELETE", "/api/v1/sessions", "")
	c.do(200, "GET", "/healthz", "")
	c.do(200, "GET", "/readyz", "")

	for path, item := range openDoc(t, r).Paths.Map() {
		for method, op := range item.Operations() {
			for code := range op.Responses.Map() {
				if strings.HasPrefix(code, "2") && !c.seen[fmt.Sprint(method, " ", path, " ", code)] {
					t.Errorf("%s %s never answered %s here", method, path, code)
				}
			}
		}
	}
}

func openDoc(t *testing.T, r *rig) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(r.do("GET", "/openapi.json", "").body)
	check(t, err)
	return doc
}

func TestTheReferenceShowsEveryOperation(t *testing.T) {
	r := start(t, locked)
	page := string(r.do("GET", "/docs", "", "Accept: text/html").body)
	var doc *openapi3.T
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(r.do("GET", "/openapi.json", "").body)
	check(t, err)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if !strings.Contains(page, `id="`+op.OperationID+`"`) || !strings.Contains(page, method+" "+path) {
				t.Errorf("%s %s is not in the reference", method, path)
			}
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "style=") {
		t.Error("the reference needs script or inline style")
	}
}
