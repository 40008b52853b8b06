package slackfake

import (
	"fmt"
	"maps"
	"strings"
)

// Say posts what a person types, @names and all, and returns the message's
// timestamp. The app hears of it if it is mentioned or subscribed.
func (s *Slack) Say(user, channel, threadTS, text string) (ts string, err error) {
	return s.sayAs("", user, channel, threadTS, text)
}

// SayWithFile is Say with a picture beside the text.
func (s *Slack) SayWithFile(user, channel, threadTS, text string) (ts string, err error) {
	return s.sayAs("file_share", user, channel, threadTS, text)
}

func (s *Slack) sayAs(subtype, user, channel, threadTS, text string) (ts string, err error) {
	m, events, err := s.say(subtype, user, channel, threadTS, text)
	if err != nil {
		return "", err
	}
	for _, e := range events {
		s.emit(e)
	}
	return m.TS, nil
}

// Edit changes what a person said. Who is mentioned in it hears of it by an event
// of its own, however often.
func (s *Slack) Edit(user, channel, ts, text string) error {
	events, err := s.editSaid(user, channel, ts, text)
	for _, e := range events {
		s.emit(e)
	}
	return err
}

func (s *Slack) editSaid(user, channel, ts, text string) ([]map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.room(user, channel)
	if err != nil {
		return nil, err
	}
	if m := ch.message(ts); m == nil || m.User != user {
		return nil, fmt.Errorf("%w: %s did not say %s", ErrImpossible, user, ts)
	}
	text = s.st.typed(text, false)
	m := ch.change(ts, func(m *Message) {
		m.Edits = append(m.Edits[:len(m.Edits):len(m.Edits)], Edit{At: s.cfg.Now(), By: "person", Text: m.Text, Blocks: m.Blocks})
		m.Text, m.Blocks, m.Edited = text, s.st.ids.richBlock(text), true
	})
	s.touch()
	return s.heard(ch, m), nil
}

// Mention posts a message that mentions the app; the mention is put in front
// unless the text holds it already.
func (s *Slack) Mention(user, channel, threadTS, text string) (ts string, err error) {
	mention := "<@" + s.cfg.App.UserID + ">"
	if !strings.Contains(text, mention) && !strings.Contains(text, "@"+s.cfg.App.Name) {
		text = mention + " " + text
	}
	s.mu.Lock()
	ch := s.st.work.channels[channel]
	in := ch != nil && ch.member(s.cfg.App.UserID)
	s.mu.Unlock()
	if !in {
		return "", fmt.Errorf("%w: the app is not in channel %q", ErrImpossible, channel)
	}
	return s.Say(user, channel, threadTS, text)
}

// DirectMessage writes to the app in private; it returns the channel, too.
func (s *Slack) DirectMessage(user, threadTS, text string) (channel, ts string, err error) {
	s.mu.Lock()
	if _, err = s.person(user); err == nil {
		channel = s.st.work.im(user, s.cfg.App.UserID, s.cfg.Now()).ID
	}
	s.mu.Unlock()
	if err != nil {
		return "", "", err
	}
	ts, err = s.Say(user, channel, threadTS, text)
	return channel, ts, err
}

// say stores a person's message and returns the events that come of it.
func (s *Slack) say(subtype, user, channel, threadTS, text string) (m *Message, events []map[string]any, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.room(user, channel)
	if err != nil {
		return nil, nil, err
	}
	if ch.Archived {
		return nil, nil, fmt.Errorf("%w: channel %s is archived", ErrImpossible, channel)
	}
	if threadTS, err = ch.root(threadTS); err != nil {
		return nil, nil, fmt.Errorf("%w: thread: %w", ErrImpossible, err)
	}
	text = s.st.typed(text, false)
	m = &Message{
		Channel: ch.ID, TS: s.st.ids.ts(), ThreadTS: threadTS, User: user, Via: "person", Subtype: subtype,
		Text: text, Blocks: s.st.ids.richBlock(text), Posted: s.cfg.Now(),
	}
	s.st.place(ch, m)
	s.touch()
	return m, s.heard(ch, m), nil
}

// heard are the events that come of what a person says or edits.
func (s *Slack) heard(ch *channel, m *Message) (events []map[string]any) {
	if !ch.member(s.cfg.App.UserID) {
		return nil
	}
	base := s.messageJSON(ch, m, false)
	base["channel"], base["event_ts"] = ch.ID, m.TS
	if ch.kind() != "im" && strings.Contains(m.Text, "<@"+s.cfg.App.UserID+">") {
		mention := maps.Clone(base)
		mention["type"] = "app_mention"
		delete(mention, "subtype")
		events = append(events, mention)
	}
	plain := maps.Clone(base)
	plain["channel_type"] = ch.kind()
	if m.Edited {
		plain = map[string]any{
			"type": "message", "subtype": "message_changed", "hidden": true, "channel": ch.ID, "channel_type": ch.kind(), "ts": s.st.ids.ts(), "message": base,
		}
	}
	return append(events, plain)
}
