package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ragoffire/engine/fail"
)

// Escalation says what follows where nobody takes a critical incident. The zero
// Escalation does nothing.
type Escalation struct {
	After time.Duration // until the group is mentioned again, and then to the next path
	Paths []Path        // taken one after the other, past Slack
}

// Path is a way to people that does not lead through Slack.
type Path struct {
	Pager
	After time.Duration // the escalation's where 0
}

// Pager tells somebody outside Slack. engine/page has its implementations. A
// call may come more than once, with the same key.
type Pager interface {
	Call(ctx context.Context, c Call) error
	String() string // such as "webhook pager.example.com", without secrets
}

// Call is what a Pager tells.
type Call struct {
	Key         string    `json:"key"` // the same for the same reason
	IncidentID  string    `json:"incident_id"`
	Title       string    `json:"title"`
	Severity    Severity  `json:"severity"`
	Service     string    `json:"service,omitempty"`
	Environment string    `json:"environment,omitempty"`
	Symptom     string    `json:"symptom,omitempty"`
	Why         string    `json:"why"`
	StartedAt   time.Time `json:"started_at"`
}

// Paged records a page that went out.
type Paged struct {
	Key  string    `json:"key"`
	Path string    `json:"path"`
	Why  string    `json:"why"`
	At   time.Time `json:"at"`
}

// stuckAfter is how long a path is tried before the next one is taken.
const stuckAfter = time.Minute

// due says when a step is taken: 0 mentions the group again, the others are paths.
func (s *Escalation) due(i *Incident, step int) time.Time {
	at := i.UrgentAt.Add(s.After)
	for n := range min(step, len(s.Paths)) {
		d := s.Paths[n].After
		orDefault(&d, s.After)
		at = at.Add(d)
	}
	return at
}

// escalateJobs look at the incident when its first step is due, if there is one.
func (e *Engine) escalateJobs(i *Incident) []Job {
	if e.cfg.Escalation.After <= 0 {
		return nil
	}
	return []Job{{Kind: JobEscalate, Subject: i.ID, At: e.cfg.Escalation.due(i, 0)}}
}

// untaken reports whether somebody must take the incident and nobody has.
func (i *Incident) untaken() bool {
	return i.Status == Open && i.Severity == SeverityCritical && i.Muted == nil && !i.UrgentAt.IsZero() && !i.Historical
}

// escalate is the job that takes the steps which are due. What somebody took in
// between takes none.
func (e *Engine) escalate(ctx context.Context, id string) error {
	s := &e.cfg.Escalation
	if s.After <= 0 {
		return nil
	}
	for {
		d, err := e.Incident(ctx, id)
		if KindOf(err) == NotFound {
			return nil
		}
		i := &d.Incident
		if err != nil || !i.untaken() || i.Escalated > len(s.Paths) {
			return err
		}
		late := e.now().Sub(s.due(i, i.Escalated))
		if late < 0 {
			return &Again{After: -late}
		}
		if i.Escalated == 0 {
			err = e.mentionAgain(ctx, i)
		} else {
			err = e.pageStep(ctx, i, late)
		}
		if err != nil {
			return err
		}
	}
}

// mentionAgain mentions the group again.
func (e *Engine) mentionAgain(ctx context.Context, i *Incident) error {
	after := Length(e.cfg.Escalation.After)
	return e.step(ctx, i, Entry{Kind: "escalated", Text: "nobody has it after " + after}, &Notice{What: "unacknowledged", After: after}, nil)
}

// pageStep takes the next path. One that fails for long gives way to the one
// after it; the last is tried until it takes the page or somebody the incident.
// Where the process dies before it is written down that a page went out, it goes
// out again with the same key; if somebody has the incident by then, it does not,
// and the timeline never tells of it.
func (e *Engine) pageStep(ctx context.Context, i *Incident, late time.Duration) error {
	n := i.Escalated - 1
	path := e.cfg.Escalation.Paths[n]
	p := i.page(fmt.Sprintf("step-%d", n+1), "nobody has it after "+Span(e.now().Sub(i.UrgentAt)))
	fail.Point("page.before")
	err := path.Call(ctx, p)
	fail.Point("page.called")
	if err != nil {
		e.log.WarnContext(ctx, "a page did not go out", "incident", i.ID, "path", path.String(), "error", err)
		if late < stuckAfter || n+1 == len(e.cfg.Escalation.Paths) {
			return fmt.Errorf("page by %s: %w", path, err)
		}
		return e.step(ctx, i, Entry{Kind: "escalated", Text: path.String() + " does not answer"}, nil, nil)
	}
	paged := &Paged{Key: p.Key, Path: path.String(), Why: p.Why}
	return e.step(ctx, i, Entry{Kind: "paged", Text: p.Why + "; told by " + paged.Path}, &Notice{What: "paged", Names: []string{paged.Path}}, paged)
}

// page is what is told of an incident outside Slack.
func (i *Incident) page(key, why string) Call {
	return Call{
		Key: fmt.Sprintf("%s:%d:%s", i.ID, i.UrgentAt.Unix(), key), IncidentID: i.ID, Title: i.Title, Severity: i.Severity,
		Service: i.Service, Environment: i.Environment, Symptom: i.Symptom, Why: why, StartedAt: i.StartedAt,
	}
}

// step records one step of an escalation; one that is recorded changes nothing.
func (e *Engine) step(ctx context.Context, was *Incident, entry Entry, n *Notice, paged *Paged) error {
	now := e.now()
	return e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, was.ID)
		if err != nil || !i.UrgentAt.Equal(was.UrgentAt) || i.Escalated != was.Escalated {
			return err
		}
		i.Escalated++
		return e.escalated(ctx, tx, &i, entry, n, paged, now)
	})
}

// escalated writes what was done about an incident that nobody took.
func (e *Engine) escalated(ctx context.Context, tx Tx, i *Incident, entry Entry, n *Notice, paged *Paged, now time.Time) error {
	if paged != nil {
		paged.At = now
		i.Paged = append(slices.Clone(i.Paged), *paged)
	}
	entry.ID, entry.IncidentID, entry.At = newID("ent_", now), i.ID, now
	w := newWants(now)
	w.incident(i)
	if n != nil {
		if err := w.notice(i, entry.ID, *n); err != nil {
			return err
		}
	}
	return e.publish(ctx, tx, []*Incident{i}, []Entry{entry}, w, now)
}

// Unreachable is how long Slack may be out of reach before critical incidents
// take another path.
const Unreachable = 2 * time.Minute

// PageUnreached pages the critical incidents that Slack does not get: at once
// where Slack is known to be down, and where one of them has waited for too long.
func (e *Engine) PageUnreached(ctx context.Context, down bool) error {
	if len(e.cfg.Escalation.Paths) == 0 {
		return nil
	}
	waiting, late, err := e.unreached(ctx, down)
	if err != nil || !down && !late {
		return err
	}
	var errs []error
	for n := range waiting {
		errs = append(errs, e.pageAround(ctx, &waiting[n]))
	}
	return errors.Join(errs...)
}

// unreached lists the incidents that somebody must take and Slack does not show;
// late says whether one of them has waited for too long.
func (e *Engine) unreached(ctx context.Context, down bool) (waiting []Incident, late bool, err error) {
	now := e.now()
	err = e.store.View(ctx, func(r Reader) error {
		live, _, err := r.Incidents(ctx, IncidentFilter{Live: true, Severity: SeverityCritical}, "", 500)
		if err != nil {
			return err
		}
		for _, i := range live {
			if !i.untaken() || i.home() == "" {
				continue
			}
			shown, err := shows(ctx, r, &i, down)
			if err != nil {
				return err
			}
			if !shown {
				waiting = append(waiting, i)
				late = late || now.Sub(i.UrgentAt) >= Unreachable
			}
		}
		return nil
	})
	return waiting, late, err
}

// shows reports whether Slack shows an incident: by a message of its own, or by a
// digest. Where Slack is down, what it does not show yet counts, too.
func shows(ctx context.Context, r Reader, i *Incident, down bool) (bool, error) {
	p, err := r.Post(ctx, incidentKey(i.ID))
	if err == nil && p.TS == "" && p.Told+p.Digest != "" {
		p, err = r.Post(ctx, p.Told+p.Digest)
	}
	if KindOf(err) == NotFound {
		return true, nil // nobody wants it there
	}
	return p.TS != "" && (!down || p.Sent >= p.Wanted), err
}

// pageAround takes the first path that works, once.
func (e *Engine) pageAround(ctx context.Context, i *Incident) error {
	p := i.page("unreached", "Slack is out of reach")
	if slices.ContainsFunc(i.Paged, func(done Paged) bool { return done.Key == p.Key }) {
		return nil
	}
	var errs []error
	for _, path := range e.cfg.Escalation.Paths {
		if err := path.Call(ctx, p); err != nil {
			errs = append(errs, fmt.Errorf("page by %s: %w", path, err))
			continue
		}
		return e.store.Update(ctx, func(tx Tx) error {
			i, err := tx.Incident(ctx, i.ID)
			if err != nil || slices.ContainsFunc(i.Paged, func(done Paged) bool { return done.Key == p.Key }) {
				return err
			}
			paged := &Paged{Key: p.Key, Path: path.String(), Why: p.Why}
			return e.escalated(ctx, tx, &i, Entry{Kind: "paged", Text: p.Why + "; told by " + paged.Path}, nil, paged, e.now())
		})
	}
	return errors.Join(errs...)
}
