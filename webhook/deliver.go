package webhook

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
	"ragoffire/engine/fail"
	"ragoffire/webhook/source"
)

// deliverTimeout bounds the time in which a delivery must be durable. Senders
// wait five seconds and more; one that is told to come back does.
const deliverTimeout = 4 * time.Second

// delivered answers a webhook. Quarantined counts the alerts of its body that
// could not be read.
type delivered struct {
	Accepted    int `json:"accepted" doc:"Alerts that changed something, changes that were recorded, and heartbeats"`
	Ignored     int `json:"ignored" doc:"Repeats, late ones, tests, heartbeats that nobody expects and what is no alert: they change nothing"`
	Quarantined int `json:"quarantined,omitempty" doc:"Alerts of this body that could not be read; they are kept, and the dashboard says why"`
}

// answered is how a delivery is answered.
type answered struct {
	delivered
	status int  // 202 where 0
	answer any  // the counts where nil
	kept   bool // in quarantine, though its sender is told that it is wrong
}

// turnedAway is a delivery that is refused for something that people can mend.
type turnedAway struct {
	error
	reason, fix string
}

func (t *turnedAway) Unwrap() error { return t.error }

// deliver takes in what a monitoring system sends: verify, parse, ingest, and
// 202 once it is durable. Its answers are those that senders act on as we mean
// them: 503 with Retry-After is the one that nearly all of them repeat for.
func (s *Server) deliver(c echo.Context) error {
	start := s.cfg.Now()
	name := c.Param("source")
	conf, known := s.sources.byName[name]
	path := strings.Trim(c.Param("*"), "/") // one slash too many is no other source
	known = known && (path == "" || conf.Kind == "pagerduty-events" && slices.Contains(pagerDutyPaths(), path))
	if known && handshake(c, conf) {
		return c.NoContent(http.StatusOK)
	}
	if !known {
		name = "unknown"
	}
	out, err := s.delivery(c, conf, c.Param("source"), known)
	status := cmp.Or(out.status, http.StatusAccepted)
	if err != nil {
		status = problemOf(err).Status
	}
	s.metrics.delivery(name, status, s.cfg.Now().Sub(start))
	if err != nil && !out.kept {
		refusal := engine.Refusal{Source: name}
		if away, ok := errors.AsType[*turnedAway](err); ok {
			refusal.Reason, refusal.Fix = away.reason, away.fix
		}
		s.cfg.Engine.Refuse(refusal)
	}
	switch {
	case err != nil:
		return err
	case out.answer != nil:
		return c.JSON(status, out.answer)
	}
	return c.JSON(status, out.delivered)
}

func (s *Server) delivery(c echo.Context, conf SourceConfig, name string, known bool) (answered, error) {
	r := c.Request()
	if !known {
		return answered{}, newProblem(http.StatusNotFound, "no such source; there are "+strings.Join(s.sources.names(), ", "))
	}
	if r.Method != http.MethodPost && (r.Method != http.MethodPut || conf.Kind != "grafana") { // Grafana lets one choose
		c.Response().Header().Set("Allow", http.MethodPost)
		return answered{}, newProblem(http.StatusMethodNotAllowed, "deliveries are posted")
	}
	if r.ContentLength > maxBody {
		return answered{}, tooMuch(tooLarge())
	}
	room := s.held.body(r.Body)
	defer room.release()
	r.Body = room
	read := sync.OnceValues(func() ([]byte, error) { return readBody(r) })
	if err := s.admit(r, name, read); err != nil {
		return answered{}, err
	}
	body, err := read()
	if err != nil {
		return answered{}, tooMuch(unread(err))
	}
	if err := compressed(r); err != nil {
		return answered{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), deliverTimeout)
	defer cancel()
	p, err := conf.Parse(source.Input{Source: name, Body: body, Header: r.Header})
	if err != nil {
		return answered{kept: s.quarantineBody(ctx, name, body, err)}, malformed(err)
	}
	p.Delivery.Idle = p.Ignored
	p.Delivery.ID, p.Delivery.Body = deliveryID(r.Header), body
	p.Delivery.Expire = cmp.Or(conf.Expire, p.Delivery.Expire)
	out := answered{delivered: delivered{Ignored: p.Ignored, Quarantined: len(p.Bad)}, answer: p.Answer}
	if p.Confirm != "" {
		out.status = http.StatusOK
		if err := s.subscribe(ctx, name, conf, p.Confirm); err != nil {
			return answered{}, s.refusal(ctx, name, err)
		}
		if !conf.Confirm {
			return out, nil // refused
		}
	}
	receipt, err := s.cfg.Engine.Ingest(ctx, p.Delivery)
	if err != nil {
		return answered{}, again(err)
	}
	if err := s.quarantine(ctx, name, p); err != nil {
		return answered{}, again(err)
	}
	s.sources.accepted(name, s.cfg.Now())
	fail.Point("answer.before")
	out.Accepted, out.Ignored = receipt.Accepted, out.Ignored+receipt.Ignored
	return out, nil
}

// admit finds out whether a delivery is its source's own. A source without a
// secret is open on loopback only, and there not to the pages of other sites
// that a browser has open.
func (s *Server) admit(r *http.Request, name string, body func() ([]byte, error)) error {
	if err := s.sources.verifiers[name].verify(r, body); err != nil {
		return s.refusal(r.Context(), name, err)
	}
	if s.sources.open(name) {
		if err := s.door.cross.Check(r); err != nil {
			return newProblem(http.StatusForbidden, "a page of another site may not deliver here")
		}
	}
	return nil
}

// refusal is what a sender is told that was not trusted; our side learns more.
func (s *Server) refusal(ctx context.Context, name string, err error) error {
	why, ok := errors.AsType[*distrust](err)
	if !ok {
		return tooMuch(malformed(unread(err)))
	}
	s.refused(ctx, name, why)
	if why.status == http.StatusForbidden {
		return &turnedAway{newProblem(http.StatusForbidden, "this source does not take what that topic sends"), why.reason, why.fix}
	}
	return &turnedAway{newProblem(http.StatusUnauthorized, "this source needs its token or signature"), why.reason, why.fix}
}

// tooMuch says of a body that is too large what to do about it.
func tooMuch(err error) error {
	if problemOf(err).Status != http.StatusRequestEntityTooLarge {
		return err
	}
	return &turnedAway{err, "larger than 1 MiB", "let the sender send less at once; for Alertmanager, set max_alerts"}
}

// compressed refuses a body that is compressed, since what its bytes are said to be
// wrong with helps nobody.
func compressed(r *http.Request) error {
	how := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	if !slices.Contains([]string{"gzip", "x-gzip", "deflate", "br", "zstd"}, how) {
		return nil
	}
	return &turnedAway{
		malformed(engine.Invalidf("body", "body: compressed (Content-Encoding: %s); send it as it is", how)),
		"compressed", "switch compression off in the sender",
	}
}

// refused keeps a refusal for the dashboard, and logs the first of a minute.
func (s *Server) refused(ctx context.Context, name string, why *distrust) {
	if r, first := s.sources.refuse(name, why, s.cfg.Now()); first {
		s.log.WarnContext(ctx, "delivery refused", "source", name, "reason", r.Reason, "fix", r.Fix, "count", r.Count)
	}
}

func unread(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*problem](err); ok {
		return err
	}
	if _, ok := errors.AsType[*engine.Error](err); ok {
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
