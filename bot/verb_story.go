package bot

import (
	"context"
	"slices"
	"strings"

	"ragoffire/engine"
)

// The verbs that put incidents together, take them apart and tell their story.
const (
	verbMerge      = "merge"
	verbSplit      = "split"
	verbLink       = "link"
	verbTimeline   = "timeline"
	verbCatchup    = "catchup"
	verbPostmortem = "postmortem"
	verbHandoff    = "handoff"
)

func (b *Bot) performStory(ctx context.Context, a asker, c command) (*message, error) {
	switch c.verb {
	case verbMerge, verbLink:
		return b.performOnPair(ctx, a, c)
	case verbSplit:
		return b.split(ctx, a, c)
	case verbHandoff:
		h, err := b.engine.Handoff(ctx)
		if err != nil {
			return nil, err
		}
		return b.render.handoff(&h, b.now()), nil
	}
	id, err := b.meant(ctx, a, c)
	if err != nil {
		return nil, err
	}
	if c.verb == verbPostmortem {
		return b.postmortem(ctx, a, id)
	}
	d, err := b.engine.Tale(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.verb == verbTimeline {
		return b.render.timeline(&d), nil
	}
	return b.render.catchup(&d, b.now()), nil
}

// meant is the id of the incident that a command means, live or over.
func (b *Bot) meant(ctx context.Context, a asker, c command) (string, error) {
	switch {
	case decisionID.MatchString(c.id):
		d, err := b.engine.Decision(ctx, c.id)
		if err != nil {
			return "", err
		}
		if d.IncidentID == nil {
			return "", engine.Conflictf("%s belongs to no incident", c.id)
		}
		return *d.IncidentID, nil
	case c.id != "":
		return c.id, nil
	}
	here, err := b.hereOf(ctx, a, c.verb)
	if err != nil {
		return "", err
	}
	if here.incident == "" {
		return "", b.needID(c.verb)
	}
	return here.incident, nil
}

// performOnPair merges one incident into another, or relates them: the two that
// are named, or that of the thread and the one that is named.
func (b *Bot) performOnPair(ctx context.Context, a asker, c command) (*message, error) {
	var ids []string
	for _, w := range append([]string{c.id}, strings.Fields(c.text)...) {
		if id := idOf(w); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 1 {
		here, err := b.threadOf(ctx, a)
		if err != nil {
			return nil, err
		}
		if here.incident != "" {
			ids = []string{here.incident, ids[0]}
		}
	}
	if len(ids) != 2 {
		return nil, engine.Invalidf("id", "which two? Say both ids, or the other one in an incident's thread. An example: %s", b.render.exampleOf(c.verb))
	}
	id, other := ids[0], ids[1]
	if c.verb == verbLink {
		i, err := b.engine.Link(ctx, id, other, a.name)
		if err != nil {
			return nil, err
		}
		return b.render.note(i.ID + " and " + other + " are related; each shows the other."), nil
	}
	i, err := b.engine.Merge(ctx, id, other, a.name)
	if engine.KindOf(err) == engine.Conflict {
		if d, readErr := b.engine.Incident(ctx, id); readErr == nil && d.MergedInto == other && d.ResolvedBy == a.name {
			return nil, errAlready
		}
	}
	if err != nil {
		return nil, err
	}
	return b.render.note(id + " is merged into " + i.ID + ", which has " + count(i.Series, "alert") + " now. `" + b.render.command + " split " + i.ID + "` takes one out again."), nil
}

// split takes alerts out of an incident.
func (b *Bot) split(ctx context.Context, a asker, c command) (*message, error) {
	id, err := b.meant(ctx, a, c)
	if err != nil {
		return nil, err
	}
	d, err := b.engine.Incident(ctx, id)
	if err != nil {
		return nil, err
	}
	i, err := b.engine.Split(ctx, id, engine.Cut{Alerts: alertsIn(c.text, d.Alerts), Actor: a.name, Request: a.request})
	if err != nil {
		return nil, err
	}
	return b.render.note(i.ID + " is an incident of its own now: " + headline(&i) + ". `" + b.render.command + " merge " + i.ID + " " + id + "` puts it back."), nil
}

// alertsIn are the alerts that a person names: all of it is one of them, whose name
// has blanks, or each word, and what stands between quotes.
func alertsIn(text string, alerts []engine.Alert) (names []string) {
	const around = "`\"“”, "
	whole := strings.Trim(text, around)
	if whole != "" && slices.ContainsFunc(alerts, func(a engine.Alert) bool {
		return strings.EqualFold(a.Name, whole) || strings.EqualFold(a.Title, whole) || a.Fingerprint == whole
	}) {
		return []string{whole}
	}
	for first, rest := term(text); first != ""; first, rest = term(rest) {
		name := strings.Trim(first, around)
		if strings.ContainsAny(first, "\"“”") {
			names = append(names, name)
			continue
		}
		names = append(names, strings.FieldsFunc(name, func(r rune) bool { return r == ',' })...)
	}
	return names
}

// splittable tells how to take one of the alerts of an incident out.
func (b *Bot) splittable(ctx context.Context, id string) (*message, error) {
	d, err := b.engine.Incident(ctx, id)
	if err != nil {
		return nil, err
	}
	return b.render.splittable(&d), nil
}
