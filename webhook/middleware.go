package webhook

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/labstack/echo/v4"
)

// maxBody is the largest body of any request: a hundred of Grafana's alerts are
// 230 KB.
const maxBody = 1 << 20

type requestKey struct{}

// requestID is the id that a request's answer carries and its log lines name.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// headAsGet lets every page and list answer HEAD; net/http leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			get := *r // net/http looks at its own
			get.Method = http.MethodGet
			r = &get
		}
		next.ServeHTTP(w, r)
	})
}

// observe is the outermost: it names the request, survives a handler's panic,
// answers errors and counts.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		id := rand.Text()
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), requestKey{}, id)))
		func() {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
				}
			}()
			err = next(c)
		}()
		if err != nil {
			c.Error(err)
		}
		s.metrics.request(c)
		s.log.DebugContext(c.Request().Context(), "request", "request_id", id, "method", c.Request().Method,
			"route", c.Path(), "status", c.Response().Status)
		return nil
	}
}

// policy is what a page of ours may do: load its own style and script, talk to
// where it came from, and nothing else. No string ever becomes markup or code.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// secure sets the headers that every answer has.
func (s *Server) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		csp, xfo := s.framing()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", xfo)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if strings.HasPrefix(s.cfg.PublicURL, "https:") {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// limit bounds bodies, also those that don't say how long they are.
func (s *Server) limit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if c.Path() == importRoute || c.Path() == pastRoute && r.Method == http.MethodPost { // which have a limit of their own
			if r.ContentLength > maxImport {
				return importTooLarge()
			}
			return next(c)
		}
		if r.ContentLength > maxBody && !strings.HasPrefix(c.Path(), webhookRoute) { // which counts it
			return tooLarge()
		}
		// One byte more may be read, so that a body of just the limit ends and
		// a longer one is known to be longer.
		r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBody+1)
		return next(c)
	}
}

// readBody reads a whole body within the limit.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err == nil && len(body) > maxBody {
		return nil, tooLarge()
	}
	return body, err
}
