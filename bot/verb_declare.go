package bot

import (
	"context"
	"regexp"

	"ragoffire/engine"
)

// declare opens an incident that no alert told of, and says where it stands.
func (b *Bot) declare(ctx context.Context, a asker, d engine.Declaration) (*message, error) {
	d.Actor, d.Source, d.Channel, d.Request = a.name, "slack", a.channel, a.request
	i, err := b.engine.Declare(ctx, d)
	if err != nil {
		return nil, err
	}
	return b.render.declared(&i, a.channel), nil
}

// room is a channel's id; nothing else becomes a link to one.
var room = regexp.MustCompile(`^[CG][A-Z0-9]{2,20}$`)

func (r *renderer) declared(i *engine.Incident, here string) *message {
	m := r.note("🔴 " + i.ID + " is declared, " + severity(i.Severity) + ". Advice from history follows in its thread.")
	if i.Channel != here && room.MatchString(i.Channel) {
		m.add(footnote("It stands in <#" + i.Channel + ">."))
	}
	m.add(buttons(primary(button(actionAck, i.ID, "Acknowledge")), button(actionUpdate, i.ID, "Update …")))
	return m.fit()
}
