package engine

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// Change is something that people or their tools did to a service on purpose: a
// deploy, a new config, a flag, a migration. What broke right after one is most
// often broken by it.
type Change struct {
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Kind        string    `json:"kind"` // deploy, config, flag, migration; free text
	Service     string    `json:"service"`
	Environment string    `json:"environment,omitempty"`
	Title       string    `json:"title"`
	Ref         string    `json:"ref,omitempty"` // a version, tag or commit
	Actor       string    `json:"actor,omitempty"`
	URL         string    `json:"url,omitempty"`
	At          time.Time `json:"at"`
}

// line is the change in a few words: deploy checkout 4f1c2e.
func (c *Change) line() string {
	kind := c.Kind
	if kind == "" {
		kind = "change"
	}
	parts := []string{kind}
	for _, s := range []string{c.Service, short(c.Ref)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// Before says what was changed, by whom and how long before a moment: deploy
// checkout 4f1c2e by ann, 3 min before.
func (c *Change) Before(at time.Time) string {
	what := c.line()
	if c.Ref == "" && c.Title != "" && c.Title != what {
		what += ": " + c.Title
	}
	if c.Actor != "" {
		what += " by " + c.Actor
	}
	return what + ", " + Span(max(0, at.Sub(c.At))) + " before"
}

// short cuts a commit's hash to what people read.
func short(ref string) string {
	if len(ref) == 40 && !strings.ContainsFunc(ref, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') }) {
		return ref[:7]
	}
	return ref
}

// RecordChanges stores changes; one that comes twice is one.
func (e *Engine) RecordChanges(ctx context.Context, changes []Change) error {
	now := e.now()
	for n := range changes {
		if err := changes[n].complete(now); err != nil {
			return err
		}
	}
	return e.count(ctx, func(tx Tx, counts accounts) error {
		if err := tx.PutChanges(ctx, changes); err != nil {
			return err
		}
		var events []Event
		for n := range changes {
			ev, err := NewEvent(EventSystem, now, map[string]any{"what": "change", "change": &changes[n]})
			if err != nil {
				return err
			}
			events = append(events, ev)
			counts.add(taken(changes[n].Source, 1, 0, Receipt{Accepted: 1}, now))
		}
		return tx.Emit(ctx, events...)
	})
}

// complete checks and completes a change.
func (c *Change) complete(now time.Time) error {
	for _, s := range []*string{&c.ID, &c.Source, &c.Kind, &c.Service, &c.Environment, &c.Title, &c.Ref, &c.Actor, &c.URL} {
		*s = strings.TrimSpace(Clean(*s))
	}
	if c.Service == "" {
		return Invalidf("service", "service: missing; a change is something done to a service")
	}
	c.Title = cmp.Or(c.Title, c.line())
	if c.At.IsZero() {
		c.At = now
	}
	if c.ID == "" {
		c.ID = "chg_" + HashFingerprint(c.Kind+"\x00"+c.Title, c.Service, map[string]string{"at": c.At.UTC().Format(time.RFC3339), "ref": c.Ref, "source": c.Source})
	}
	return nil
}
