package engine

import (
	"context"
	"fmt"
	"time"
)

// Digest says why incidents share a message. What the message says of each is
// read when it is sent.
type Digest struct {
	Why       string   `json:"why"`                 // quiet, storm, critical
	Incidents []string `json:"incidents,omitempty"` // of critical: those it tells ahead of their own messages
}

// digestKey names the digest of a channel that begins or ends at a moment.
func digestKey(why, channel string, at time.Time) string {
	return fmt.Sprintf("digest:%s:%s:%d", why, channel, at.Unix())
}

// home is the channel in which an incident has a message of its own.
func (i *Incident) home() string {
	if i.Quiet != "" {
		return ""
	}
	return i.Channel
}

// Surface gives an incident that a digest tells a message of its own.
func (e *Engine) Surface(ctx context.Context, id string) error {
	return e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return err
		}
		w := newWants(e.now())
		quiet := i.Quiet
		if err := surface(ctx, tx, &i, w); err != nil {
			return err
		}
		if quiet != "" {
			if err := tx.PutIncidents(ctx, []Incident{i}); err != nil {
				return err
			}
		}
		return w.write(ctx, tx)
	})
}

// surface takes an incident out of the digest that tells it, if one does, and
// wants all of its messages. The caller stores the incident.
func surface(ctx context.Context, tx Tx, i *Incident, w *wants) error {
	p, err := tx.Post(ctx, incidentKey(i.ID))
	if KindOf(err) == NotFound || err == nil && p.Digest == "" && i.Quiet == "" {
		return nil
	}
	if err != nil {
		return err
	}
	if i.Severity != SeverityCritical {
		p.Told = p.Digest // it was told, and no storm tells it again
	}
	i.Quiet, p.Digest = "", ""
	p.CreatedAt = w.now // it queues up now
	if err := tx.SavePost(ctx, p); err != nil {
		return err
	}
	return wantAll(ctx, tx, i, w)
}

// wantAll wants an incident's message and what stands in its thread.
func wantAll(ctx context.Context, tx Tx, i *Incident, w *wants) error {
	w.incident(i)
	made, _, err := tx.Decisions(ctx, DecisionFilter{IncidentID: i.ID}, "", 20)
	if err != nil {
		return err
	}
	for n := len(made) - 1; n >= 0; n-- {
		w.decision(&made[n], i, "")
	}
	return nil
}
