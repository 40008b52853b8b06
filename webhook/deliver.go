package webhook

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

// deliverTimeout bounds the time in which a delivery must be durable. Senders
// wait five seconds and more; one that is told to come back does.
const deliverTimeout = 4 * time.Second

// delivered answers a webhook. Quarantined counts the alerts of its body that
// could not be read.
type delivered struct {
	Accepted    int `json:"accepted" doc:"Alerts that changed something, changes that were recorded, and heartbeats"`
	Ignored     int `json:"ignored" doc:"Repeats and late ones, which change nothing, and heartbeats that nobody expects"`
	Quarantined int `json:"quarantined,omitempty" doc:"Alerts of this body that could not be read; the log says why"`
}

// deliver takes in what a monitoring system sends: verify, parse, ingest, and
// 202 once it is durable. Its answers are those that senders act on as we mean
// them: 503 with Retry-After is the one that nearly all of them repeat for.
func (s *Server) deliver(c echo.Context) error {
	start := s.cfg.Now()
	name := c.Param("source")
	conf, known := s.sources.byName[name]
	if !known {
		name = "unknown"
	}
	out, err := s.delivery(c, conf, c.Param("source"), known)
	status := http.StatusAccepted
	if err != nil {
		status = problemOf(err).Status
	}
	s.metrics.delivery(name, status, s.cfg.Now().Sub(start), out)
	if err != nil {
		return err
	}
	return c.JSON(status, out)
}

func (s *Server) delivery(c echo.Context, conf SourceConfig, name string, known bool) (delivered, error) {
	r := c.Request()
	if !known {
		return delivered{}, newProblem(http.StatusNotFound, "no such source; there are "+strings.Join(s.sources.names(), ", "))
	}
	if r.Method != http.MethodPost {
		c.Response().Header().Set("Allow", http.MethodPost)
		return delivered{}, newProblem(http.StatusMethodNotAllowed, "deliveries are posted")
	}
	if err := s.admit(r, conf, name); err != nil {
		return delivered{}, err
	}
	body, err := readBody(r)
	if err != nil {
		return delivered{}, unread(err)
	}
	p, err := s.sources.kinds[conf.Kind](source.Input{Source: name, Body: body, Header: r.Header})
	if err != nil {
		return delivered{}, malformed(err)
	}
	for _, bad := range p.Bad {
		s.log.WarnContext(r.Context(), "alert not read", "source", name, "request_id", requestID(r.Context()), "error", bad)
	}
	ctx, cancel := context.WithTimeout(r.Context(), deliverTimeout)
	defer cancel()
	receipt, err := s.cfg.Engine.Ingest(ctx, p.Delivery)
	if err != nil {
		return delivered{}, again(err)
	}
	s.sources.accepted(name)
	return delivered{Accepted: receipt.Accepted, Ignored: receipt.Ignored, Quarantined: len(p.Bad)}, nil
}

// admit checks a delivery's secret. A source without one is open on loopback
// only, and there not to the pages of other sites that a browser has open.
func (s *Server) admit(r *http.Request, conf SourceConfig, name string) error {
	if !s.sources.verify(conf, r) {
		why, first := s.sources.refuse(name, conf, s.cfg.Now())
		if first {
			s.log.WarnContext(r.Context(), "delivery refused", "source", name, "reason", why.Reason, "fix", why.Fix, "count", why.Count)
		}
		return newProblem(http.StatusUnauthorized, "this source needs its token")
	}
	if len(conf.Tokens) == 0 {
		if err := s.door.cross.Check(r); err != nil {
			return newProblem(http.StatusForbidden, "a page of another site may not deliver here")
		}
	}
	return nil
}

func unread(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*problem](err); ok {
		return err
	}
	return newProblem(http.StatusBadRequest, "the body broke off")
}

// malformed is a 400 where REST says 422: that is what senders know.
func malformed(err error) error {
	p := problemOf(err)
	if p.Status == http.StatusUnprocessableEntity {
		p.Status, p.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	}
	return p
}

// again makes every failure to store one that the sender repeats for. Senders
// don't for a 500, and there is nothing that a second try could spoil.
func again(err error) error {
	if k := engine.KindOf(err); k == engine.Unavailable || k == engine.Invalid {
		return err
	}
	return &engine.Error{Kind: engine.Unavailable, Text: "the delivery could not be stored; send it again", Err: err}
}
