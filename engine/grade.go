package engine

import (
	"context"
	"strings"
	"time"
)

// SeverityOf reads a person's word for a severity. Unlike a sender's, one that
// nobody knows is an error: a person is there to say it again.
func SeverityOf(word string) (Severity, error) {
	s := ParseSeverity(word)
	if s == SeverityUnknown {
		return "", Invalidf("severity", "severity is one of critical, high, medium, low or info, not %q", word)
	}
	return s, nil
}

// SetSeverity is a person's word on how bad it is. Worse is told at once; alerts
// that fire already do not overrule it.
func (e *Engine) SetSeverity(ctx context.Context, id, actor string, s Severity, reason string) (was Severity, i Incident, err error) {
	reason = strings.TrimSpace(Clean(reason))
	i, err = e.change(ctx, id, actor, func(tx Tx, i *Incident, now time.Time) (Entry, error) {
		was = i.Severity
		switch {
		case i.Historical:
			return Entry{}, Conflictf("%s is history; it has no state to change", i.ID)
		case i.MergedInto != "":
			return Entry{}, i.Gone()
		case i.Status == Resolved:
			return Entry{}, Conflictf("%s is resolved; its severity stays as it was", i.ID)
		case i.Severity == s:
			return Entry{}, Conflictf("%s is %s already", i.ID, s)
		}
		alerts, err := tx.Alerts(ctx, i.ID)
		if err != nil {
			return Entry{}, err
		}
		i.Severity, i.SeverityBy, i.SeverityOver = s, actor, ""
		for n := range alerts {
			if alerts[n].Severity.Worse(i.SeverityOver) {
				i.SeverityOver = alerts[n].Severity
			}
		}
		text := string(was) + " → " + string(s)
		if reason != "" {
			text += ": " + reason
		}
		entry := Entry{ID: newID("ent_", now), Kind: "severity", Text: text}
		if !s.Worse(was) {
			return entry, nil
		}
		w := newWants(now)
		if i.Channel != "" {
			to := e.cfg.route(i, now)
			to.QuietTill = time.Time{} // somebody is up
			i.widen(to)
		}
		if i.urge(now) {
			w.jobs = append(w.jobs, e.escalateJobs(i)...)
		}
		if err := w.notice(i, entry.ID, Notice{What: "worse", From: was, To: s, Actor: actor}); err != nil {
			return Entry{}, err
		}
		w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: i.ID, At: now.Add(decideAfter)})
		return entry, w.write(ctx, tx)
	})
	return was, i, err
}

// overruledBy reports whether an alert is worse than the incident, and, where a
// person said how bad that is, than all that the person knew of.
func (i *Incident) overruledBy(s Severity) bool {
	return s.Worse(i.Severity) && (i.SeverityBy == "" || s.Worse(i.SeverityOver))
}
