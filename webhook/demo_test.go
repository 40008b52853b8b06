package webhook_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"ragoffire/webhook"
)

func TestOnlyTheDemoHasAWorkspaceAndAFrame(t *testing.T) {
	plain := start(t, nil)
	if got := plain.do("GET", "/slack", ""); got.status != 404 {
		t.Errorf("without a demo /slack = %d", got.status)
	}
	if csp := plain.do("GET", "/", "").header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "frame-src") {
		t.Errorf("without a demo the policy is %s", csp)
	}
	r := start(t, func(c *webhook.Config) {
		c.Demo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "demo of "+r.URL.Path) })
	})
	for _, path := range []string{"/slack", "/slack/stream"} {
		if got := r.do("GET", path, ""); got.status != 200 || string(got.body) != "demo of "+path {
			t.Errorf("%s = %d %s", path, got.status, got.body)
		}
	}
	got := r.do("GET", "/", "")
	if csp := got.header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'self'; frame-src 'self'") || !strings.Contains(csp, "require-trusted-types-for 'script'") {
		t.Errorf("the demo's policy is %s", csp)
	}
	if !strings.Contains(string(got.body), `href="/slack"`) {
		t.Error("the dashboard does not lead to the workspace")
	}
	if got := r.do("POST", "/slack/say", "{}", "Sec-Fetch-Site: cross-site"); got.status != 403 {
		t.Errorf("another site's page may speak there: %d", got.status)
	}
	if got := r.do("GET", "/slack", "", "Host: evil.example"); got.status != 403 {
		t.Errorf("another name leads there: %d", got.status)
	}
}
