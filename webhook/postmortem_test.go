package webhook_test

import (
	"strings"
	"testing"
)

func TestAPostmortemIsDraftedAsAFile(t *testing.T) {
	r := start(t, locked).withSeeds()
	sent := r.do("POST", "/api/v1/decisions/stream-anomaly", `{"error_type":"database_timeout","service":"checkout","title":"Checkout times out"}`).want(t, 202)
	id, _ := sent.field(t, "incident_id").(string)
	r.do("POST", "/api/v1/incidents/"+id+"/notes", `{"text":"cause: the pool is too small","actor":"ann"}`).want(t, 201)

	got := r.do("GET", "/api/v1/incidents/"+id+"/postmortem", "").want(t, 200)
	if kind, name := got.header.Get("Content-Type"), got.header.Get("Content-Disposition"); !strings.HasPrefix(kind, "text/markdown") || !strings.Contains(name, id+"-postmortem.md") {
		t.Errorf("%s, %s", kind, name)
	}
	for _, want := range []string{"# Checkout times out", "## Impact", "## Detection", "## Timeline", "## Root cause\n\nthe pool is too small", "## Follow-ups"} {
		if !strings.Contains(string(got.body), want) {
			t.Errorf("no %q in\n%s", want, got.body)
		}
	}
	if page := r.do("GET", "/i/"+id, "", "Accept: text/html").want(t, 200); !strings.Contains(string(page.body), `href="/api/v1/incidents/`+id+`/postmortem"`) {
		t.Error("its page does not lead there")
	}
	r.do("GET", "/api/v1/incidents/INC-2025-001/postmortem", "").want(t, 409).names(t, "history")
	r.do("GET", "/api/v1/incidents/none/postmortem", "").want(t, 404)
	r.token = ""
	r.do("GET", "/api/v1/incidents/"+id+"/postmortem", "").want(t, 401)
}
