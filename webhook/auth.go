package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// door decides who gets in, and what they may: who has the token, and who has
// a session, by the token or by a provider.
type door struct {
	token    string
	provider *provider // nil where there is none
	sessions *sessions
	public   *url.URL
	cross    *http.CrossOriginProtection
	tries    *tries
	now      func() time.Time
	open     map[string]bool // the route templates that need no credentials
	needed   map[string]role // what the others need, by method and template
}

func newDoor(cfg *Config, public *url.URL) (*door, error) {
	p, err := newProvider(cfg)
	if err != nil {
		return nil, err
	}
	cross := http.NewCrossOriginProtection()
	if err := cross.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, err
	}
	return &door{
		token: cfg.Token, provider: p, sessions: newSessions(cfg.Engine, cfg.Now), public: public, now: cfg.Now,
		cross: cross, tries: newTries(), open: make(map[string]bool),
	}, nil
}

// free reports whether nobody needs to sign in: only this machine comes in.
func (d *door) free() bool { return d.token == "" && d.provider == nil }

// basis is what a session by the token rests on: a new token ends it.
func (d *door) basis() string {
	mac := hmac.New(sha256.New, []byte(d.token))
	mac.Write([]byte("rof session v2"))
	return "token " + hex.EncodeToString(mac.Sum(nil))
}

// identity is who makes a request.
type identity struct {
	name    string
	role    role
	session string    // its id; empty for a token
	expires time.Time // of the session
	person  bool      // a provider says who it is
}

type identityKey struct{}

// whoIs is who makes a request.
func whoIs(ctx context.Context) identity {
	who, _ := ctx.Value(identityKey{}).(identity)
	return who
}

// viewer tells apart whom a page is rendered for.
func (i identity) viewer() string { return i.role.String() + " " + i.name }

// actor is who a change is recorded for: who is signed in, whatever the body
// says; where a program asks, or somebody who has only shown the token, the name
// that they give.
func actor(ctx context.Context, given string) string {
	who := whoIs(ctx)
	if given = strings.TrimSpace(given); given != "" && (who.session == "" || !who.person && who.name == unnamed) {
		return given
	}
	if who.name != "" {
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
		if d.free() && !d.local(r.Host) {
			return newProblem(http.StatusForbidden, "without a token this is for this machine only: open it as "+
				s.cfg.PublicURL+", or set ROF_API_TOKEN and ROF_PUBLIC_URL")
		}
		who, err := d.identify(r)
		switch {
		case err != nil:
			return err
		case who.role > nobody:
			if need, known := d.needed[r.Method+" "+route]; known && who.role < need {
				return newProblem(http.StatusForbidden, "this is for the role "+need.String()+"; "+who.name+" is "+who.role.String())
			}
			c.SetRequest(r.WithContext(context.WithValue(r.Context(), identityKey{}, who)))
			return next(c)
		case isPage(c):
			return c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(r.URL.RequestURI()))
		case d.token == "":
			return newProblem(http.StatusUnauthorized, "sign in at "+s.cfg.PublicURL+"/login; programs need ROF_API_TOKEN, which is not set")
		}
		return newProblem(http.StatusUnauthorized, "sign in at "+s.cfg.PublicURL+"/login, or send the header Authorization: Bearer with ROF_API_TOKEN")
	}
}

// assign gives each route that there is the role that it needs.
func (d *door) assign(routes []*echo.Route) {
	listed := needed()
	d.needed = make(map[string]role)
	for _, r := range routes {
		need, ok := listed[r.Method+" "+r.Path]
		if !ok {
			need = admin
		}
		d.needed[r.Method+" "+r.Path] = need
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

// identify returns who makes a request, without a role where nobody knows them.
func (d *door) identify(r *http.Request) (identity, error) {
	api := identity{name: "api", role: admin}
	if d.free() {
		return api, nil
	}
	if token, ok := bearer(r.Header.Get("Authorization")); ok {
		if d.token != "" && same(token, d.token) {
			return api, nil
		}
		return identity{}, nil
	}
	if cookie, err := r.Cookie(d.cookieName("session")); err == nil && cookie.Value != "" {
		return d.session(r.Context(), cookie.Value)
	}
	return identity{}, nil
}

// session returns who has a session, with the role that the config gives them now.
func (d *door) session(ctx context.Context, value string) (identity, error) {
	s, ok, err := d.sessions.of(ctx, value)
	if err != nil || !ok {
		return identity{}, err
	}
	who := identity{name: s.Name, session: s.ID, expires: s.ExpiresAt}
	switch {
	case d.token != "" && same(s.Basis, d.basis()):
		who.role = admin
	case d.provider != nil && s.Basis == d.provider.basis():
		who.role, who.person = d.provider.conf.People.of(&s), true
	}
	return who, nil
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

func (d *door) cookieName(of string) string {
	if d.secure() {
		return "__Host-rof_" + of
	}
	return "rof_" + of
}

// bake makes the session's cookie. No other site's page can make a browser send
// it, not even by a link.
func (d *door) bake(value string, age time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: d.cookieName("session"), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		HttpOnly: true, Secure: d.secure(), SameSite: http.SameSiteStrictMode,
	}
}
