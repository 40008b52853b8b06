package slackfake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Command is a slash command as a person types it.
type Command struct {
	User    string // U0ALICE by default
	Channel string // C0INCIDENT by default
	Command string // with the slash
	Text    string // what follows, as typed; Slack escapes it
}

// SlashCommand types a slash command and returns once the app has
// acknowledged it; without that in time the error is ErrNoAck. A message in
// the acknowledgement is shown at once; what the app says later arrives on the
// response URL, see WaitReplies.
func (s *Slack) SlashCommand(ctx context.Context, c Command) (*Interaction, error) {
	payload, err := s.slashPayload(c)
	if err != nil {
		return nil, err
	}
	url, _ := payload["response_url"].(string)
	i, err := s.interact(ctx, kindSlash, payload, func(answer json.RawMessage) { s.ackMessage(url, answer) })
	if err != nil {
		return i, fmt.Errorf("%s: %w", c.Command, err)
	}
	return i, nil
}

func (s *Slack) slashPayload(c Command) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.User == "" {
		c.User = "U0ALICE"
	}
	if c.Channel == "" {
		c.Channel = "C0INCIDENT"
	}
	ch, err := s.room(c.User, c.Channel)
	if err != nil {
		return nil, err
	}
	known := s.cfg.Manifest.Commands == nil || slices.Contains(s.cfg.Manifest.Commands, c.Command)
	if !known || !strings.HasPrefix(c.Command, "/") || !s.granted("commands") {
		return nil, fmt.Errorf("%w: %q is not a valid command", ErrImpossible, c.Command)
	}
	if ch.Archived {
		return nil, fmt.Errorf("%w: channel %s is archived", ErrImpossible, ch.ID)
	}
	text := strings.TrimSpace(c.Text)
	if !s.cfg.Manifest.UnescapedCommands {
		text = s.st.typed(text, true)
	}
	u := s.st.work.users[c.User]
	return map[string]any{
		"token": s.cfg.App.Token, "team_id": teamID, "team_domain": teamDomain,
		"channel_id": ch.ID, "channel_name": payloadChannel(ch)["name"], "user_id": u.ID, "user_name": u.Name,
		"command": c.Command, "text": text, "api_app_id": s.cfg.App.ID,
		"is_enterprise_install": "false", // a string, here only
		"response_url":          s.grantResponse(responseURL{user: u.ID, channel: ch.ID, command: true}),
		"trigger_id":            s.trigger(u.ID, ""),
	}, nil
}
