package slackfake

import (
	"fmt"
	"time"
)

// grants are the short-lived permissions that Slack hands out.
type grants struct {
	tickets      map[string]time.Time // of sockets, until when
	triggers     map[string]*trigger
	responseURLs map[string]*responseURL // by path
	webhooks     map[string]string       // path to channel
	uploads      map[string]string       // path to file
}

// trigger lets the app open one view for one person, soon.
type trigger struct {
	user    string
	view    string // the view it was clicked in, which views.push stacks on
	expires time.Time
	used    bool
}

// responseURL lets the app answer an interaction a few times.
type responseURL struct {
	url       string
	user      string
	channel   string
	ts        string // of the message it belongs to; empty for a command
	ephemeral bool
	command   bool
	expires   time.Time
	uses      int
}

// A response_url works five times: docs.slack.dev/interactivity/handling-user-interaction.
const maxUses = 5

func newGrants() grants {
	return grants{
		tickets:      map[string]time.Time{},
		triggers:     map[string]*trigger{},
		responseURLs: map[string]*responseURL{},
		webhooks:     map[string]string{},
		uploads:      map[string]string{},
	}
}

// trigger makes a trigger_id for something that a person just did.
func (s *Slack) trigger(user, view string) string {
	g := &s.st.grants
	now := s.cfg.Now()
	for id, t := range g.triggers {
		// Long expired ones are kept for a while: expired and unknown are
		// different errors.
		if now.Sub(t.expires) > time.Minute {
			delete(g.triggers, id)
		}
	}
	n := s.st.ids.rng
	id := fmt.Sprintf("%d.%d.%s", 1e12+n.Int64N(9e12), 1e11+n.Int64N(9e11), s.st.ids.hex(16))
	g.triggers[id] = &trigger{user: user, view: view, expires: now.Add(s.cfg.Timing.Trigger)}
	return id
}

// redeem uses a trigger_id up.
func (s *Slack) redeem(id string) (*trigger, error) {
	t := s.st.grants.triggers[id]
	switch {
	case t == nil:
		return nil, apiError{Code: "invalid_trigger_id"}
	case t.used:
		return nil, apiError{Code: "exchanged_trigger_id"}
	case s.cfg.Now().After(t.expires):
		return nil, apiError{Code: "expired_trigger_id"}
	}
	return t, nil
}

// grantResponse makes a response_url.
func (s *Slack) grantResponse(r responseURL) string {
	kind := "actions"
	if r.command {
		kind = "commands"
	}
	path := fmt.Sprintf("/%s/%s/%d/%s", kind, teamID, 1e12+s.st.ids.rng.Int64N(9e12), s.st.ids.hex(12))
	r.url = s.base.String() + path
	r.expires = s.cfg.Now().Add(s.cfg.Timing.ResponseURL)
	s.st.grants.responseURLs[path] = &r
	return r.url
}
