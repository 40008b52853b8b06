package bot

import (
	"context"
	"slices"
	"strings"

	"ragoffire/engine"
)

// hereOf finds what a command without an id is about: what its thread is about,
// else the one incident of its channel. In the thread of a person's question it
// is the last answer there.
func (b *Bot) hereOf(ctx context.Context, a asker, verb string) (subject, error) {
	s, err := b.threadOf(ctx, a)
	if err == nil && s == (subject{}) && a.thread != "" && meansAdvice(verb) {
		s.decision = b.conversation(ctx, a, a.thread, "").decision
	}
	if err != nil || s != (subject{}) || a.thread != "" {
		return s, err
	}
	s.incident, err = b.channelOf(ctx, a, verb)
	return s, err
}

// stands reports whether an incident has a message in a channel: its own, or one where
// it also stands since it got worse.
func stands(i *engine.Incident, channel string) bool {
	return i.Channel == channel || slices.Contains(i.Also, channel)
}

// channelScanned bounds the incidents that are looked through for a channel's.
const channelScanned = 1000

// channelOf finds the incident that a channel is about: the one live incident
// that stands there, or, for what is done to resolved ones, the one resolved.
// Where there are several, nobody can tell, and the error lists them.
func (b *Bot) channelOf(ctx context.Context, a asker, verb string) (string, error) {
	live := verb != verbReopen
	p, err := b.engine.Incidents(ctx, engine.IncidentFilter{Live: live}, "", channelScanned)
	if err != nil {
		return "", err
	}
	var ids []string
	for n := range p.Items {
		if i := &p.Items[n]; stands(i, a.channel) && !i.Historical && i.Live() == live {
			ids = append(ids, i.ID)
		}
	}
	switch {
	case len(ids) == 1 && p.Next == "":
		return ids[0], nil
	case len(ids) == 0 || verb == verbReopen:
		return "", nil
	}
	const shown = 3
	list := strings.Join(ids[:min(len(ids), shown)], ", ")
	if len(ids) > shown {
		list += " and " + itoa(len(ids)-shown) + " more"
	}
	return "", engine.Invalidf("id", "which incident? %s are live here. Say the id, such as %s", list, b.render.exampleWith(verb, ids[0]))
}
