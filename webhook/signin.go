package webhook

import (
	"cmp"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// longestName bounds what somebody is called.
const longestName = 64

func (s *Server) signInPage(c echo.Context) error {
	return s.signInAgain(c, http.StatusOK, "")
}

func (s *Server) signInAgain(c echo.Context, status int, why string) error {
	next := c.QueryParam("next")
	if next == "" {
		next = c.FormValue("next")
	}
	view := signInView{Next: inside(next), Why: why, Free: s.door.free(), Token: s.door.token != ""}
	if p := s.door.provider; p != nil {
		view.Provider = p.name()
	}
	return s.pages.render(c, status, "login", view)
}

// signInView is what the page of sign-in shows.
type signInView struct {
	Next, Why string
	Free      bool // nobody needs to sign in
	Token     bool
	Provider  string
}

// signIn takes the token from the form and gives a session for it.
func (s *Server) signIn(c echo.Context) error {
	d := s.door
	ip := c.RealIP()
	if wait := d.tries.wait(ip, d.now()); wait > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		return s.signInAgain(c, http.StatusTooManyRequests, "Too many wrong tokens from your address. Try again in a few minutes.")
	}
	switch {
	case d.free():
		return c.Redirect(http.StatusSeeOther, inside(c.FormValue("next")))
	case d.token == "":
		return s.signInAgain(c, http.StatusUnauthorized, "No token is set here. Sign in with "+d.provider.name()+".")
	case !same(strings.TrimSpace(c.FormValue("token")), d.token):
		d.tries.wrong(ip, d.now())
		s.log.WarnContext(c.Request().Context(), "sign-in refused", "address", ip)
		return s.signInAgain(c, http.StatusUnauthorized, "That is not the token. It is the value of ROF_API_TOKEN.")
	}
	if err := s.seat(c, engine.Session{Name: personName(c.FormValue("name")), Basis: d.basis()}); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, inside(c.FormValue("next")))
}

// seat signs a browser in as somebody.
func (s *Server) seat(c echo.Context, who engine.Session) error {
	value, err := s.door.sessions.begin(c.Request().Context(), who, s.carried(c))
	if err != nil {
		return err
	}
	c.SetCookie(s.door.bake(value, sessionLife))
	s.log.InfoContext(c.Request().Context(), "signed in", "name", who.Name, "address", c.RealIP())
	return nil
}

// carried is what a browser holds of a session, empty for nothing.
func (s *Server) carried(c echo.Context) string {
	cookie, err := c.Cookie(s.door.cookieName("session"))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// signOut ends the session everywhere, and then in the browser.
func (s *Server) signOut(c echo.Context) error {
	if value := s.carried(c); value != "" {
		if err := s.door.sessions.end(c.Request().Context(), value); err != nil {
			return err
		}
	}
	c.SetCookie(s.door.bake("", -time.Second))
	return c.Redirect(http.StatusSeeOther, "/login")
}

// personName is what people are recorded as who sign in with the token: what
// they call themselves, since the token is everybody's.
func personName(s string) string { return cmp.Or(oneLine(s), unnamed) }

// oneLine is a text in one line, and not a long one.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(engine.Clean(s), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > longestName {
		s = string(r[:longestName])
	}
	return s
}

// inside is a place of ours to go to: nobody is sent elsewhere from here. Browsers
// escape what is not plain, so what is not was made by hand.
func inside(next string) string {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, odd) {
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
