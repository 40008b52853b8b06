package webhook_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ragoffire/webhook"
)

const secret = "a-token-of-the-team"

func locked(c *webhook.Config) { c.Token = secret }

// operations reads the routes from the OpenAPI document, which is made from the
// code, and adds the pages, which are not in it.
func operations(t *testing.T, r *rig) [][2]string {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	r.do("GET", "/openapi.json", "").want(t, 200).decode(t, &doc)
	all := [][2]string{{"GET", "/"}, {"GET", "/i/INC-2025-001"}, {"GET", "/docs"}, {"GET", "/openapi.json"}, {"GET", "/metrics"}}
	for _, page := range []string{"GET /history", "POST /history", "GET /r/RB-1", "GET /trust", "GET /ask", "POST /ask", "GET /d/dec_1"} {
		method, path, _ := strings.Cut(page, " ")
		all = append(all, [2]string{method, path})
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			all = append(all, [2]string{strings.ToUpper(method), regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "x")})
		}
	}
	if len(all) < 25 {
		t.Fatalf("only %d routes", len(all))
	}
	return all
}

func TestEveryRouteNeedsTheTokenButTheListed(t *testing.T) {
	r := start(t, locked)
	open := map[string]int{
		"GET /healthz": 200, "GET /readyz": 200, "POST /webhooks/x": 404,
		"GET /login": 200, "POST /login": 401, "POST /logout": 303,
		"GET /assets/app.css": 200, "GET /assets/app.js": 200, "GET /assets/login.js": 200, "GET /assets/icon.svg": 200,
		"GET /assets/nothing": 404, "GET /webhooks/alertmanager": 405,
	}
	routes := operations(t, r)
	for path := range open {
		method, path, _ := strings.Cut(path, " ")
		routes = append(routes, [2]string{method, path})
	}
	for _, odd := range []string{
		"/nothing", "/api/v1/nothing", "/healthz/", "/healthz%2Fx", "/assets/..%2F..%2Fapi%2Fv1%2Fincidents", "//api/v1/incidents",
		"/login/..%2fapi/v1/incidents", "/assets/%2e%2e/incidents", "/API/v1/incidents", "/api/v1/incidents%3Fx", "/webhooks%2Fx", "/webhooks/",
	} {
		routes = append(routes, [2]string{"GET", odd})
	}
	for _, op := range routes {
		name := op[0] + " " + op[1]
		want, listed := open[name]
		if !listed {
			want = 401
		}
		for _, credentials := range []string{"", "Bearer wrong", "Bearer ", "Basic " + secret, "Bearer " + secret + "x", strings.ToUpper("bearer " + secret)} {
			got := r.do(op[0], op[1], "", "Authorization: "+credentials)
			if got.status == 404 && !listed && strings.HasPrefix(op[1], "/assets/") {
				continue // an asset that is not there, and nothing else either
			}
			if got.status != want {
				t.Errorf("%s with %q = %d, want %d", name, credentials, got.status, want)
			}
		}
		if want == 401 && op[1] != "/ws/incidents" && op[1] != "/login" {
			if got := r.do(op[0], op[1], ""); got.status == 401 {
				t.Errorf("%s with the token = 401", name)
			}
		}
	}
}

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	r := start(t, func(c *webhook.Config) { c.Token, c.PublicURL = secret, "https://rof.example.com" })
	for _, op := range append(operations(t, r), [2]string{"GET", "/login"}, [2]string{"GET", "/assets/app.js"}, [2]string{"GET", "/nothing"}, [2]string{"PATCH", "/api/v1/incidents"}) {
		for _, credentials := range []string{"Bearer " + secret, ""} {
			h := r.do(op[0], op[1], "{}", "Authorization: "+credentials).header
			csp := h.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "trusted-types 'none'"} {
				if !strings.Contains(csp, part) {
					t.Errorf("%v: policy %q lacks %s", op, csp, part)
				}
			}
			for k, v := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
				"Strict-Transport-Security": "max-age=31536000", "X-Frame-Options": "DENY",
			} {
				if h.Get(k) != v {
					t.Errorf("%v: %s = %q, want %q", op, k, h.Get(k), v)
				}
			}
			if h.Get("X-Request-Id") == "" {
				t.Errorf("%v: no request id", op)
			}
			if op[1] != "/assets/app.js" && h.Get("Cache-Control") != "no-store" {
				t.Errorf("%v: Cache-Control = %q", op, h.Get("Cache-Control"))
			}
		}
	}
}

func TestErrorsAreProblems(t *testing.T) {
	r := start(t, nil)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
	}{
		"a path that is none":    {"GET", "/nothing", "", 404},
		"an API path too":        {"GET", "/api/v1/nothing", "", 404},
		"a method that is none":  {"PATCH", "/api/v1/incidents", "", 405},
		"an unknown incident":    {"GET", "/api/v1/incidents/INC-1999-0001", "", 404},
		"an unknown decision":    {"GET", "/api/v1/decisions/dec_none", "", 404},
		"a verdict on none":      {"POST", "/api/v1/decisions/dec_none/review", `{"verdict":"approve"}`, 404},
		"deleting none":          {"DELETE", "/api/v1/incidents/none", "", 404},
		"an unknown source":      {"POST", "/webhooks/carrier-pigeon", "{}", 404},
		"no body where one must": {"POST", "/api/v1/decisions/analyze", "", 400},
		"a search for nothing":   {"GET", "/api/v1/search", "", 422},
		"a limit of nothing":     {"GET", "/api/v1/incidents?limit=0", "", 422},
		"a limit of all":         {"GET", "/api/v1/incidents?limit=201", "", 422},
		"a cursor of noise":      {"GET", "/api/v1/incidents?after=%00%ff", "", 422},
		"a status of noise":      {"GET", "/api/v1/incidents?status=burning", "", 422},
		"a feed from noise":      {"GET", "/ws/incidents?after=yesterday", "", 422},
		"a feed without upgrade": {"GET", "/ws/incidents", "", 400},
		"a page of no incident":  {"GET", "/i/INC-1999-0001", "", 404},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.do(c.method, c.path, c.body).want(t, c.status)
			if got.field(t, "status") != float64(c.status) || got.field(t, "title") == "" || got.field(t, "detail") == "" {
				t.Errorf("problem = %s", got.body)
			}
		})
	}
	t.Run("what the feed refuses is in the document", func(t *testing.T) {
		doc := r.do("GET", "/openapi.json", "").want(t, 200)
		for _, path := range []string{"/ws/incidents", "/ws/incidents?after=yesterday"} {
			if got := r.do("GET", path, ""); doc.field(t, "paths./ws/incidents.get.responses."+strconv.Itoa(got.status)) == nil {
				t.Errorf("%s is answered %d, of which the document says nothing", path, got.status)
			}
		}
	})
	t.Run("an unknown source is told what there is", func(t *testing.T) {
		r.do("POST", "/webhooks/nagios", "{}").names(t, "there are alertmanager, azure, checkly, ")
	})
	t.Run("a browser gets a page", func(t *testing.T) {
		got := r.do("GET", "/i/INC-1999-0001", "", "Accept: text/html")
		if got.status != 404 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			t.Errorf("%d %s", got.status, got.header.Get("Content-Type"))
		}
	})
	t.Run("HEAD is GET without a body", func(t *testing.T) {
		got := r.do("HEAD", "/api/v1/incidents", "")
		if got.status != 200 || len(got.body) != 0 {
			t.Errorf("%d, %d bytes", got.status, len(got.body))
		}
	})
}

func TestAssetsAreLight(t *testing.T) {
	r := start(t, nil).withSeeds()
	total := 0
	for _, path := range []string{"/", "/assets/app.css", "/assets/app.js", "/assets/icon.svg"} {
		total += gzipped(t, r.do("GET", path, "").body)
	}
	if total > 60<<10 {
		t.Errorf("a first visit loads %d bytes, gzipped; want at most 60 KB", total)
	}
	t.Logf("a first visit loads %.1f KB, gzipped", float64(total)/1024)
}

func TestAPageIsCompressedForWhoTakesThat(t *testing.T) {
	r := start(t, nil)
	for accepted, want := range map[string]string{
		"gzip": "gzip", "br, GZIP;q=0.5": "gzip", "deflate, gzip; q=1": "gzip",
		"": "", "identity": "", "gzip;q=0": "", "deflate, gzip; q=0.0": "",
	} {
		t.Run(accepted, func(t *testing.T) {
			got := r.do("GET", "/docs", "", "Accept-Encoding: "+accepted).want(t, 200)
			if got.header.Get("Content-Encoding") != want || got.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%v", got.header)
			}
		})
	}
}

func TestTheServerRefusesAnOpenAddressWithoutToken(t *testing.T) {
	_, err := webhook.New(webhook.Config{Engine: start(t, nil).engine, Listener: outsideListener(t)})
	if err == nil || !strings.Contains(err.Error(), "ROF_API_TOKEN") {
		t.Errorf("err = %v, want one that says what to set", err)
	}
}

func TestAProblemPointsAtWhereTheFieldStands(t *testing.T) {
	r := start(t, nil)
	for _, c := range []struct{ method, path, body, want string }{
		{"GET", "/api/v1/incidents?after=noise", "", "query.after"},
		{"GET", "/api/v1/search?q=%20", "", "query.q"},
		{"POST", "/api/v1/decisions/analyze", `{"description":" "}`, "body.error_type"},
	} {
		var p struct{ Errors []struct{ Location string } }
		r.do(c.method, c.path, c.body).want(t, 422).decode(t, &p)
		if len(p.Errors) != 1 || p.Errors[0].Location != c.want {
			t.Errorf("%s points at %+v; want %s", c.path, p.Errors, c.want)
		}
	}
}
