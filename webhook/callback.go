package webhook

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/oauth2"
)

const (
	startRoute = "/login/start"
	// CallbackPath is where a provider sends people back to, below PublicURL.
	CallbackPath = "/login/callback"

	// flowLife is how long somebody may take to sign in at the provider.
	flowLife = 10 * time.Minute
	longNext = 1 << 10
)

// flow is one sign-in under way. The browser that began it holds it, in a cookie
// that comes along when the provider sends it back: so any replica can end it,
// and nobody can end another's.
type flow struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Next     string `json:"to"`
}

// signInStart sends a browser to the provider.
func (s *Server) signInStart(c echo.Context) error {
	p, next := s.door.provider, inside(c.QueryParam("next"))
	if len(next) > longNext {
		next = "/"
	}
	// A page of another site must not begin it, nor end one that is under way.
	if site := c.Request().Header.Get("Sec-Fetch-Site"); p == nil || site != "" && site != "same-origin" && site != "none" {
		return c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(next))
	}
	f := flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next}
	to, err := p.ask(c.Request().Context(), &f)
	if err != nil {
		return s.providerAway(c, err)
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	c.SetCookie(s.flowCookie(base64.RawURLEncoding.EncodeToString(body), flowLife))
	return c.Redirect(http.StatusSeeOther, to)
}

func (s *Server) flowCookie(value string, age time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: s.door.cookieName("flow"), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		HttpOnly: true, Secure: s.door.secure(), SameSite: http.SameSiteLaxMode,
	}
}

func (s *Server) flowOf(c echo.Context) (flow, bool) {
	cookie, err := c.Cookie(s.door.cookieName("flow"))
	if err != nil {
		return flow{}, false
	}
	return readFlow(cookie.Value, c.QueryParam("state"))
}

// readFlow reads what signInStart wrote; it is good for its own state alone.
func readFlow(value, state string) (flow, bool) {
	var f flow
	body, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || json.Unmarshal(body, &f) != nil || f.State == "" {
		return flow{}, false
	}
	f.Next = inside(f.Next)
	return f, subtle.ConstantTimeCompare([]byte(state), []byte(f.State)) == 1
}

// errorCode is what a provider may say for an error: RFC 6749, section 4.1.2.1.
var errorCode = regexp.MustCompile(`^[a-z_]{1,40}$`)

// signInEnd takes a browser back from the provider.
func (s *Server) signInEnd(c echo.Context) error {
	p, ctx := s.door.provider, c.Request().Context()
	if p == nil {
		return c.Redirect(http.StatusSeeOther, "/login")
	}
	f, ok := s.flowOf(c)
	c.SetCookie(s.flowCookie("", -time.Second))
	if iss := c.QueryParam("iss"); !ok || iss != "" && iss != p.conf.Issuer {
		return s.signInAgain(c, http.StatusBadRequest, "That sign-in was not begun in this browser, or took too long. Try again.")
	}
	if code := c.QueryParam("error"); code != "" {
		if !errorCode.MatchString(code) {
			code = "an error"
		}
		return s.signInAgain(c, http.StatusUnauthorized, p.name()+" did not sign you in: "+code+".")
	}
	who, err := p.told(ctx, &f, c.QueryParam("code"))
	if why, ok := errors.AsType[refused](err); ok {
		s.log.WarnContext(ctx, "sign-in refused", "address", c.RealIP(), "reason", string(why))
		return s.signInAgain(c, http.StatusForbidden, string(why))
	}
	if err != nil {
		return s.providerAway(c, err)
	}
	if p.conf.People.of(&who) == nobody {
		s.log.WarnContext(ctx, "sign-in refused", "address", c.RealIP(), "name", who.Name, "reason", "no role")
		return s.signInAgain(c, http.StatusForbidden, "You are "+who.Name+", and nobody gave you a role here. An admin does that in ROF_CONFIG, under roles.")
	}
	if err := s.seat(c, who); err != nil {
		return err
	}
	// The session's cookie does not come along on a way that began at another
	// site. A page of ours that leads on begins a new one.
	c.Response().Header().Set("Refresh", "0; url="+f.Next)
	return s.pages.render(c, http.StatusOK, "welcome", frame{Title: "Signed in", Data: map[string]any{"Next": f.Next, "Name": who.Name}})
}

// providerAway tells a person that the provider could not be asked, or said
// something that is not to be believed; the log has it.
func (s *Server) providerAway(c echo.Context, err error) error {
	if ok, more := s.turned.say("sign-in", s.cfg.Now()); ok { // anybody can come here, and often
		s.log.ErrorContext(c.Request().Context(), "sign-in failed", "request_id", requestID(c.Request().Context()), "error", err, "not_logged", more)
	}
	return s.signInAgain(c, http.StatusBadGateway, "Signing in with "+s.door.provider.name()+" failed. The log of rof has why.")
}
