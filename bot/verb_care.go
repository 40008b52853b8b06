package bot

import (
	"context"
	"strings"

	"ragoffire/engine"
)

// tendTo does what looks after an incident: one use case each. The answer is for
// the asker alone; what everybody should see is a post.
func (b *Bot) tendTo(ctx context.Context, a asker, c command) (*message, error) {
	i, m, err := b.incidentOf(ctx, a, c)
	if err != nil || m != nil {
		return m, err
	}
	switch c.verb {
	case verbMitigate:
		return b.mitigate(ctx, a, i.ID, c.text)
	case verbReopen:
		return b.reopen(ctx, a, i.ID, c.text)
	case verbSeverity:
		was, now, err := b.engine.SetSeverity(ctx, i.ID, a.name, c.severity, c.text)
		if engine.KindOf(err) == engine.Conflict && now.SeverityBy == a.name && now.Severity == c.severity {
			return nil, errAlready
		}
		if err != nil {
			return nil, err
		}
		return b.render.note(now.ID + " is " + severity(now.Severity) + " now; it was " + severity(was) + "."), nil
	case verbAssign:
		return b.assign(ctx, a, i.ID, c.owner)
	case verbNote:
		if _, err := b.engine.NoteOnce(ctx, i.ID, a.name, c.text, a.request); err != nil {
			return nil, err
		}
		return b.render.note("Noted in the timeline of " + i.ID + "."), nil
	}
	if i, err = b.engine.SendUpdate(ctx, i.ID, a.name, c.text, a.request); err != nil {
		return nil, err
	}
	if i.Channel == "" {
		return b.render.note("Kept in the timeline of " + i.ID + ". " + untold(&i)), nil
	}
	if b.engine.TellsUpdates() {
		return b.render.note("Sent to the thread of " + i.ID + " and to the channel of updates."), nil
	}
	return b.render.note("Sent to the thread of " + i.ID + "."), nil
}

// mitigate and reopen take a word on why along, as a note; so does ack behind an id.

func (b *Bot) mitigate(ctx context.Context, a asker, id, why string) (*message, error) {
	if _, err := b.engine.Mitigate(ctx, id, a.name); err != nil {
		return nil, b.unless(ctx, err, id, engine.Mitigated)
	}
	return b.render.note("🔵 " + id + " is mitigated. Nobody is reminded of it any more; resolve it once the cause is gone."), b.because(ctx, a, id, why)
}

func (b *Bot) reopen(ctx context.Context, a asker, id, why string) (*message, error) {
	if _, err := b.engine.Reopen(ctx, id, a.name); err != nil {
		return nil, b.unless(ctx, err, id, engine.Open)
	}
	return b.render.note("🔴 " + id + " is open again."), b.because(ctx, a, id, why)
}

func (b *Bot) because(ctx context.Context, a asker, id, why string) error {
	if why == "" {
		return nil
	}
	_, err := b.engine.NoteOnce(ctx, id, a.name, why, a.request)
	return err
}

// unless says a refused change in better words where the incident is as it was
// wanted already.
func (b *Bot) unless(ctx context.Context, err error, id string, wanted engine.IncidentStatus) error {
	if engine.KindOf(err) != engine.Conflict {
		return err
	}
	if d, readErr := b.engine.Incident(ctx, id); readErr == nil && d.Status == wanted {
		return engine.Conflictf("%s is %s already", id, wanted)
	}
	return err
}

func (b *Bot) assign(ctx context.Context, a asker, id string, to owner) (*message, error) {
	var who *engine.Person
	switch {
	case to.me:
		who = &engine.Person{ID: a.user, Name: a.name}
	case to.id == a.user:
		who = &engine.Person{ID: a.user, Name: a.name}
	case !to.nobody:
		who = &engine.Person{ID: to.id, Name: to.name}
		if who.Name == "" {
			who.Name = b.names.of(ctx, to.id)
		}
	}
	if who != nil && who.ID == b.self() {
		return nil, engine.Invalidf("owner", "rof owns no incidents; assign it to a person")
	}
	i, err := b.engine.Assign(ctx, id, engine.Person{ID: a.user, Name: a.name}, who)
	switch {
	case err != nil:
		return nil, err
	case who == nil:
		return b.render.note("Nobody owns " + id + " now."), nil
	case who.ID == a.user && i.Status == engine.Acknowledged:
		return b.render.note("🟡 " + id + " is yours."), nil
	case who.ID == a.user:
		return b.render.note(id + " is yours."), nil
	}
	if i.Channel == "" {
		return b.render.note(id + " is assigned to " + strings.TrimPrefix(who.Name, "@") + ". " + untold(&i)), nil
	}
	return b.render.note(id + " is assigned to " + strings.TrimPrefix(who.Name, "@") + ", who is told in its thread."), nil
}

// untold says why nobody hears of what is done to an incident that stands nowhere.
func untold(i *engine.Incident) string {
	if i.Muted != nil {
		return "It is silenced and has no thread, so nobody is told of it in Slack."
	}
	return "It stands in no channel, so nobody is told of it in Slack."
}

// resolveFiring asks once more where some alerts have ended and others have not:
// a person may not know of those. Where none has ended, they know what they do,
// and their sender may never say so. What they said fixed it is kept as a note, so
// that the dialog can begin with it.
func (b *Bot) resolveFiring(ctx context.Context, a asker, i *engine.Incident, fix string) (*message, error) {
	text := "🔴 " + still(i) + ": mark " + i.ID + " mitigated, or resolve anyway."
	if fix != "" {
		if _, err := b.engine.NoteOnce(ctx, i.ID, a.name, fixMark+fix, a.request); err != nil {
			return nil, err
		}
		text += " What fixed it is noted."
	}
	m := b.render.note(text)
	anyway := button(actionResolve, i.ID, "Resolve anyway …")
	if i.Status == engine.Mitigated {
		m.add(buttons(anyway))
	} else {
		m.add(buttons(primary(button(actionMitigate, i.ID, "Mark mitigated")), anyway))
	}
	return m, nil
}
