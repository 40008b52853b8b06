package slackfake

import (
	"maps"
	"net/url"
	"strings"
)

func (s *Slack) apiTest(r *request) (reply, error) {
	if code := r.args["error"]; code != "" {
		return nil, apiError{Code: code, Fields: reply{"args": maps.Clone(r.args)}}
	}
	return reply{"args": maps.Clone(r.args)}, nil
}

func (s *Slack) authTest(*request) (reply, error) {
	app := s.cfg.App
	return reply{
		"url": s.base.String() + "/", "team": teamDomain, "team_id": teamID,
		"user": app.Name, "user_id": app.UserID, "bot_id": app.BotID,
		"is_enterprise_install": false,
	}, nil
}

// connectionsOpen gives out a URL that opens one socket, once.
func (s *Slack) connectionsOpen(r *request) (reply, error) {
	ticket := s.st.ids.uuid()
	s.st.grants.tickets[ticket] = s.cfg.Now().Add(s.cfg.Timing.Ticket)
	ws := "ws" + strings.TrimPrefix(r.origin, "http") + "/link/?"
	return reply{"url": ws + url.Values{"ticket": {ticket}, "app_id": {s.cfg.App.ID}}.Encode()}, nil
}
