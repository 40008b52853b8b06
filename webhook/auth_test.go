package webhook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/webhook"
)

// signIn posts the form and returns the answer and its cookie, if any.
func (r *rig) signIn(token, name, next string) (answer, *http.Cookie) {
	r.t.Helper()
	form := url.Values{"token": {token}, "name": {name}, "next": {next}}
	got := r.do("POST", "/login", form.Encode(), "Content-Type: application/x-www-form-urlencoded", "Authorization: ")
	resp := http.Response{Header: got.header}
	if c := resp.Cookies(); len(c) > 0 {
		return got, c[0]
	}
	return got, nil
}

func TestSigningIn(t *testing.T) {
	t.Run("gives a session that opens everything", func(t *testing.T) {
		r := start(t, locked).withSeeds()
		got, cookie := r.signIn(secret, "  @on\tcall ", "/i/INC-2025-001?x=1")
		if got.status != 303 || got.header.Get("Location") != "/i/INC-2025-001?x=1" || cookie == nil {
			t.Fatalf("%d %v", got.status, got.header)
		}
		if cookie.Name != "rof_session" || !cookie.HttpOnly || cookie.Secure || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.MaxAge != 12*3600 {
			t.Errorf("cookie = %+v", cookie)
		}
		session := "Cookie: rof_session=" + cookie.Value
		for _, path := range []string{"/", "/i/INC-2025-001", "/docs", "/api/v1/incidents", "/metrics", "/openapi.json"} {
			r.do("GET", path, "", "Authorization: ", session).want(t, 200)
		}
		r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
		got = r.do("POST", "/api/v1/incidents/INC-"+time.Now().UTC().Format("2006")+"-0001/ack", "", "Authorization: ", session).want(t, 200)
		if got.field(t, "acknowledged_by") != "@on call" {
			t.Errorf("acknowledged by %v", got.field(t, "acknowledged_by"))
		}
		conn, _, err := websocket.DefaultDialer.Dial(strings.Replace(r.url, "http", "ws", 1)+"/ws/incidents", http.Header{"Cookie": {"rof_session=" + cookie.Value}, "Origin": {r.url}})
		check(t, err)
		check(t, conn.Close())
	})

	t.Run("is for the browser's host alone where the address is https", func(t *testing.T) {
		r := start(t, func(c *webhook.Config) { c.Token, c.PublicURL = secret, "https://rof.example.com/" })
		_, cookie := r.signIn(secret, "", "")
		if cookie == nil || cookie.Name != "__Host-rof_session" || !cookie.Secure || cookie.Domain != "" || cookie.Path != "/" {
			t.Errorf("cookie = %+v", cookie)
		}
	})

	t.Run("takes no forged or changed session", func(t *testing.T) {
		r := start(t, locked)
		other := start(t, func(c *webhook.Config) { c.Token = "another token" })
		_, mine := r.signIn(secret, "me", "")
		_, foreign := other.signIn("another token", "me", "")
		kept := sha256.Sum256([]byte(mine.Value)) // as the store has it
		for _, value := range []string{
			"", ".", "x", foreign.Value, mine.Value + "A", mine.Value[1:], strings.ToLower(mine.Value), mine.Value + "." + mine.Value,
			hex.EncodeToString(kept[:]), "' OR 1=1 --", "%", strings.Repeat("A", 4000),
		} {
			r.do("GET", "/api/v1/incidents", "", "Authorization: ", "Cookie: rof_session="+value).want(t, 401)
		}
		r.do("GET", "/api/v1/incidents", "", "Authorization: ", "Cookie: rof_session="+mine.Value).want(t, 200)
	})

	t.Run("ends after twelve hours", func(t *testing.T) {
		var offset atomic.Int64
		r := start(t, func(c *webhook.Config) {
			c.Token, c.Now = secret, func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
		})
		_, cookie := r.signIn(secret, "me", "")
		offset.Store(int64(12*time.Hour - time.Minute))
		r.do("GET", "/api/v1/incidents", "", "Authorization: ", "Cookie: rof_session="+cookie.Value).want(t, 200)
		offset.Store(int64(12*time.Hour + time.Minute))
		r.do("GET", "/api/v1/incidents", "", "Authorization: ", "Cookie: rof_session="+cookie.Value).want(t, 401)
	})

	t.Run("is refused with a wrong token, and soon not even tried", func(t *testing.T) {
		var offset atomic.Int64
		r := start(t, func(c *webhook.Config) {
			c.Token, c.Now = secret, func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
		})
		for range 10 {
			if got, cookie := r.signIn("wrong", "", ""); got.status != 401 || cookie != nil {
				t.Fatalf("%d %v", got.status, cookie)
			}
		}
		got, cookie := r.signIn(secret, "", "")
		if got.status != 429 || cookie != nil || got.header.Get("Retry-After") == "" {
			t.Errorf("%d %v", got.status, cookie)
		}
		r.do("GET", "/api/v1/incidents", "").want(t, 200)
		wait, err := strconv.Atoi(got.header.Get("Retry-After"))
		check(t, err)
		offset.Store(int64(time.Duration(wait)*time.Second - 5*time.Second))
		if got, _ := r.signIn(secret, "", ""); got.status != 429 {
			t.Errorf("%d before the time that it was told", got.status)
		}
		offset.Store(int64(time.Duration(wait+1) * time.Second))
		if got, _ := r.signIn(secret, "", ""); got.status != 303 {
			t.Errorf("%d after the time that it was told", got.status)
		}
	})

	t.Run("leads nobody elsewhere", func(t *testing.T) {
		r := start(t, locked)
		for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "evil", "", "/\t/evil.example", "http:/x"} {
			if got, _ := r.signIn(secret, "", next); got.header.Get("Location") != "/" {
				t.Errorf("%q leads to %q", next, got.header.Get("Location"))
			}
		}
	})

	t.Run("is asked for by pages, and named by the API", func(t *testing.T) {
		r := start(t, locked)
		got := r.do("GET", "/i/INC-1?x=y", "", "Authorization: ", "Accept: text/html")
		if got.status != 303 || got.header.Get("Location") != "/login?next=%2Fi%2FINC-1%3Fx%3Dy" {
			t.Errorf("%d %q", got.status, got.header.Get("Location"))
		}
		got = r.do("GET", "/api/v1/incidents", "", "Authorization: ", "Accept: text/html").want(t, 401)
		if got.header.Get("WWW-Authenticate") == "" {
			t.Error("no WWW-Authenticate")
		}
	})

	t.Run("is over after signing out, also for who has kept the cookie", func(t *testing.T) {
		r := start(t, locked)
		_, cookie := r.signIn(secret, "me", "")
		session := "Cookie: rof_session=" + cookie.Value
		r.do("GET", "/api/v1/incidents", "", "Authorization: ", session).want(t, 200)
		got := r.do("POST", "/logout", "", "Authorization: ", session)
		cookies := (&http.Response{Header: got.header}).Cookies()
		if got.status != 303 || len(cookies) != 1 || cookies[0].MaxAge >= 0 {
			t.Errorf("%d %v", got.status, cookies)
		}
		r.do("GET", "/api/v1/incidents", "", "Authorization: ", session).want(t, 401)
	})

	t.Run("is a new session, and the end of the one before", func(t *testing.T) {
		r := start(t, locked)
		_, first := r.signIn(secret, "me", "")
		form := url.Values{"token": {secret}, "name": {"me"}}
		got := r.do("POST", "/login", form.Encode(), "Content-Type: application/x-www-form-urlencoded", "Authorization: ", "Cookie: rof_session="+first.Value)
		second := (&http.Response{Header: got.header}).Cookies()[0]
		if second.Value == first.Value {
			t.Error("the same session")
		}
		r.do("GET", "/api/v1/incidents", "", "Authorization: ", "Cookie: rof_session="+first.Value).want(t, 401)
		r.do("GET", "/api/v1/incidents", "", "Authorization: ", "Cookie: rof_session="+second.Value).want(t, 200)
	})

	t.Run("ends with the token, on every replica", func(t *testing.T) {
		one := start(t, locked)
		two := one.beside(locked)
		changed := one.beside(func(c *webhook.Config) { c.Token = "the next token of the team" })
		_, cookie := one.signIn(secret, "me", "")
		session := "Cookie: rof_session=" + cookie.Value
		two.do("GET", "/api/v1/incidents", "", "Authorization: ", session).want(t, 200)
		changed.do("GET", "/api/v1/incidents", "", "Authorization: ", session).want(t, 401)
		two.do("POST", "/logout", "", "Authorization: ", session)
		one.do("GET", "/api/v1/incidents", "", "Authorization: ", session).want(t, 401)
	})

	t.Run("is not decided while the store is away", func(t *testing.T) {
		r := start(t, locked)
		_, cookie := r.signIn(secret, "me", "")
		r.away.away.Store(true)
		defer r.away.away.Store(false)
		r.do("GET", "/api/v1/incidents", "", "Authorization: ", "Cookie: rof_session="+cookie.Value).want(t, 503)
	})
}

func TestPagesOfOtherSites(t *testing.T) {
	r := start(t, nil)
	cross := []string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}
	for _, path := range []string{"/api/v1/decisions/stream-anomaly", "/api/v1/incidents", "/webhooks/generic", "/login"} {
		for _, header := range cross {
			r.do("POST", path, `{"title":"x"}`, header).want(t, 403)
		}
		r.do("POST", path, `{"title":"x"}`, "Origin: "+r.url, "Sec-Fetch-Site: same-origin")
	}
	t.Run("cannot come in by a name of theirs that leads here", func(t *testing.T) {
		for _, host := range []string{"evil.example", "evil.example:8000", "127.0.0.1.evil.example"} {
			r.do("GET", "/api/v1/incidents", "", "Host: "+host).want(t, 403)
			r.do("GET", "/", "", "Host: "+host).want(t, 403)
		}
		for _, host := range []string{"localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"} {
			r.do("GET", "/api/v1/incidents", "", "Host: "+host).want(t, 200)
		}
	})
	t.Run("may post to a source that has a secret, if they know it", func(t *testing.T) {
		r := start(t, func(c *webhook.Config) {
			c.Sources = map[string]webhook.SourceConfig{"generic": {Tokens: []string{"s"}}}
		})
		r.do("POST", "/webhooks/generic", `{"title":"x"}`, "Origin: https://evil.example", "Authorization: Bearer s").want(t, 202)
	})
}
