package bot

import (
	"context"
	"regexp"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// drafts lists the past incidents that wait for a person.
func (b *Bot) drafts(ctx context.Context) (*message, error) {
	p, err := b.engine.Drafts(ctx, "", shownDrafts)
	if err != nil {
		return nil, err
	}
	return b.render.drafts(p.Items, p.Next != ""), nil
}

// openDraft opens the dialog of a draft. It changes nothing, and has the three
// seconds that a trigger lives.
func (b *Bot) openDraft(ctx context.Context, a asker, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), openWithin)
	defer cancel()
	d, err := b.engine.Draft(ctx, id)
	if err == nil {
		err = alreadyDecided(&d)
	}
	var m *message
	if err == nil {
		v := b.render.draftModal(anchor{ID: d.ID, Channel: a.channel, Thread: a.under}, &d)
		if _, err = b.api.OpenViewContext(ctx, a.trigger, v); err != nil {
			b.log.WarnContext(ctx, "a dialog did not open", "request", a.request, "error", quiet(err))
			m, err = b.render.note("The dialog did not open in time. Nothing was changed; try again."), nil
		}
	}
	if err := b.conclude(ctx, a, m, err); err != nil {
		b.answer(ctx, a, b.render.note(words(err, a.request)))
	}
}

// alreadyDecided is the conflict of a draft that somebody has decided on.
func alreadyDecided(d *engine.ThreadDraft) error {
	if d.Status == engine.DraftAccepted || d.Status == engine.DraftDropped {
		return engine.Conflictf("%s is %s already, by %s", d.ID, d.Status, d.DecidedBy)
	}
	return nil
}

// checkDraft says what is missing in a draft's dialog, by field.
func checkDraft(v *view, errs map[string]string) (map[string]string, string) {
	if v.field(fieldTitle) == "" {
		errs[fieldTitle] = "Say in a line what it was."
	}
	return errs, fieldTitle
}

// acceptDraft does what a draft's dialog was submitted for. What makes evidence is
// for those who decide on advice.
func (b *Bot) acceptDraft(ctx context.Context, a asker, id string, v *view) error {
	err := b.may(ctx, a, judging())
	if err == nil {
		field := func(name string) *string { s := v.field(name); return &s }
		_, err = b.engine.AcceptDraft(ctx, id, a.name, engine.DraftEdit{
			Title: field(fieldTitle), Symptom: field(fieldSymptom), RootCause: field(fieldCause), Resolution: field(fieldFix), Service: field(fieldService),
		})
		err = b.decidedByThem(ctx, a, id, engine.DraftAccepted, err)
	}
	return b.conclude(ctx, a, nil, err)
}

// dropDraft drops a draft, and says so where its dialog is open.
func (b *Bot) dropDraft(ctx context.Context, a asker, id, dialog string) error {
	if err := b.may(ctx, a, judging()); err != nil {
		return err
	}
	err := b.decidedByThem(ctx, a, id, engine.DraftDropped, b.engine.DropDraft(ctx, id, a.name))
	if err == nil && dialog != "" {
		v := reading(b.render.note("Dropped: it stays out of history, and is not read again."))
		if _, shown := b.api.UpdateViewContext(ctx, v, "", "", dialog); shown != nil {
			b.log.DebugContext(ctx, "a dialog is gone", "error", quiet(shown))
		}
	}
	return err
}

// decidedByThem turns the conflict of a redelivery or a second click into what
// it is: nothing to tell.
func (b *Bot) decidedByThem(ctx context.Context, a asker, id string, to engine.DraftStatus, err error) error {
	if engine.KindOf(err) == engine.Conflict {
		if d, readErr := b.engine.Draft(ctx, id); readErr == nil && d.Status == to && d.DecidedBy == a.name {
			return errAlready
		}
	}
	return err
}

// Draft's dialog and buttons.
const (
	modalDraft   = "draft_modal"
	actionReview = "draft_review"
	actionDrop   = "draft_drop"

	fieldTitle   = "title"
	fieldSymptom = "symptom"
	fieldService = "service"
)

// shownDrafts is how many drafts a list tells.
const shownDrafts = 6

// drafts lists drafts to the one who asks, each with the button that opens it.
func (r *renderer) drafts(list []engine.ThreadDraft, more bool) *message {
	if len(list) == 0 {
		return r.note("No drafts wait. `rof import slack:CHANNEL` reads a channel's past incidents.")
	}
	m := &message{text: count(len(list), "draft") + " to review"}
	for n := range list {
		d := &list[n]
		fix := "no fix is told"
		if d.Resolution != "" {
			fix = "fix: " + r.esc(d.Resolution, maxTitle)
		}
		m.add(aside(join("*"+r.bold(d.Title, maxTitle)+"*", r.esc(d.Service, maxName), day(d.StartedAt))+"\n"+fix, button(actionReview, d.ID, "Review")))
	}
	if more {
		m.add(footnote("and more, older ones"))
	}
	m.add(footnote("Read from Slack. None is history until somebody accepts it."))
	return m.fit()
}

// draftModal is a draft to be mended. Submitting accepts it.
func (r *renderer) draftModal(a anchor, d *engine.ThreadDraft) slack.ModalViewRequest {
	ended := ""
	if d.ResolvedAt != nil {
		ended = "over after " + span(d.StartedAt, *d.ResolvedAt)
	}
	thread := permalink(d.URL, "the thread")
	drop := button(actionDrop, d.ID, "Drop")
	drop.Style = slack.StyleDanger
	return modal(modalDraft, "Past incident", "Accept", a,
		section(join("From Slack", thread, day(d.StartedAt), ended)),
		input(fieldTitle, "What was it, in a line?", "checkout: database timeouts", cut(flat(d.Title), 200, nil), false),
		optional(input(fieldSymptom, "What did it look like?", "p99 up 450%, pool exhausted", d.Symptom, true)),
		optional(input(fieldFix, "What fixed it?", "throttled connections to 30%", d.Resolution, true)),
		optional(input(fieldCause, "Why did it break?", "pool too small after the deploy", d.RootCause, true)),
		optional(input(fieldService, "Service", "checkout", cut(flat(d.Service), 200, nil), false)),
		buttons(drop),
	)
}

// archived is the address of a message on Slack itself, and nothing else.
var archived = regexp.MustCompile(`^https://[a-z0-9-]+(\.enterprise)?\.slack\.com/archives/[A-Z0-9]+/p[0-9]+$`)

// permalink leads to a message on Slack. It is the one kind of link that needs no
// link_hosts: it is made by us, of Slack's own word.
func permalink(url, label string) string {
	if !archived.MatchString(url) {
		return ""
	}
	return "<" + url + "|" + label + ">"
}

// homeDrafts says on a Home tab that drafts wait, and opens the first.
func (r *renderer) homeDrafts(list []engine.ThreadDraft, more bool) slack.Block {
	if len(list) == 0 {
		return nil
	}
	n := itoa(len(list))
	if more {
		n = "more than " + n
	}
	return aside("*"+n+" to review*\nPast incidents read from Slack; none is history until somebody accepts it.\nNext: "+r.esc(list[0].Title, maxTitle),
		button(actionReview, list[0].ID, "Review"))
}
