package engine

import (
	"fmt"
	"regexp"
	"time"
)

// SourceHeartbeat is the source of the alerts that tell of heartbeats that stopped.
const SourceHeartbeat = "heartbeat"

// Heartbeat is a sign of life that is expected: one that stops is an incident.
type Heartbeat struct {
	Name string
	// Match finds the alerts that are this heartbeat, such as a Watchdog that
	// always fires; they open no incident. Where it is empty, the heartbeat comes
	// by its name only.
	Match map[string]*regexp.Regexp
	Every time.Duration // how often it comes
	Grace time.Duration // how late it may be

	Severity    Severity
	Service     string
	Environment string
}

// Beat is what is known of a heartbeat.
type Beat struct {
	Name      string    `json:"name"`
	At        time.Time `json:"at,omitzero"`         // when it last came; zero before the first
	WatchedAt time.Time `json:"watched_at,omitzero"` // when it was last looked at
	ExcusedAt time.Time `json:"excused_at,omitzero"` // counts as come then: one was due while nobody listened
	DueAt     time.Time `json:"due_at,omitzero"`     // when the one that is missing was due
	Missing   bool      `json:"missing,omitempty"`
	News      bool      `json:"news,omitempty"` // its incident does not know of Missing yet
}

// blind is how long nobody looks before that means that nobody listened either:
// a few looks' time, so that one that comes late is no gap.
const blind = time.Minute

// look is what a look at a heartbeat finds. One that was due while we were down
// may have come in vain, so it counts as come now: our own downtime is not taken
// for theirs. What is missing stays so until it comes.
func (h *Heartbeat) look(b Beat, now time.Time) Beat {
	b.Name = h.Name
	if b.WatchedAt.IsZero() {
		b.ExcusedAt = now // it is expected from here on
	}
	last := later(b.At, b.ExcusedAt)
	if now.Sub(b.WatchedAt) > blind && !now.Before(last.Add(h.Every-h.Grace)) {
		b.ExcusedAt = now
		last = now
	}
	b.WatchedAt = now
	within := h.Every + h.Grace
	missing := now.After(last.Add(within))
	if b.Missing {
		missing = b.At.IsZero() || now.After(b.At.Add(within))
	}
	if missing != b.Missing {
		b.Missing, b.News = missing, true
		if missing {
			b.DueAt = last.Add(h.Every)
		}
	}
	return b
}

// alert is what its incident is told of a heartbeat.
func (h *Heartbeat) alert(b *Beat) Alert {
	a := Alert{
		Source: SourceHeartbeat, Fingerprint: h.Name, Name: "HeartbeatMissing", ErrorType: "missing_heartbeat",
		Title: "No heartbeat from " + h.Name, Status: Firing, Severity: h.Severity, Service: h.Service, Environment: h.Environment,
		Labels: map[string]string{"heartbeat": h.Name}, StartedAt: b.DueAt,
	}
	if !b.Missing {
		a.Status = AlertResolved
		if at := b.At; !at.Before(b.DueAt) { // else it came in time and was delivered late: it is over now
			a.EndedAt = &at
		}
		return a
	}
	heard := "It has never come"
	if !b.At.IsZero() {
		heard = "It last came at " + b.At.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	a.Description = fmt.Sprintf("%s; it is expected every %s and may be %s late.", heard, Length(h.Every), Length(h.Grace))
	return a
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// heartbeat returns the one that an alert is, nil for none.
func (e *Engine) heartbeat(a *Alert) *Heartbeat {
	if a.Source == SourceHeartbeat {
		return nil
	}
	for n := range e.cfg.Heartbeats {
		if h := &e.cfg.Heartbeats[n]; len(h.Match) > 0 && matches(h.Match, a.field) {
			return h
		}
	}
	return nil
}
