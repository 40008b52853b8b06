package slackfake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// Interaction is what a person did and how the app acknowledged it.
type Interaction struct {
	Envelope    string
	TriggerID   string
	ResponseURL string // empty where Slack gives none
	// Ack is what the acknowledgement carried; empty for a bare one.
	Ack  json.RawMessage
	Took time.Duration // until the acknowledgement
}

// interact sends an interaction and waits for its acknowledgement. What that
// asks for is done by onAck, with the state locked, before anything else that
// the app sends afterwards.
func (s *Slack) interact(ctx context.Context, kind string, payload map[string]any, onAck func(json.RawMessage)) (*Interaction, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("encoding a payload: %w", err)
	}
	s.mu.Lock()
	e := &envelope{id: s.st.ids.uuid(), kind: kind, payload: raw, onAck: onAck}
	s.mu.Unlock()
	i := &Interaction{Envelope: e.id}
	i.TriggerID, _ = payload["trigger_id"].(string)
	i.ResponseURL, _ = payload["response_url"].(string)
	began := time.Now()
	p, err := s.sendEnvelope(e)
	if err != nil {
		return i, err
	}
	i.Ack, err = s.await(ctx, p)
	i.Took = time.Since(began)
	if string(i.Ack) == "null" || string(i.Ack) == "{}" {
		i.Ack = nil
	}
	return i, err
}

// WaitReplies waits until the app has used an interaction's response_url n
// times, and returns what it said.
func (s *Slack) WaitReplies(ctx context.Context, i *Interaction, n int) ([]*Reply, error) {
	var replies []*Reply
	err := s.WaitFor(ctx, func(p *Snapshot) bool {
		replies = p.Replies(i.ResponseURL)
		return len(replies) >= n
	})
	if err != nil {
		return replies, fmt.Errorf("%d of %d replies: %w", len(replies), n, err)
	}
	return replies, nil
}

// person finds who acts, with the state locked.
func (s *Slack) person(id string) (User, error) {
	u, ok := s.st.work.users[id]
	if !ok || u.Bot || u.Deleted {
		return u, fmt.Errorf("%w: no person %q", ErrImpossible, id)
	}
	return u, nil
}

// room finds the conversation a person acts in, with the state locked.
func (s *Slack) room(user, id string) (*channel, error) {
	if _, err := s.person(user); err != nil {
		return nil, err
	}
	ch := s.st.work.channels[id]
	if ch == nil || !ch.member(user) {
		return nil, fmt.Errorf("%w: %s is not in channel %q", ErrImpossible, user, id)
	}
	return ch, nil
}

// payload is what all interaction payloads have in common.
func (s *Slack) payload(kind string, u User, more map[string]any) map[string]any {
	out := map[string]any{
		"type": kind, "token": s.cfg.App.Token, "api_app_id": s.cfg.App.ID,
		"team":       map[string]any{"id": teamID, "domain": teamDomain},
		"user":       map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": teamID},
		"enterprise": nil, "is_enterprise_install": false,
	}
	maps.Copy(out, more)
	return out
}
