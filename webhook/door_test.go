package webhook_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/webhook"
)

// needs is who may do what, at the least. It is written here once more, by hand:
// a route that is missing here fails the test until somebody has thought about it.
var needs = map[string]string{
	"GET /":                                 "viewer",
	"GET /i/:id":                            "viewer",
	"GET /d/:id":                            "viewer",
	"GET /r/:id":                            "viewer",
	"GET /history":                          "viewer",
	"GET /trust":                            "viewer",
	"GET /ask":                              "viewer",
	"POST /ask":                             "responder",
	"POST /history":                         "admin",
	"GET /docs":                             "viewer",
	"GET /openapi.json":                     "viewer",
	"GET /metrics":                          "viewer",
	"GET /ws/incidents":                     "viewer",
	"GET /api/v1/export":                    "viewer",
	"GET /api/v1/search":                    "viewer",
	"GET /api/v1/stats":                     "viewer",
	"GET /api/v1/stats/weeks":               "viewer",
	"GET /api/v1/events":                    "viewer",
	"GET /api/v1/decisions":                 "viewer",
	"GET /api/v1/decisions/:id":             "viewer",
	"GET /api/v1/incidents":                 "viewer",
	"GET /api/v1/incidents/:id":             "viewer",
	"GET /api/v1/incidents/:id/postmortem":  "viewer",
	"POST /api/v1/decisions/analyze":        "responder",
	"POST /api/v1/decisions/stream-anomaly": "responder",
	"POST /api/v1/decisions/:id/outcome":    "responder",
	"POST /api/v1/incidents/:id/ack":        "responder",
	"POST /api/v1/incidents/:id/mitigate":   "responder",
	"POST /api/v1/incidents/:id/resolve":    "responder",
	"POST /api/v1/incidents/:id/reopen":     "responder",
	"POST /api/v1/incidents/:id/notes":      "responder",
	"POST /api/v1/incidents/:id/merge":      "responder",
	"POST /api/v1/incidents/:id/split":      "responder",
	"POST /api/v1/incidents/:id/link":       "responder",
	"POST /api/v1/decisions/:id/review":     "approver",
	"DELETE /api/v1/decisions/:id/review":   "approver",
	"POST /api/v1/incidents":                "admin",
	"DELETE /api/v1/incidents/:id":          "admin",
	"POST /api/v1/import":                   "admin",
	"DELETE /api/v1/sessions":               "admin",
}

// unlocked are the routes that need no credentials, and how they answer somebody
// who has none.
var unlocked = map[string]int{
	"GET /healthz": 200, "GET /readyz": 200, "GET /login": 200, "POST /login": 401, "GET /login/start": 303, "GET /login/callback": 400,
	"POST /logout": 303, "GET /assets/:name": 404,
}

func TestEveryRouteHasARole(t *testing.T) {
	i := newIssuer(t)
	r := start(t, func(c *webhook.Config) {
		i.config(webhook.People{Default: "none", Roles: map[string][]string{
			"viewer": {"sub:viewer"}, "responder": {"sub:responder"}, "approver": {"sub:approver"}, "admin": {"sub:admin"},
		}})(c)
		c.Listener = outsideListener(t)
	}).withSeeds()
	roles := []string{"nobody", "viewer", "responder", "approver", "admin"}
	sessions := make(map[string]string)
	for _, role := range roles {
		i.is(map[string]any{"sub": role})
		p := r.person()
		p.signsIn("/", nil)
		sessions[role] = p.session()
	}
	seen := make(map[string]bool)
	for _, route := range r.server.Routes() {
		method, path, _ := strings.Cut(route, " ")
		seen[route] = true
		address := regexp.MustCompile(`:\w+`).ReplaceAllString(path, "x")
		if strings.HasPrefix(path, "/webhooks/") {
			for _, role := range roles {
				if got := r.do(method, address, "", sessions[role]); got.status == 401 {
					t.Errorf("%s as %s = 401: it has secrets of its own", route, role)
				}
			}
			continue
		}
		if want, ok := unlocked[route]; ok {
			if got := r.do(method, address, ""); got.status != want {
				t.Errorf("%s = %d, want %d", route, got.status, want)
			}
			continue
		}
		need := needs[route]
		if need == "" {
			t.Errorf("%s has no role here", route)
			continue
		}
		for at, role := range roles {
			got := r.do(method, address, "", sessions[role])
			switch {
			case role == "nobody":
				if got.status != 401 {
					t.Errorf("%s as nobody = %d, want 401", route, got.status)
				}
			case at < slices.Index(roles, need):
				if got.status != 403 || !strings.Contains(string(got.body), "this is for the role "+need) {
					t.Errorf("%s as %s = %d %.200s, want 403: it is for %s", route, role, got.status, got.body, need)
				}
			case got.status == 401 || got.status == 403 || got.status >= 500:
				t.Errorf("%s as %s = %d %.200s", route, role, got.status, got.body)
			}
		}
	}
	for route := range needs {
		if !seen[route] {
			t.Errorf("there is no %s", route)
		}
	}
	t.Run("and what is none is not found, whoever asks", func(t *testing.T) {
		for _, role := range roles[1:] {
			r.do("GET", "/nothing", "", sessions[role]).want(t, 404)
			r.do("PATCH", "/api/v1/incidents", "", sessions[role]).want(t, 405)
		}
	})
}

func TestAPageOfAnotherSiteMayDoNothing(t *testing.T) {
	i := newIssuer(t)
	r := start(t, func(c *webhook.Config) {
		i.config(webhook.People{Default: "admin"})(c)
		c.Token, c.PublicURL = secret, "https://rof.example.com"
	}).withSeeds()
	// What a browser would send along if its cookies were less strict.
	_, cookie := r.signIn(secret, "me", "")
	session := "Cookie: " + cookie.Name + "=" + cookie.Value
	r.do("GET", "/api/v1/incidents", "", "Authorization: ", session).want(t, 200)
	before, events := r.stored()
	changes := 0
	for _, route := range r.server.Routes() {
		method, path, _ := strings.Cut(route, " ")
		if method != "POST" && method != "DELETE" || strings.HasPrefix(path, "/webhooks/") {
			continue
		}
		changes++
		address := strings.NewReplacer("/incidents/:id", "/incidents/INC-2025-001", ":id", "x").Replace(path)
		for _, from := range [][]string{
			{"Sec-Fetch-Site: cross-site"},
			{"Sec-Fetch-Site: same-site"},
			{"Origin: https://evil.example"},
			{"Origin: null"},
			{"Origin: https://rof.example.com.evil.example"},
			{"Origin: http://rof.example.com"},
			{"Origin: https://evil.example", "Content-Type: text/plain"},
		} {
			if got := r.do(method, address, `{"title":"x"}`, append(from, "Authorization: ", session)...); got.status != 403 {
				t.Errorf("%s from %q = %d, want 403", route, from, got.status)
			}
		}
	}
	if changes < 15 {
		t.Errorf("only %d routes change anything", changes)
	}
	if n, e := r.stored(); n != before || e != events {
		t.Errorf("%d incidents and %d events more", n-before, e-events)
	}
	for _, origin := range []string{"https://evil.example", "null", "https://rof.example.com.evil.example", "http://127.0.0.1:1", "file://"} {
		_, resp, err := r.follow(-1, http.Header{"Origin": {origin}, "Cookie": {strings.TrimPrefix(session, "Cookie: ")}})
		if err == nil || resp.StatusCode != 403 {
			t.Errorf("a feed for %s: %v, %v", origin, resp, err)
		} else if why, _ := io.ReadAll(resp.Body); !strings.Contains(string(why), "set ROF_PUBLIC_URL") {
			t.Errorf("a feed for %s is told %s", origin, why)
		}
	}
	t.Run("and ours may, also where a proxy has changed the host", func(t *testing.T) {
		r.do("POST", "/api/v1/decisions/analyze", `{"error_type":"x"}`, "Origin: https://rof.example.com", "Authorization: ", session).want(t, 200)
		conn, _, err := r.follow(-1, http.Header{"Origin": {"https://rof.example.com"}, "Cookie": {strings.TrimPrefix(session, "Cookie: ")}})
		check(t, err)
		check(t, conn.Close())
	})
}

func TestAPageOffersWhatItsReaderMayDo(t *testing.T) {
	i := newIssuer(t)
	r := start(t, i.config(webhook.People{Roles: map[string][]string{"responder": {"sub:responder"}, "approver": {"sub:approver"}}})).withSeeds()
	sent := r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
	if sent.status != 202 {
		t.Fatal(sent)
	}
	id := "INC-" + time.Now().UTC().Format("2006") + "-0001"
	for _, c := range []struct {
		role          string
		acks, decides bool
	}{{"viewer", false, false}, {"responder", true, false}, {"approver", true, true}} {
		i.is(map[string]any{"sub": c.role})
		p := r.person()
		p.signsIn("/", nil)
		if _, ask := p.get("/ask"); strings.Contains(ask, `action="/ask"`) != c.acks {
			t.Errorf("%s is asked to ask: %t", c.role, !c.acks)
		}
		if _, past := p.get("/history"); strings.Contains(past, `type="file"`) || !strings.Contains(past, "An admin brings") {
			t.Errorf("%s is asked to import", c.role)
		}
		if _, board := p.get("/"); strings.Contains(board, "data-acts") != c.acks || strings.Contains(board, "<dd>acknowledge it</dd>") != c.acks {
			t.Errorf("the keys of %s do otherwise", c.role)
		}
		var page string
		eventually(t, "the advice", func() bool {
			_, page = p.get("/i/" + id)
			return strings.Contains(page, "Approval waits")
		})
		if strings.Contains(page, "/ack") != c.acks || strings.Contains(page, "/notes") != c.acks || strings.Contains(page, `"verdict":"approve"`) != c.decides ||
			strings.Contains(page, "This waits for an approver.") == c.decides {
			t.Errorf("the page of %s offers otherwise", c.role)
		}
	}
}

func TestASessionEndsEverywhere(t *testing.T) {
	follows := func(t *testing.T, r *rig, session string) *websocket.Conn {
		t.Helper()
		conn, _, err := r.follow(-1, http.Header{"Cookie": {strings.TrimPrefix(session, "Cookie: ")}, "Origin": {r.url}})
		check(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	ends := func(t *testing.T, what string, conn *websocket.Conn) {
		t.Helper()
		check(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
		for {
			_, _, err := conn.ReadMessage()
			if err == nil {
				continue
			}
			if e, ok := errors.AsType[*websocket.CloseError](err); !ok || e.Code != websocket.ClosePolicyViolation {
				t.Errorf("%s: %v, want 1008", what, err)
			}
			return
		}
	}
	i := newIssuer(t)
	config := i.config(webhook.People{Roles: map[string][]string{"admin": {"boss@example.com"}}})
	one := start(t, config)
	two := one.beside(config)
	ann := one.person()
	ann.signsIn("/", nil)

	t.Run("by its person, with its feeds, on every replica", func(t *testing.T) {
		here, there := follows(t, one, ann.session()), follows(t, two, ann.session())
		other := one.person()
		other.signsIn("/", nil)
		stays := follows(t, two, other.session())
		session := ann.session()
		if resp, _ := ann.do("POST", "/logout", "", "Origin: "+one.url); resp.StatusCode != 303 {
			t.Fatal(resp.Status)
		}
		ends(t, "where it was ended", here)
		ends(t, "elsewhere", there)
		two.do("GET", "/api/v1/incidents", "", session).want(t, 401)
		check(t, stays.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)))
		if m := next(t, stays); m.Type != "pong" {
			t.Errorf("another session gets %q", m.Type)
		}
	})

	t.Run("by an admin, for all of a name", func(t *testing.T) {
		first, second := one.person(), two.person()
		first.signsIn("/", nil)
		second.signsIn("/", nil)
		feed := follows(t, one, second.session())
		i.is(map[string]any{"sub": "u9", "email": "boss@example.com", "email_verified": true})
		boss := two.person()
		boss.signsIn("/", nil)
		one.do("DELETE", "/api/v1/sessions?of="+url.QueryEscape("ann@example.com"), "", first.session()).want(t, 403)
		got := two.do("DELETE", "/api/v1/sessions?of="+url.QueryEscape("ann@example.com"), "", boss.session()).want(t, 200)
		if n, _ := got.field(t, "ended").(float64); n < 2 {
			t.Errorf("ended %v", n)
		}
		for _, p := range []*person{first, second} {
			one.do("GET", "/api/v1/incidents", "", p.session()).want(t, 401)
		}
		ends(t, "a feed of theirs", feed)
		one.do("GET", "/api/v1/incidents", "", boss.session()).want(t, 200)
	})

	t.Run("where the provider, its client or the team is another now", func(t *testing.T) {
		i.is(map[string]any{"sub": "u1"})
		p := one.person()
		p.signsIn("/", nil)
		two.do("GET", "/api/v1/incidents", "", p.session()).want(t, 200)
		for name, change := range map[string]func(*webhook.Config){
			"client":  func(c *webhook.Config) { c.OIDC.ClientID = "another" },
			"issuer":  func(c *webhook.Config) { c.OIDC.Issuer = "https://id.example.com" },
			"token":   func(c *webhook.Config) { c.OIDC, c.Token = webhook.OIDCConfig{}, secret },
			"default": func(c *webhook.Config) { c.OIDC.People = webhook.People{Default: "none"} },
		} {
			other := one.beside(func(c *webhook.Config) { config(c); change(c) })
			if got := other.do("GET", "/api/v1/incidents", "", p.session(), "Authorization: "); got.status != 401 {
				t.Errorf("another %s: %d, want 401", name, got.status)
			}
		}
	})
}
