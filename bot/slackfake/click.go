package slackfake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Press is what a person does to one element of a message or view.
type Press struct {
	User     string
	Channel  string // of a message
	TS       string // of a message, ephemeral ones included
	View     string // of a modal or Home tab, instead of a message
	ActionID string
	BlockID  string // narrows down, where the action id alone is ambiguous
	Value    string // narrows down by a button's value
	Choose   string // what is picked: an option's value, a user, a date
}

// Click presses a button of a message, and returns once the app has
// acknowledged it.
func (s *Slack) Click(ctx context.Context, user, channel, ts, actionID string) (*Interaction, error) {
	return s.Press(ctx, Press{User: user, Channel: channel, TS: ts, ActionID: actionID})
}

// Press uses any interactive element. A person can only use what is there.
func (s *Slack) Press(ctx context.Context, p Press) (*Interaction, error) {
	payload, err := s.pressPayload(p)
	if err != nil {
		return nil, err
	}
	i, err := s.interact(ctx, kindInteractive, payload, nil)
	if err != nil {
		return i, fmt.Errorf("pressing %s: %w", p.ActionID, err)
	}
	return i, nil
}

func (s *Slack) pressPayload(p Press) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(p.User)
	if err != nil {
		return nil, err
	}
	if p.View != "" {
		return s.pressView(u, p)
	}
	ch, err := s.room(p.User, p.Channel)
	if err != nil {
		return nil, err
	}
	m := ch.message(p.TS)
	ephemeral := m == nil
	if ephemeral {
		if m, _ = s.st.record.ephemeral(p.User, p.Channel, p.TS); m == nil {
			return nil, fmt.Errorf("%w: %s sees no message %s", ErrImpossible, p.User, p.TS)
		}
	}
	action, err := s.action(m.Elements(), p)
	if err != nil {
		return nil, err
	}
	container := map[string]any{
		"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": ephemeral,
	}
	more := map[string]any{
		"container": container, "channel": payloadChannel(ch), "actions": []any{action},
		"state": map[string]any{"values": map[string]any{}}, "trigger_id": s.trigger(u.ID, ""),
		"response_url": s.grantResponse(responseURL{
			user: u.ID, channel: ch.ID, ts: m.TS, ephemeral: ephemeral,
		}),
	}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	if !ephemeral { // Slack does not send ephemeral messages back
		more["message"] = s.messageJSON(ch, m, true)
	}
	return s.payload("block_actions", u, more), nil
}

func (s *Slack) pressView(u User, p Press) (map[string]any, error) {
	v := s.st.surfaces.find(p.View, "")
	if v == nil || v.User != u.ID {
		return nil, fmt.Errorf("%w: %s has no view %s", ErrImpossible, u.ID, p.View)
	}
	action, err := s.action(v.Elements(), p)
	if err != nil {
		return nil, err
	}
	return s.payload("block_actions", u, map[string]any{
		"container": map[string]any{"type": "view", "view_id": v.ID},
		"view":      s.viewJSON(v, nil), "actions": []any{action}, "trigger_id": s.trigger(u.ID, v.ID),
	}), nil
}

// action describes the press of the one element that p means.
func (s *Slack) action(elements []Element, p Press) (map[string]any, error) {
	fits := slices.DeleteFunc(slices.Clone(elements), func(e Element) bool {
		return e.ActionID != p.ActionID || (p.BlockID != "" && e.BlockID != p.BlockID) || (p.Value != "" && e.Value != p.Value)
	})
	switch {
	case len(fits) == 0:
		var there []string
		for _, e := range elements {
			there = append(there, e.ActionID)
		}
		return nil, fmt.Errorf("%w: no %s here, only [%s]", ErrImpossible, p.ActionID, strings.Join(there, " "))
	case len(fits) > 1:
		return nil, fmt.Errorf("%w: %d elements are called %s: say which", ErrImpossible, len(fits), p.ActionID)
	}
	e := fits[0]
	out := map[string]any{
		"type": e.Type, "action_id": e.ActionID, "block_id": e.BlockID, "action_ts": s.st.ids.ts(),
	}
	if e.Type == "button" || e.Type == "icon_button" || e.Type == "workflow_button" {
		for _, key := range []string{"text", "value", "style"} {
			if v := e.raw[key]; v != nil {
				out[key] = v
			}
		}
		return out, nil
	}
	chosen, err := choose(e, p.Choose)
	maps.Copy(out, chosen)
	return out, err
}
