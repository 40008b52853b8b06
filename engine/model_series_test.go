package engine_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"ragoffire/engine"
)

// model is one series and the incident that its latest episode stands in.
type model struct {
	*world
	series string

	began, ended time.Time // of the latest episode; ended is zero while it fires
	closed       bool      // by a person, while it fires

	id         string // of the incident; "" before there is one
	status     engine.IncidentStatus
	ackedBy    string
	resolvedBy string
	reopened   int

	decision string // its first, once it is made
	advises  bool
	verdict  *engine.Review
	told     *engine.Outcome
}

func (m *model) live() bool { return m.id != "" && m.status != engine.Resolved }

// deliver sends an observation, and returns the incident that it stands in.
func (m *model) deliver(r *rapid.T, status engine.AlertStatus, began time.Time, ended *time.Time) (id string) {
	spike := 300.0
	m.do(r, "", func() error {
		got, err := m.engine.Ingest(m.ctx, engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{{
			Fingerprint: m.series, Status: status, StartedAt: began, EndedAt: ended, Severity: engine.SeverityHigh,
			Name: m.series, Title: m.series, Service: "mailer", ErrorType: "queue_backlog", Spike: &spike,
		}}})
		if err == nil {
			id = got.Alerts[0].IncidentID
		}
		return err
	})
	return id
}

// fire is an alert that begins now.
func (m *model) fire(r *rapid.T) {
	m.clock.Advance(time.Second)
	now := m.clock.Now()
	firing, window := m.id != "" && m.ended.IsZero(), 10*time.Minute
	if m.id != "" {
		if d := m.detail(r); d.Flapping() {
			window = 30 * time.Minute
		}
	}
	id := m.deliver(r, engine.Firing, now, nil)
	switch {
	case firing && !m.closed: // a sender that lost its startsAt: the same episode
	case m.id != "" && !firing && (m.live() || now.Sub(m.ended) < window):
		m.began, m.ended, m.closed = now, time.Time{}, false
		if m.status == engine.Resolved {
			m.status, m.ackedBy, m.resolvedBy = engine.Open, "", ""
			m.reopened++
		}
	default:
		if id == m.id {
			r.Fatalf("a new episode stands in %s", id)
		}
		*m = model{world: m.world, series: m.series, began: now, id: id, status: engine.Open}
	}
	if id != m.id {
		r.Fatalf("it stands in %s, want %s", id, m.id)
	}
}

// repeat is the latest episode once more.
func (m *model) repeat(r *rapid.T) {
	if m.id == "" {
		r.Skip()
	}
	m.clock.Advance(time.Second)
	m.deliver(r, engine.Firing, m.began, nil)
}

// fireLate is one of before the latest episode began.
func (m *model) fireLate(r *rapid.T) {
	if m.id == "" {
		r.Skip()
	}
	m.deliver(r, engine.Firing, m.began.Add(-time.Duration(rapid.IntRange(1, 3600).Draw(r, "seconds"))*time.Second), nil)
}

// end is the end of an episode, also of one that nobody heard of.
func (m *model) end(r *rapid.T) {
	m.clock.Advance(time.Second)
	now := m.clock.Now()
	m.deliver(r, engine.AlertResolved, m.began, &now)
	if m.id == "" || !m.ended.IsZero() {
		return
	}
	m.ended = now
	if m.live() {
		m.status, m.resolvedBy = engine.Resolved, ""
	}
}

// endLate is the end of an episode before the latest.
func (m *model) endLate(r *rapid.T) {
	if m.id == "" {
		r.Skip()
	}
	at := m.began.Add(-time.Second)
	m.deliver(r, engine.AlertResolved, at.Add(-time.Minute), &at)
}

func who(r *rapid.T) string { return rapid.SampledFrom([]string{"ann", "bob"}).Draw(r, "who") }

// conflictUnless is what a change answers that may be made or not.
func conflictUnless(ok bool) engine.Kind {
	if ok {
		return ""
	}
	return engine.Conflict
}

func (m *model) acknowledge(r *rapid.T) {
	if m.id == "" {
		r.Skip()
	}
	actor, ok := who(r), m.status == engine.Open || m.status == engine.Mitigated
	m.do(r, conflictUnless(ok), func() error { _, err := m.engine.Acknowledge(m.ctx, m.id, actor); return err })
	if ok {
		m.status, m.ackedBy = engine.Acknowledged, actor
	}
}

func (m *model) mitigate(r *rapid.T) {
	if m.id == "" {
		r.Skip()
	}
	actor, ok := who(r), m.status == engine.Open || m.status == engine.Acknowledged
	m.do(r, conflictUnless(ok), func() error { _, err := m.engine.Mitigate(m.ctx, m.id, actor); return err })
	if ok {
		m.status = engine.Mitigated
	}
}

// resolve is a person's; of one that ended by itself, they may still tell why.
func (m *model) resolve(r *rapid.T) {
	if m.id == "" {
		r.Skip()
	}
	actor, ok := who(r), m.live() || m.resolvedBy == ""
	m.do(r, conflictUnless(ok), func() error {
		_, err := m.engine.Resolve(m.ctx, m.id, engine.Resolution{Actor: actor, Reason: engine.ReasonFalseAlarm})
		return err
	})
	if ok {
		m.status, m.resolvedBy, m.closed = engine.Resolved, actor, m.closed || m.ended.IsZero()
	}
}

// reopen takes a resolved incident up again, and lets go of one that somebody has.
func (m *model) reopen(r *rapid.T) {
	if m.id == "" {
		r.Skip()
	}
	actor, ok := who(r), m.status != engine.Open
	m.do(r, conflictUnless(ok), func() error { _, err := m.engine.Reopen(m.ctx, m.id, actor); return err })
	if ok {
		if !m.live() {
			m.reopened++
		}
		m.status, m.ackedBy, m.resolvedBy = engine.Open, "", ""
		m.closed = m.closed && !m.ended.IsZero()
	}
}

func (m *model) review(r *rapid.T) {
	if m.decision == "" {
		r.Skip()
	}
	actor, verdict := who(r), rapid.SampledFrom([]engine.Verdict{engine.Approve, engine.Reject}).Draw(r, "verdict")
	ok := m.verdict == nil && (m.advises || verdict == engine.Reject)
	now := m.clock.Now()
	m.do(r, conflictUnless(ok), func() error {
		_, err := m.engine.Review(m.ctx, m.decision, engine.Review{Verdict: verdict, Actor: actor, Reason: "so"})
		return err
	})
	if ok {
		m.verdict = &engine.Review{Verdict: verdict, Actor: actor, At: now}
	}
}

func (m *model) undo(r *rapid.T) {
	if m.decision == "" {
		r.Skip()
	}
	actor, want := who(r), engine.Kind("")
	switch {
	case m.verdict == nil:
		want = engine.Conflict
	case m.verdict.Actor != actor:
		want = engine.Denied
	case m.clock.Now().Sub(m.verdict.At) > engine.UndoWindow:
		want = engine.Conflict
	}
	m.do(r, want, func() error { _, err := m.engine.UndoReview(m.ctx, m.decision, actor); return err })
	if want == "" {
		m.verdict = nil
	}
}

func (m *model) outcome(r *rapid.T) {
	if m.decision == "" {
		r.Skip()
	}
	actor, result := who(r), rapid.SampledFrom([]engine.Result{engine.Worked, engine.Failed, engine.Reverted, engine.NotTried}).Draw(r, "result")
	same := m.told != nil && m.told.Outcome == result
	ok := m.advises && (m.told == nil || same || m.told.Actor == actor || m.clock.Now().Sub(m.told.At) >= engine.UndoWindow)
	now := m.clock.Now()
	m.do(r, conflictUnless(ok), func() error {
		_, err := m.engine.ReportOutcome(m.ctx, m.decision, engine.Outcome{Outcome: result, Actor: actor})
		return err
	})
	if ok && !same {
		m.told = &engine.Outcome{Outcome: result, Actor: actor, At: now}
	}
}

// pass lets time pass, and jobs run in it, maybe with a call that fails.
func (m *model) pass(r *rapid.T) {
	d := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 9 * time.Minute, 11 * time.Minute, 35 * time.Minute}).Draw(r, "time")
	m.do(r, "", func() error { return m.jobs.Run(m.ctx, d) })
	if m.id == "" || m.decision != "" {
		return
	}
	if err := m.jobs.Run(m.ctx, time.Minute); err != nil { // what failed runs again
		r.Fatal(err)
	}
	made := m.detail(r).Decisions
	if len(made) == 0 {
		r.Fatalf("%s has no decision after %s", m.id, d)
	}
	first := made[len(made)-1]
	m.decision, m.advises = first.ID, !first.Abstained
}

func (m *model) detail(r *rapid.T) engine.Detail {
	d, err := m.engine.Incident(m.ctx, m.id)
	if err != nil {
		r.Fatal(err)
	}
	return d
}

// check holds what is stored against the model.
func (m *model) check(r *rapid.T) {
	if m.id == "" {
		return
	}
	d := m.detail(r)
	if d.Status != m.status || d.AcknowledgedBy != m.ackedBy || d.ResolvedBy != m.resolvedBy || d.Reopened != m.reopened || (d.ResolvedAt == nil) != m.live() {
		r.Fatalf("%s is %s, acknowledged by %q, resolved by %q, %d times reopened; want %s, %q, %q, %d",
			m.id, d.Status, d.AcknowledgedBy, d.ResolvedBy, d.Reopened, m.status, m.ackedBy, m.resolvedBy, m.reopened)
	}
	last := d.Alerts[len(d.Alerts)-1]
	if firing := m.ended.IsZero(); (last.Status == engine.Firing) != firing || (d.Firing == 1) != firing || !last.StartedAt.Equal(m.began) || firing && last.ClosedByPerson != m.closed {
		r.Fatalf("its series is %s since %s, closed by a person %v, %d of %d fire; want firing %v since %s, closed %v",
			last.Status, last.StartedAt, last.ClosedByPerson, d.Firing, d.Series, firing, m.began, m.closed)
	}
	if m.decision == "" {
		return
	}
	n := slices.IndexFunc(d.Decisions, func(d engine.Decision) bool { return d.ID == m.decision })
	if n != len(d.Decisions)-1 {
		r.Fatalf("its first decision is number %d of %d", n, len(d.Decisions))
	}
	first, want := d.Decisions[n], engine.Proposed
	if m.verdict != nil {
		want = map[engine.Verdict]engine.DecisionStatus{engine.Approve: engine.Approved, engine.Reject: engine.Rejected}[m.verdict.Verdict]
	}
	if first.Status != want || (len(first.Reviews) == 1) != (m.verdict != nil) || m.verdict != nil && first.Reviews[0].Actor != m.verdict.Actor {
		r.Fatalf("its decision is %s by %v, want %s by %v", first.Status, first.Reviews, want, m.verdict)
	}
	if (first.Outcome == nil) != (m.told == nil) || m.told != nil && (first.Outcome.Outcome != m.told.Outcome || first.Outcome.Actor != m.told.Actor) {
		r.Fatalf("its outcome is %+v, want %+v", first.Outcome, m.told)
	}
}
