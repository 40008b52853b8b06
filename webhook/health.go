package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// healthz says that the process answers, and no more.
func (s *Server) healthz(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// readiness is what /readyz answers.
type readiness struct {
	Status string           `json:"status" enum:"ready,not ready"`
	Checks map[string]check `json:"checks"`
}

type check struct {
	State  string `json:"state"`
	Detail string `json:"detail,omitempty"`
}

// readyz says whether alerts can be taken in, and how each part is. Only the store
// decides: with Slack away they are kept and announced later, Kafka keeps its own,
// and a model is never waited for.
func (s *Server) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), time.Second)
	defer cancel()
	out := readiness{Status: "ready", Checks: map[string]check{"store": {State: "ok"}, "slack": s.slack()}}
	if s.cfg.Kafka != nil {
		out.Checks["kafka"] = check(s.cfg.Kafka())
	}
	if s.cfg.Model != nil {
		out.Checks["model"] = check(s.cfg.Model())
	}
	status := http.StatusOK
	if err := s.cfg.Engine.Ready(ctx); err != nil {
		if ok, more := s.turned.say(c.Path(), s.cfg.Now()); ok {
			s.log.WarnContext(ctx, "store not ready", "error", err, "not_logged", more)
		}
		out.Status, out.Checks["store"] = "not ready", check{State: "failed", Detail: said(err)}
		status = http.StatusServiceUnavailable
		c.Response().Header().Set("Retry-After", "10")
	} else {
		out.Checks["queue"] = s.queue(ctx)
	}
	return c.JSON(status, out)
}

// behind is how long a job may be due before the queue is said to lag: all of
// them are begun within seconds where the work is not more than the workers.
const behind = time.Minute

// queue says how far the work is behind. That makes nobody unready: alerts are
// taken in, and what is late is made up for.
func (s *Server) queue(ctx context.Context) check {
	waited, err := s.cfg.Engine.Backlog(ctx)
	switch {
	case err != nil:
		return check{State: "unknown", Detail: said(err)}
	case waited > behind:
		return check{State: "behind", Detail: fmt.Sprintf("a job has waited %s for its turn", waited.Round(time.Second))}
	}
	return check{State: "ok"}
}

func (s *Server) slack() check {
	if s.cfg.Slack == nil {
		return check{State: "off"}
	}
	return check(s.cfg.Slack())
}

// said is what an error says to people.
func said(err error) string {
	if e, ok := errors.AsType[*engine.Error](err); ok {
		return e.Text
	}
	return "not available; see the log"
}
