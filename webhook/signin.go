package webhook

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

func (s *Server) signInPage(c echo.Context) error {
	return s.signInAgain(c, http.StatusOK, "")
}

func (s *Server) signInAgain(c echo.Context, status int, why string) error {
	next := c.QueryParam("next")
	if next == "" {
		next = c.FormValue("next")
	}
	return s.pages.render(c, status, "login", map[string]any{"Next": inside(next), "Why": why, "Open": s.door.token == ""})
}

// signIn takes the token from the form and gives a session for it.
func (s *Server) signIn(c echo.Context) error {
	d := s.door
	ip := c.RealIP()
	if wait := d.tries.wait(ip, d.now()); wait > 0 {
		c.Response().Header().Set("Retry-After", "60")
		return s.signInAgain(c, http.StatusTooManyRequests, "Too many wrong tokens from your address. Try again in a few minutes.")
	}
	if d.token != "" && !same(strings.TrimSpace(c.FormValue("token")), d.token) {
		d.tries.wrong(ip, d.now())
		s.log.WarnContext(c.Request().Context(), "sign-in refused", "address", ip)
		return s.signInAgain(c, http.StatusUnauthorized, "That is not the token. It is the value of ROF_API_TOKEN.")
	}
	if d.token != "" {
		c.SetCookie(d.cookie(personName(c.FormValue("name"))))
	}
	return c.Redirect(http.StatusSeeOther, inside(c.FormValue("next")))
}

func (s *Server) signOut(c echo.Context) error {
	c.SetCookie(s.door.bake("", -1))
	return c.Redirect(http.StatusSeeOther, "/login")
}

// personName is what people are recorded as: what they call themselves, since
// the token is everybody's.
func personName(s string) string {
	s = strings.Join(strings.FieldsFunc(engine.Clean(s), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > 64 {
		s = string(r[:64])
	}
	if s == "" {
		return "dashboard"
	}
	return s
}

// inside is a place of ours to go to: nobody is sent elsewhere from here.
func inside(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

// tries bounds how often an address may guess the token.
type tries struct {
	mu     sync.Mutex
	since  time.Time
	wrongs map[string]int
}

// Ten guesses in five minutes bother no person and no attacker gets anywhere
// with them. The table is bounded: beyond it, addresses share one entry.
const (
	triesMax    = 10
	triesWindow = 5 * time.Minute
	triesTable  = 4096
)

func newTries() *tries { return &tries{wrongs: make(map[string]int)} }

func (t *tries) wait(address string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn(now)
	if t.wrongs[t.key(address)] < triesMax {
		return 0
	}
	return t.since.Add(triesWindow).Sub(now)
}

func (t *tries) wrong(address string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn(now)
	t.wrongs[t.key(address)]++
}

func (t *tries) turn(now time.Time) {
	if now.Sub(t.since) >= triesWindow {
		t.since = now
		clear(t.wrongs)
	}
}

// key takes a /64 of IPv6 for one address: that is what one person gets.
func (t *tries) key(address string) string {
	if a, err := netip.ParseAddr(address); err == nil && a.Is6() && !a.Is4In6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			address = p.String()
		}
	}
	if _, ok := t.wrongs[address]; !ok && len(t.wrongs) >= triesTable {
		return "the rest"
	}
	return address
}
