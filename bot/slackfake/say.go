package slackfake

import (
	"fmt"
	"maps"
	"strings"
)

// Say posts what a person types, @names and all, and returns the message's
// timestamp. The app hears of it if it is mentioned or subscribed.
func (s *Slack) Say(user, channel, threadTS, text string) (ts string, err error) {
	m, events, err := s.say(user, channel, threadTS, text)
	if err != nil {
		return "", err
	}
	for _, e := range events {
		s.emit(e)
	}
	return m.TS, nil
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
func (s *Slack) say(user, channel, threadTS, text string) (m *Message, events []map[string]any, err error) {
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
		Channel: ch.ID, TS: s.st.ids.ts(), ThreadTS: threadTS, User: user, Via: "person",
		Text: text, Blocks: s.st.ids.richBlock(text), Posted: s.cfg.Now(),
	}
	s.st.place(ch, m)
	s.touch()
	base := s.messageJSON(ch, m, false)
	base["channel"], base["event_ts"] = ch.ID, m.TS
	if ch.kind() != "im" && strings.Contains(text, "<@"+s.cfg.App.UserID+">") && ch.member(s.cfg.App.UserID) {
		mention := maps.Clone(base)
		mention["type"] = "app_mention"
		events = append(events, mention)
	}
	if ch.member(s.cfg.App.UserID) {
		plain := maps.Clone(base)
		plain["channel_type"] = ch.kind()
		events = append(events, plain)
	}
	return m, events, nil
}
