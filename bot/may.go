package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// Circle is who may do something: the members of Slack user groups, and users
// by id. Without either it is every full member of the workspace.
type Circle struct {
	Groups []string // S0SRE
	Users  []string // U0ALICE
}

// Open reports whether nobody is named.
func (c *Circle) Open() bool { return len(c.Groups)+len(c.Users) == 0 }

// has reports whether a user is named by id.
func (c *Circle) has(user string) bool {
	for _, u := range c.Users {
		if u == user && user != "" {
			return true
		}
	}
	return false
}

// deed is something that not everybody may do. Acknowledging, saying what came
// of advice and asking are none: nothing stands in their way.
type deed struct {
	what string // as it stands before "is for"
	who  func(*Config) *Circle
}

func judging() deed {
	return deed{"deciding on advice", func(c *Config) *Circle { return &c.Approvers }}
}

// steering is what changes an incident for everybody: any full member may.
func steering() deed {
	return deed{"changing an incident", func(*Config) *Circle { return &Circle{} }}
}

// steers reports whether a verb is steering. A note is not: what a guest knows is
// worth writing down. Nor is silence, which has a circle of its own.
func steers(verb string) bool {
	switch verb {
	case verbDeclare, verbMitigate, verbReopen, verbSeverity, verbAssign, verbUpdate, verbResolve,
		verbMerge, verbSplit, verbLink:
		return true
	}
	return false
}

// maySteer is may for a verb, nil where the verb changes nothing for others.
func (b *Bot) maySteer(ctx context.Context, a asker, verb string) error {
	if !steers(verb) {
		return nil
	}
	return b.may(ctx, a, steering())
}

// silencing hides alerts from everybody, so it is the admins' where there are any.
func silencing() deed {
	return deed{"silencing", func(c *Config) *Circle { return &c.Admins }}
}

func administering() deed {
	return deed{"this", func(c *Config) *Circle { return &c.Admins }}
}

// may returns nil where somebody may do it now, and else the refusal that they
// read, which says who may. Where Slack does not tell who they are, they may
// not: a list that opens when it cannot be read is none.
func (b *Bot) may(ctx context.Context, a asker, d deed) error {
	c := d.who(&b.cfg)
	if c.has(a.user) {
		return nil // needs no word of Slack's
	}
	believed := clickFor
	if c.Open() {
		believed = knownFor
	}
	why, err := b.people.outsider(ctx, a.user, believed)
	if err != nil {
		return b.unsure(ctx, a, d, err)
	}
	if why != "" {
		return denied(d.what + " is for " + b.called(ctx, c) + "; you are " + why)
	}
	if c.Open() {
		return nil
	}
	in, err := b.people.in(ctx, c.Groups, a.user)
	switch {
	case in:
		return nil
	case err != nil:
		return b.unsure(ctx, a, d, err)
	}
	return denied(d.what + " is for " + b.called(ctx, c))
}

// unsure refuses somebody of whom Slack says nothing.
func (b *Bot) unsure(ctx context.Context, a asker, d deed, err error) error {
	b.log.WarnContext(ctx, "slack does not say who somebody is; they are refused", "user", a.user, "request", a.request, "error", quiet(err))
	again := "a minute"
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok && limited.RetryAfter > 0 {
		again = engine.Span(limited.RetryAfter)
	}
	refusal := denied(d.what + " is for " + b.called(ctx, d.who(&b.cfg)) + ", and Slack does not say whether you are one of them; try again in " + again)
	refusal.Err = err
	return refusal
}

func denied(text string) *engine.Error { return &engine.Error{Kind: engine.Denied, Text: text} }

// called names a circle. Nothing in it pings: a group's handle is plain text.
func (b *Bot) called(ctx context.Context, c *Circle) string {
	if c.Open() {
		return "full members of this workspace"
	}
	var names []string
	for _, g := range c.Groups {
		names = append(names, "@"+b.people.handle(ctx, g))
	}
	for _, u := range c.Users {
		names = append(names, "@"+b.names.of(ctx, u))
	}
	const shown = 6
	if len(names) > shown {
		names = append(names[:shown-1:shown-1], itoa(len(names)-shown+1)+" more")
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

// mayReview is may for a verdict. Where the config says so, nobody approves what
// they asked for or declared themself.
func (b *Bot) mayReview(ctx context.Context, a asker, id string, v engine.Verdict) error {
	if err := b.may(ctx, a, judging()); err != nil {
		return err
	}
	if !b.cfg.NotOwn || v != engine.Approve {
		return nil
	}
	own, err := b.own(ctx, a, id)
	if err != nil || !own {
		return err
	}
	return denied("you asked for this advice yourself, and who asks does not approve here; that is for " + b.called(ctx, &b.cfg.Approvers))
}

// own reports whether somebody asked for a decision, or declared its incident.
func (b *Bot) own(ctx context.Context, a asker, id string) (bool, error) {
	own := false
	err := b.store.View(ctx, func(r engine.Reader) error {
		d, err := r.Decision(ctx, id)
		if err != nil {
			return err
		}
		if q := d.Question.Asked; q != nil {
			own = q.User != "" && q.User == a.user || q.By == a.name
		}
		if own || d.IncidentID == nil {
			return nil
		}
		entries, err := r.Timeline(ctx, *d.IncidentID)
		for n := range entries {
			own = own || entries[n].Kind == "declared" && entries[n].Actor == a.name
		}
		return err
	})
	return own, err
}

// administers reports whether somebody is a named admin, for what nobody else
// may do at all.
func (b *Bot) administers(ctx context.Context, a asker) bool {
	return !b.cfg.Admins.Open() && b.may(ctx, a, administering()) == nil
}

// undo takes a verdict back: one's own, or as an admin anybody's.
func (b *Bot) undo(ctx context.Context, a asker, id string) error {
	_, err := b.engine.UndoReview(ctx, id, a.name)
	if engine.KindOf(err) == engine.Denied && b.administers(ctx, a) {
		_, err = b.engine.OverruleReview(ctx, id, a.name)
	}
	return err
}
