package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// sessionLife is how long a browser stays signed in.
const sessionLife = 12 * time.Hour

// door decides who gets in: who has the token, in the Authorization header or
// as a session cookie made from it.
//
// A session is no row anywhere, so that every replica knows it: the cookie says
// until when and for whom it is good, and carries a MAC by a key derived from
// the token. Signing out forgets it in the browser; a new token ends all.
type door struct {
	token  string
	key    []byte // of the sessions' MACs
	public *url.URL
	now    func() time.Time
	cross  *http.CrossOriginProtection
	tries  *tries
	open   map[string]bool // the route templates that need no credentials
}

func newDoor(token string, public *url.URL, now func() time.Time) *door {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("rof session v1"))
	return &door{
		token: token, key: mac.Sum(nil), public: public, now: now,
		cross: http.NewCrossOriginProtection(), tries: newTries(), open: make(map[string]bool),
	}
}

// identity is who makes a request.
type identity struct {
	name    string
	expires time.Time // of the session; zero for a token
}

type identityKey struct{}

// actor is who a change is recorded for: the name in the body, else the name of
// the session or token.
func actor(ctx context.Context, given string) string {
	if given = strings.TrimSpace(given); given != "" {
		return given
	}
	if who, ok := ctx.Value(identityKey{}).(identity); ok {
		return who.name
	}
	return "api"
}

// guard lets no request through to a handler that may not have it. Webhooks
// look after themselves: each source has its own secret.
func (s *Server) guard(next echo.HandlerFunc) echo.HandlerFunc {
	d := s.door
	return func(c echo.Context) error {
		r, route := c.Request(), c.Path()
		if strings.HasPrefix(route, webhookRoute) {
			return next(c)
		}
		if err := d.cross.Check(r); err != nil {
			return newProblem(http.StatusForbidden, "a page of another site may not change anything here")
		}
		if d.open[route] {
			return next(c)
		}
		if d.token == "" && !d.local(r.Host) {
			return newProblem(http.StatusForbidden, "without a token this is for this machine only: open it as "+
				s.cfg.PublicURL+", or set ROF_API_TOKEN and ROF_PUBLIC_URL")
		}
		who, ok := d.identify(r)
		if ok {
			c.SetRequest(r.WithContext(context.WithValue(r.Context(), identityKey{}, who)))
			return next(c)
		}
		if isPage(c) {
			return c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(r.URL.RequestURI()))
		}
		return newProblem(http.StatusUnauthorized, "sign in at "+s.cfg.PublicURL+"/login, or send the header Authorization: Bearer with ROF_API_TOKEN")
	}
}

// local reports whether a Host header means this machine. A name that another
// site's DNS points here must not open what a browser here can reach.
func (d *door) local(host string) bool {
	if strings.EqualFold(host, d.public.Host) {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return strings.EqualFold(name, "localhost") || strings.EqualFold(name, d.public.Hostname()) || ip != nil && ip.IsLoopback()
}

func (d *door) identify(r *http.Request) (identity, bool) {
	if d.token == "" {
		return identity{name: "api"}, true
	}
	if token, ok := bearer(r.Header.Get("Authorization")); ok {
		return identity{name: "api"}, same(token, d.token)
	}
	if cookie, err := r.Cookie(d.cookieName()); err == nil {
		return d.session(cookie.Value)
	}
	return identity{}, false
}

func bearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "bearer")
}

// same compares secrets in a time that tells nothing of them, not even how long
// they are.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func (d *door) secure() bool { return d.public.Scheme == "https" }

func (d *door) cookieName() string {
	if d.secure() {
		return "__Host-rof_session"
	}
	return "rof_session"
}

// cookie makes a session for name: its end in seconds, a nonce, the name, and
// the MAC over them.
func (d *door) cookie(name string) *http.Cookie {
	payload := binary.BigEndian.AppendUint64(nil, uint64(d.now().Add(sessionLife).Unix()))
	payload = append(payload, rand.Text()...)
	payload = append(payload, name...)
	return d.bake(base64.RawURLEncoding.EncodeToString(payload)+"."+base64.RawURLEncoding.EncodeToString(d.mac(payload)), int(sessionLife.Seconds()))
}

func (d *door) bake(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: d.cookieName(), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: d.secure(), SameSite: http.SameSiteStrictMode,
	}
}

func (d *door) mac(payload []byte) []byte {
	mac := hmac.New(sha256.New, d.key)
	mac.Write(payload)
	return mac.Sum(nil)
}

// session reads what cookie made. The MAC is checked before anything is read.
func (d *door) session(value string) (identity, bool) {
	p, m, _ := strings.Cut(value, ".")
	payload, err := base64.RawURLEncoding.DecodeString(p)
	if err != nil {
		return identity{}, false
	}
	sum, err := base64.RawURLEncoding.DecodeString(m)
	if err != nil || !hmac.Equal(sum, d.mac(payload)) {
		return identity{}, false
	}
	const head = 8 + 26 // the end, and rand.Text's nonce
	if len(payload) < head {
		return identity{}, false
	}
	expires := time.Unix(int64(binary.BigEndian.Uint64(payload[:8])), 0)
	return identity{name: string(payload[head:]), expires: expires}, d.now().Before(expires)
}
