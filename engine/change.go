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

	// Began is when it was first heard of, where that was in an earlier state.
	Began time.Time `json:"began,omitzero"`
}

// line is the change in a few words: deploy checkout 4f1c2e in staging. What was done
// to another environment is seldom what broke this one.
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
	if c.Environment != "" {
		parts = append(parts, "in "+c.Environment)
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
	return what + ", " + Span(max(0, at.Sub(c.by(at)))) + " before"
}

// short cuts a commit's hash to what people read.
func short(ref string) string {
	if len(ref) == 40 && !strings.ContainsFunc(ref, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') }) {
		return ref[:7]
	}
	return ref
}

// changeKept is how long ago a change may have come that comes again without a
// time of its own.
const changeKept = 48 * time.Hour

// changesLooked bounds the changes of one service among which one is looked for that
// came before. Where there are more, the oldest may count as new again.
const changesLooked = 200

// RecordChanges stores changes, and returns how many say something new: one that
// comes twice is one, and an older state of one that is known tells nothing.
func (e *Engine) RecordChanges(ctx context.Context, changes []Change) (fresh int, err error) {
	now := e.now()
	timed := make([]bool, len(changes))
	for n := range changes {
		timed[n] = !changes[n].At.IsZero()
		if err := changes[n].complete(now); err != nil {
			return 0, err
		}
	}
	err = e.count(ctx, func(tx Tx, counts accounts) error {
		known, err := knownChanges(ctx, tx, changes, now)
		if err != nil {
			return err
		}
		var put []Change
		var events []Event
		for n := range changes {
			c := &changes[n]
			before, is := known[c.ID]
			if is && !c.tells(&before, timed[n]) {
				counts.add(taken(c.Source, 1, 0, Receipt{Ignored: 1}, now))
				continue
			}
			if c.Began = before.Began; is && c.Began.IsZero() {
				c.Began = before.At
			}
			known[c.ID] = *c
			put = append(put, *c)
			ev, err := NewEvent(EventSystem, now, map[string]any{"what": "change", "change": c})
			if err != nil {
				return err
			}
			events = append(events, ev)
			counts.add(taken(c.Source, 1, 0, Receipt{Accepted: 1}, now))
		}
		if fresh = len(put); fresh == 0 {
			return nil
		}
		if err := tx.PutChanges(ctx, put); err != nil {
			return err
		}
		if err := tx.Emit(ctx, events...); err != nil {
			return err
		}
		return suspected(ctx, tx, put)
	})
	return fresh, err
}

// knownChanges are those of the changes that came before, by id.
func knownChanges(ctx context.Context, tx Tx, changes []Change, now time.Time) (map[string]Change, error) {
	from := make(map[string]time.Time) // by service
	for n := range changes {
		c := &changes[n]
		at := c.At.Truncate(time.Microsecond) // as it is stored
		if at.After(now.Add(-changeKept)) {
			at = now.Add(-changeKept)
		}
		if first, seen := from[c.Service]; !seen || at.Before(first) {
			from[c.Service] = at
		}
	}
	known := make(map[string]Change)
	for service, at := range from {
		list, err := tx.Changes(ctx, service, at, now.Add(changeKept), changesLooked)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			known[c.ID] = c
		}
	}
	return known, nil
}

// tells reports whether a change says something that is not known of it yet.
func (c *Change) tells(known *Change, timed bool) bool {
	at := c.At.Truncate(time.Microsecond)
	if timed && at.Before(known.At) {
		return false
	}
	same := *c
	same.At, same.Began = known.At, known.Began
	return same != *known || timed && !at.Equal(known.At)
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
