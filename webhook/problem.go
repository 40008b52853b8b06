package webhook

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// problem is an error as clients get it, RFC 9457.
type problem = huma.ErrorModel

// statusOf maps the engine's kinds of error to HTTP: the one table.
func statusOf(k engine.Kind) int {
	switch k {
	case engine.Invalid:
		return http.StatusUnprocessableEntity
	case engine.NotFound:
		return http.StatusNotFound
	case engine.Conflict:
		return http.StatusConflict
	case engine.Denied:
		return http.StatusForbidden
	case engine.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func newProblem(status int, detail string) *problem {
	return &problem{Status: status, Title: http.StatusText(status), Detail: detail}
}

// problemOf turns any error into one for the client. What is not meant for
// people stays in the log.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*engine.Error](err); ok {
		p := newProblem(statusOf(e.Kind), e.Text)
		if e.Field != "" {
			p.Errors = []*huma.ErrorDetail{{Message: e.Text, Location: location(e.Field)}}
		}
		return p
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge()
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		return newProblem(e.Code, http.StatusText(e.Code))
	}
	return newProblem(http.StatusInternalServerError, "something went wrong here; the log has it under this request's X-Request-Id")
}

// location is where in a request a field stands.
func location(field string) string {
	if field == "body" || strings.HasPrefix(field, "[") {
		return strings.TrimSuffix("body"+strings.TrimPrefix(field, "body"), ".")
	}
	return "body." + field
}

func tooLarge() *problem {
	return newProblem(http.StatusRequestEntityTooLarge, "the body is larger than 1 MiB; for Alertmanager, set max_alerts")
}

// answerError writes an error that a handler or Echo itself returned.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		s.log.DebugContext(c.Request().Context(), "an answer broke off", "error", err)
		return
	}
	p := problemOf(err)
	s.logError(c.Request().Context(), c.Path(), p.Status, err)
	switch p.Status {
	case http.StatusServiceUnavailable:
		c.Response().Header().Set("Retry-After", "10")
	case http.StatusUnauthorized:
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="rof"`)
	case http.StatusRequestEntityTooLarge:
		c.Response().Header().Set("Connection", "close")
	}
	if isPage(c) {
		err = s.pages.render(c, p.Status, "problem", map[string]any{"Problem": p})
	} else {
		c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
		err = c.JSON(p.Status, p)
	}
	if err != nil {
		s.log.DebugContext(c.Request().Context(), "an error could not be answered", "error", err)
	}
}

// logError keeps what the client is not told. The rest is its own business and
// counted, not logged.
func (s *Server) logError(ctx context.Context, route string, status int, err error) {
	switch {
	case status == http.StatusServiceUnavailable:
		if ok, more := s.turned.say(route, s.cfg.Now()); ok {
			s.log.WarnContext(ctx, "turned away", "request_id", requestID(ctx), "error", err, "not_logged", more)
		}
	case status >= http.StatusInternalServerError:
		s.log.ErrorContext(ctx, "request failed", "request_id", requestID(ctx), "error", err)
	}
}

// isPage reports whether the request is a browser's for one of our pages, who
// gets a page for an answer.
func isPage(c echo.Context) bool {
	r := c.Request()
	form := r.Method == http.MethodPost && (c.Path() == pastRoute || c.Path() == askRoute)
	return (r.Method == http.MethodGet || form) && !strings.HasPrefix(r.URL.Path, "/api/") && !strings.HasPrefix(r.URL.Path, "/webhooks/") &&
		!strings.HasPrefix(r.URL.Path, "/ws/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}
