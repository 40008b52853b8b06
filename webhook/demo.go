package webhook

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// demoRoute is where the demo's workspace lies, and all that belongs to it.
const demoRoute = "/slack"

// mountDemo gives the demo its place. Its page shows the dashboard in a frame,
// which nothing else may.
func (s *Server) mountDemo() {
	if s.cfg.Demo == nil {
		return
	}
	h := echo.WrapHandler(s.cfg.Demo)
	s.echo.Any(demoRoute, h)
	s.echo.Any(demoRoute+"/*", h)
}

// framing is the policy, and the older header for it, that says who may show our
// pages within theirs: nobody, and in the demo we ourselves.
func (s *Server) framing() (csp, xfo string) {
	if s.cfg.Demo == nil {
		return policy, "DENY"
	}
	return strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors 'self'; frame-src 'self'", 1), "SAMEORIGIN"
}
