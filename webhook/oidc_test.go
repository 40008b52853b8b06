package webhook_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ragoffire/webhook"
)

func TestSigningInWithAProvider(t *testing.T) {
	t.Run("gives a session to whom it says somebody is", func(t *testing.T) {
		i := newIssuer(t)
		r := start(t, i.config(webhook.People{Roles: map[string][]string{"responder": {"ann@example.com"}}})).withSeeds()
		p := r.person()
		resp, _ := p.get("/i/INC-2025-001?x=1")
		if resp.StatusCode != 303 || resp.Header.Get("Location") != "/login?next=%2Fi%2FINC-2025-001%3Fx%3D1" {
			t.Fatalf("%d %v", resp.StatusCode, resp.Header)
		}
		_, page := p.get(resp.Header.Get("Location"))
		if !strings.Contains(page, `href="/login/start?next=%2fi%2fINC-2025-001%3fx%3d1"`) || !strings.Contains(page, "Sign in with localhost") || strings.Contains(page, `name="token"`) {
			t.Errorf("page = %s", page)
		}
		resp, page = p.signsIn("/i/INC-2025-001?x=1", nil)
		if resp.StatusCode != 200 || resp.Header.Get("Refresh") != "0; url=/i/INC-2025-001?x=1" || !strings.Contains(page, "ann@example.com") {
			t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, page)
		}
		for _, c := range resp.Cookies() {
			if session := c.Name == "rof_session"; !c.HttpOnly || c.Path != "/" || session && c.SameSite != http.SameSiteStrictMode || !session && (c.Name != "rof_flow" || c.MaxAge >= 0) {
				t.Errorf("cookie = %+v", c)
			}
		}
		if resp, page := p.get("/"); resp.StatusCode != 200 || !strings.Contains(page, "Signed in as ann@example.com") {
			t.Errorf("%d %s", resp.StatusCode, page)
		}
		r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
		got := r.do("POST", "/api/v1/incidents/INC-"+time.Now().UTC().Format("2006")+"-0001/ack", `{"actor":"bob@example.com"}`, p.session()).want(t, 200)
		if by := got.field(t, "acknowledged_by"); by != "ann@example.com" {
			t.Errorf("acknowledged by %v: a name in a body is not believed of who is signed in", by)
		}
	})

	t.Run("keeps its cookies to the browser's host where the address is https", func(t *testing.T) {
		i := newIssuer(t)
		r := start(t, func(c *webhook.Config) {
			i.config(webhook.People{})(c)
			c.PublicURL = "https://rof.example.com"
		})
		resp, _ := r.person().get("/login/start")
		c := resp.Cookies()[0]
		if c.Name != "__Host-rof_flow" || !c.Secure || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie = %+v", c)
		}
		to, err := resp.Location()
		check(t, err)
		if back := to.Query().Get("redirect_uri"); back != "https://rof.example.com/login/callback" {
			t.Errorf("redirect_uri = %q", back)
		}
	})

	t.Run("takes nothing that is not for this sign-in", func(t *testing.T) {
		i := newIssuer(t)
		var log logs
		r := start(t, func(c *webhook.Config) {
			i.config(webhook.People{})(c)
			c.Log = log.logger()
		})
		stranger, err := rsa.GenerateKey(rand.Reader, 2048)
		check(t, err)
		set := func(name string, v any) func(header, claims map[string]any) {
			return func(_, claims map[string]any) { claims[name] = v }
		}
		alg := func(name string) func(header, claims map[string]any) {
			return func(header, _ map[string]any) { header["alg"] = name }
		}
		query := func(name, v string) func(*url.URL) {
			return func(u *url.URL) {
				q := u.Query()
				q.Set(name, v)
				u.RawQuery = q.Encode()
			}
		}
		for name, c := range map[string]struct {
			forge  func(header, claims map[string]any)
			sign   func(string) []byte
			change func(*url.URL)
			status int
		}{
			"another's key":               {sign: i.rs256(stranger), status: 502},
			"no signature":                {forge: alg("none"), sign: func(string) []byte { return nil }, status: 502},
			"the client's secret for key": {forge: alg("HS256"), sign: hs256([]byte(clientSecret)), status: 502},
			"the public key for secret":   {forge: alg("HS256"), sign: hs256(i.key.N.Bytes()), status: 502},
			"another client's token":      {forge: set("aud", "another"), status: 502},
			"another issuer's token":      {forge: set("iss", "https://evil.example"), status: 502},
			"an old token":                {forge: set("exp", time.Now().Add(-time.Hour).Unix()), status: 502},
			"a token of another sign-in":  {forge: set("nonce", "another"), status: 502},
			"a token without a nonce":     {forge: func(_, claims map[string]any) { delete(claims, "nonce") }, status: 502},
			"another sign-in's state":     {change: query("state", "another"), status: 400},
			"no state":                    {change: query("state", ""), status: 400},
			"another issuer's answer":     {change: query("iss", "https://evil.example"), status: 400},
			"a code that is none":         {change: query("code", "another"), status: 502},
			"a refusal":                   {change: query("error", "access_denied"), status: 401},
			"a refusal with markup":       {change: query("error", "<b>x</b>"), status: 401},
		} {
			i.is(map[string]any{"sub": "u1", "email": "ann@example.com", "email_verified": true})
			i.mu.Lock()
			i.forge, i.sign = c.forge, c.sign
			i.mu.Unlock()
			p := r.person()
			resp, page := p.signsIn("/", c.change)
			if resp.StatusCode != c.status || p.session() != "Cookie: none=none" || strings.Contains(page, "secret-internals") || strings.Contains(page, "<b>x") {
				t.Errorf("%s: %d %s %s", name, resp.StatusCode, p.session(), page)
			}
			if again, _ := p.signsIn("/", nil); c.change != nil && again.StatusCode != 200 {
				t.Errorf("%s: and then it takes nobody: %d", name, again.StatusCode)
			}
		}
		if strings.Contains(log.String(), clientSecret) {
			t.Error("the log has the secret")
		}
	})

	t.Run("is ended by the browser that began it alone, and once", func(t *testing.T) {
		i := newIssuer(t)
		r := start(t, i.config(webhook.People{}))
		mine, other := r.person(), r.person()
		resp, _ := mine.get("/login/start")
		resp, _ = mine.get(resp.Header.Get("Location"))
		back := resp.Header.Get("Location")
		if resp, _ := other.get(back); resp.StatusCode != 400 || other.session() != "Cookie: none=none" {
			t.Errorf("another browser's end: %d", resp.StatusCode)
		}
		if resp, _ := mine.get(back); resp.StatusCode != 200 {
			t.Errorf("mine: %d", resp.StatusCode)
		}
		if resp, _ := mine.get(back); resp.StatusCode != 400 {
			t.Errorf("mine again: %d", resp.StatusCode)
		}
	})

	t.Run("needs the secret that began it", func(t *testing.T) {
		i := newIssuer(t)
		r := start(t, i.config(webhook.People{}))
		p := r.person()
		resp, _ := p.signsIn("/", func(*url.URL) {
			u, err := url.Parse(r.url)
			check(t, err)
			for _, c := range p.Jar.Cookies(u) {
				b, err := base64.RawURLEncoding.DecodeString(c.Value)
				check(t, err)
				var flow map[string]string
				check(t, json.Unmarshal(b, &flow))
				flow["v"] = strings.Repeat("x", 43)
				b, err = json.Marshal(flow)
				check(t, err)
				p.Jar.SetCookies(u, []*http.Cookie{{Name: c.Name, Value: base64.RawURLEncoding.EncodeToString(b), Path: "/"}})
			}
		})
		if resp.StatusCode != 502 || p.session() != "Cookie: none=none" {
			t.Errorf("with another verifier: %d", resp.StatusCode)
		}
	})

	t.Run("is not begun by a page of another site", func(t *testing.T) {
		i := newIssuer(t)
		r := start(t, i.config(webhook.People{}))
		for site, begins := range map[string]bool{"cross-site": false, "same-site": false, "same-origin": true, "none": true} {
			resp, _ := r.person().do("GET", "/login/start", "", "Sec-Fetch-Site: "+site)
			if got := strings.HasPrefix(resp.Header.Get("Location"), i.name+"/authorize"); got != begins {
				t.Errorf("%s: %v", site, resp.Header)
			}
		}
	})

	t.Run("leads nobody elsewhere", func(t *testing.T) {
		i := newIssuer(t)
		r := start(t, i.config(webhook.People{}))
		for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "", "/" + strings.Repeat("x", 2000)} {
			if resp, _ := r.person().signsIn(next, nil); resp.Header.Get("Refresh") != "0; url=/" {
				t.Errorf("%.60q leads to %.80q", next, resp.Header.Get("Refresh"))
			}
		}
	})

	t.Run("works once the provider is back", func(t *testing.T) {
		i := newIssuer(t)
		i.away = true
		r := start(t, i.config(webhook.People{}))
		resp, page := r.person().signsIn("/", nil)
		if resp.StatusCode != 502 || strings.Contains(page, "secret-internals") {
			t.Errorf("%d %s", resp.StatusCode, page)
		}
		i.mu.Lock()
		i.away = false
		i.mu.Unlock()
		if resp, page := r.person().signsIn("/", nil); resp.StatusCode != 200 {
			t.Errorf("%d %s", resp.StatusCode, page)
		}
	})

	t.Run("stands beside the token", func(t *testing.T) {
		i := newIssuer(t)
		r := start(t, func(c *webhook.Config) {
			i.config(webhook.People{})(c)
			c.Token = secret
		})
		_, page := r.person().get("/login")
		if !strings.Contains(page, "/login/start") || !strings.Contains(page, `name="token"`) {
			t.Errorf("page = %s", page)
		}
		r.do("GET", "/api/v1/incidents", "").want(t, 200)
		r.do("GET", "/api/v1/incidents", "", "Authorization: Bearer wrong").want(t, 401)
		without := start(t, i.config(webhook.People{}))
		without.do("GET", "/api/v1/incidents", "", "Authorization: Bearer ").want(t, 401)
		if got, cookie := without.signIn("", "", ""); got.status != 401 || cookie != nil {
			t.Errorf("no token is one: %d %v", got.status, cookie)
		}
	})
}

func TestWhoAProviderSaysSomebodyIs(t *testing.T) {
	for name, c := range map[string]struct {
		claims, info map[string]any
		people       webhook.People
		auth         string
		status       int
		called, role string
	}{
		"a verified address is a name": {
			claims: map[string]any{"sub": "u", "email": "Ann@Example.com", "email_verified": "true", "name": "Ann"},
			status: 200, called: "ann@example.com", role: "viewer",
		},
		"an address that is not verified is none": {
			claims: map[string]any{"sub": "u7", "email": "ann@example.com", "email_verified": false, "preferred_username": "ann@example.com"},
			people: webhook.People{Roles: map[string][]string{"admin": {"ann@example.com"}}},
			status: 200, called: "ann@example.com (u7)", role: "viewer",
		},
		"nor is one of which nothing is said": {
			claims: map[string]any{"sub": "u7", "email": "ann@example.com", "name": " Ann\nExample "},
			people: webhook.People{Roles: map[string][]string{"admin": {"ann@example.com"}}},
			status: 200, called: "Ann Example (u7)", role: "viewer",
		},
		"the highest role counts": {
			claims: map[string]any{"sub": "u1", "email": "ann@example.com", "email_verified": true, "groups": []string{"oncall", "sre"}},
			people: webhook.People{Default: "viewer", Roles: map[string][]string{"responder": {"group:oncall"}, "approver": {"group:sre"}, "viewer": {"ann@example.com"}, "admin": {"sub:u2", "group:SRE"}}},
			status: 200, called: "ann@example.com", role: "approver",
		},
		"groups may have another claim": {
			claims: map[string]any{"sub": "u1", "roles": "boss", "groups": []string{"nothing"}},
			people: webhook.People{GroupsClaim: "roles", Roles: map[string][]string{"admin": {"group:boss"}}},
			status: 200, called: "somebody (u1)", role: "admin",
		},
		"what its tokens leave out, its user info says": {
			claims: map[string]any{"sub": "u1"},
			info:   map[string]any{"sub": "u1", "email": "ann@example.com", "email_verified": true, "groups": []string{"sre"}},
			people: webhook.People{Roles: map[string][]string{"approver": {"group:sre"}}},
			status: 200, called: "ann@example.com", role: "approver",
		},
		"user info of somebody else is none": {
			claims: map[string]any{"sub": "u1"},
			info:   map[string]any{"sub": "u2", "email": "ann@example.com", "email_verified": true},
			status: 502,
		},
		"user info does not verify the token's address": {
			claims: map[string]any{"sub": "u1", "email": "ann@example.com"},
			info:   map[string]any{"sub": "u1", "email": "bob@example.com", "email_verified": true, "groups": []string{"x"}},
			people: webhook.People{Roles: map[string][]string{"admin": {"group:none", "ann@example.com"}}},
			status: 200, called: "somebody (u1)", role: "viewer",
		},
		"only who is named comes in": {
			claims: map[string]any{"sub": "u1", "email": "ann@example.com", "email_verified": true},
			people: webhook.People{Default: "none", Roles: map[string][]string{"admin": {"sub:u2"}}},
			status: 403,
		},
		"the default is for a domain": {
			claims: map[string]any{"sub": "u1", "email": "eve@evil.example", "email_verified": true},
			people: webhook.People{Default: "admin", Domains: []string{"example.com"}},
			status: 403,
		},
		"which is a whole one": {
			claims: map[string]any{"sub": "u1", "email": "eve@notexample.com", "email_verified": true},
			people: webhook.People{Default: "admin", Domains: []string{"example.com"}},
			status: 403,
		},
		"and names come in from any": {
			claims: map[string]any{"sub": "u1", "email": "bob@partner.example", "email_verified": true},
			people: webhook.People{Default: "admin", Domains: []string{"example.com"}, Roles: map[string][]string{"responder": {"BOB@partner.example"}}},
			status: 200, called: "bob@partner.example", role: "responder",
		},
		"a secret goes where the provider wants it": {
			claims: map[string]any{"sub": "u1", "email": "ann@example.com", "email_verified": true},
			auth:   "client_secret_post",
			status: 200, called: "ann@example.com", role: "viewer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t)
			i.is(c.claims)
			i.info = c.info
			if c.auth != "" {
				i.auth = []string{c.auth}
			}
			r := start(t, i.config(c.people))
			p := r.person()
			resp, page := p.signsIn("/", nil)
			if resp.StatusCode != c.status {
				t.Fatalf("%d, want %d: %s", resp.StatusCode, c.status, page)
			}
			if c.status != 200 {
				if p.session() != "Cookie: none=none" {
					t.Error("there is a session")
				}
				return
			}
			got := r.do("DELETE", "/api/v1/sessions?of=x", "", p.session())
			if c.role == "admin" {
				got.want(t, 200)
				return
			}
			got.want(t, 403).names(t, c.called+" is "+c.role)
		})
	}
}

// reroute takes requests for one host to another server.
type reroute struct{ from, to string }

func (r reroute) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == r.from {
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host = "http", r.to
	}
	return http.DefaultTransport.RoundTrip(req)
}

func TestSigningInWithSlack(t *testing.T) {
	i := newIssuer(t)
	i.name, i.auth = "https://slack.com", []string{"client_secret_post"}
	real := strings.TrimPrefix(i.URL, "http://")
	client := &http.Client{Transport: reroute{"slack.com", real}, Timeout: 10 * time.Second}
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	r := start(t, func(c *webhook.Config) {
		i.config(webhook.People{Team: "T0OURS", Roles: map[string][]string{"approver": {"sub:U0ANN"}}})(c)
		c.HTTP, c.VerdictsElsewhere = client, true
	}).withSeeds()
	signsIn := func(team any) (*person, int, string) {
		i.is(map[string]any{"sub": "U0ANN", "https://slack.com/team_id": team, "email": "ann@example.com", "email_verified": true})
		p := r.person()
		p.Transport = client.Transport
		resp, page := p.signsIn("/", nil)
		return p, resp.StatusCode, page
	}
	for _, team := range []any{"T0OTHER", "", nil, 7} {
		if p, status, _ := signsIn(team); status != 403 || p.session() != "Cookie: none=none" {
			t.Errorf("of team %v: %d", team, status)
		}
	}
	p, status, page := signsIn("T0OURS")
	if status != 200 {
		t.Fatalf("%d %s", status, page)
	}
	if _, page := r.person().get("/login"); !strings.Contains(page, "Sign in with Slack") {
		t.Errorf("page = %s", page)
	}
	id, _ := r.do("POST", "/api/v1/decisions/analyze", `{"error_type":"database_timeout"}`, p.session()).want(t, 200).field(t, "id").(string)
	got := r.do("POST", "/api/v1/decisions/"+id+"/review", `{"verdict":"approve","actor":"U0BOB"}`, p.session()).want(t, 200)
	review, _ := got.field(t, "reviews").([]any)[0].(map[string]any)
	if review["actor"] != "ann@example.com" {
		t.Errorf("review = %v: an approver is known here, and by their own name", review)
	}
}
