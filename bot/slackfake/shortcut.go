package slackfake

import (
	"context"
	"fmt"
)

// Shortcut uses a message shortcut on a message, or a global shortcut where
// channel and ts are empty, and returns once the app has acknowledged it.
func (s *Slack) Shortcut(ctx context.Context, user, callbackID, channel, ts string) (*Interaction, error) {
	payload, err := s.shortcutPayload(user, callbackID, channel, ts)
	if err != nil {
		return nil, err
	}
	i, err := s.interact(ctx, kindInteractive, payload, nil)
	if err != nil {
		return i, fmt.Errorf("shortcut %s: %w", callbackID, err)
	}
	return i, nil
}

func (s *Slack) shortcutPayload(user, callbackID, channel, ts string) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(user)
	if err != nil {
		return nil, err
	}
	more := map[string]any{
		"callback_id": callbackID, "trigger_id": s.trigger(user, ""), "action_ts": s.st.ids.ts(),
	}
	if channel == "" && ts == "" {
		return s.payload("shortcut", u, more), nil
	}
	ch, err := s.room(user, channel)
	if err != nil {
		return nil, err
	}
	m := ch.message(ts)
	if m == nil {
		return nil, fmt.Errorf("%w: no message %s in %s", ErrImpossible, ts, channel)
	}
	more["channel"], more["message_ts"] = payloadChannel(ch), m.TS
	more["message"] = s.messageJSON(ch, m, true)
	more["response_url"] = s.grantResponse(responseURL{user: user, channel: ch.ID, ts: m.TS})
	return s.payload("message_action", u, more), nil
}
