package slackfake

import (
	"fmt"
	"slices"
	"strings"
)

// AddReaction puts an emoji on a message.
func (s *Slack) AddReaction(user, channel, ts, name string) (err error) {
	var event map[string]any
	s.do(func(st *state) {
		ch, m, e := s.visible(user, channel, ts)
		if err = e; err != nil {
			return
		}
		name = strings.Trim(name, ":")
		if !react(ch, ts, user, name) {
			err = fmt.Errorf("%w: %s has already reacted with %s", ErrImpossible, user, name)
			return
		}
		event = map[string]any{
			"type": "reaction_added", "user": user, "reaction": name, "item_user": m.User,
			"item": map[string]any{"type": "message", "channel": channel, "ts": ts}, "event_ts": st.ids.ts(),
		}
	})
	if err != nil {
		return err
	}
	s.tell(channel, event)
	return nil
}

// PinMessage pins a message to its channel.
func (s *Slack) PinMessage(user, channel, ts string) (err error) {
	var event map[string]any
	s.do(func(st *state) {
		ch, m, e := s.visible(user, channel, ts)
		if err = e; err != nil {
			return
		}
		if slices.Contains(ch.Pins, ts) {
			err = fmt.Errorf("%w: message %s is pinned already", ErrImpossible, ts)
			return
		}
		ch.Pins = append(slices.Clone(ch.Pins), ts)
		now := s.cfg.Now().Unix()
		event = map[string]any{
			"type": "pin_added", "user": user, "channel_id": channel, "item_user": m.User, "event_ts": st.ids.ts(),
			"pin_count": len(ch.Pins), "has_pins": true,
			"pinned_info": map[string]any{"channel": channel, "pinned_by": user, "pinned_ts": now},
			"item": map[string]any{
				"type": "message", "channel": channel, "created": now, "created_by": user,
				"message": s.messageJSON(ch, m, false),
			},
		}
	})
	if err != nil {
		return err
	}
	s.tell(channel, event)
	return nil
}

// tell sends an event about a channel, if the app is in it.
func (s *Slack) tell(channel string, event map[string]any) {
	s.mu.Lock()
	in := s.st.work.channels[channel].member(s.cfg.App.UserID)
	s.mu.Unlock()
	if in {
		s.emit(event)
	}
}

// visible finds a message that a person can see in a channel.
func (s *Slack) visible(user, channel, ts string) (*channel, *Message, error) {
	ch, err := s.room(user, channel)
	if err != nil {
		return nil, nil, err
	}
	m := ch.message(ts)
	if m == nil {
		return nil, nil, fmt.Errorf("%w: no message %s in %s", ErrImpossible, ts, channel)
	}
	return ch, m, nil
}
