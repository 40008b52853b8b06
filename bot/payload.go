package bot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// The kinds of stored envelopes.
const (
	kindSlash = "slash"
	kindEvent = "event"
	kindClick = "click"
	kindModal = "modal"

	kindShortcut = "shortcut"
)

// The payloads hold what is used of Slack's. slack-go's own types know more and
// refuse more: one block of a kind they have not heard of, in a message that
// merely mentions the bot, makes them give the whole event up.

// slashPayload is a slash command.
type slashPayload struct {
	TeamID      string `json:"team_id"`
	ChannelID   string `json:"channel_id"`
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`
	Command     string `json:"command"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// eventPayload is an event of the Events API.
type eventPayload struct {
	TeamID         string `json:"team_id"`
	EventID        string `json:"event_id"`
	Type           string `json:"type"`
	Authorizations []struct {
		UserID string `json:"user_id"`
	} `json:"authorizations"`
	Event struct {
		Type        string `json:"type"`
		Subtype     string `json:"subtype"`
		User        string `json:"user"`
		Tab         string `json:"tab"`
		BotID       string `json:"bot_id"`
		Text        string `json:"text"`
		Channel     string `json:"channel"`
		ChannelType string `json:"channel_type"`
		TS          string `json:"ts"`
		ThreadTS    string `json:"thread_ts"`
		Edited      struct {
			TS string `json:"ts"`
		} `json:"edited"`

		// Of reaction_added and pin_added.
		Reaction  string `json:"reaction"`
		ChannelID string `json:"channel_id"`
		Item      struct {
			Type    string `json:"type"`
			Channel string `json:"channel"`
			TS      string `json:"ts"`
			Message marked `json:"message"`
		} `json:"item"`
	} `json:"event"`
}

// marked is a message that an event is about.
type marked struct {
	TS       string `json:"ts"`
	ThreadTS string `json:"thread_ts"`
	User     string `json:"user"`
	BotID    string `json:"bot_id"`
	Text     string `json:"text"`
}

// interaction is a click or what a dialog was submitted with.
type interaction struct {
	Type        string `json:"type"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	Team        struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		Name     string `json:"name"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		ChannelID string `json:"channel_id"`
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		TS       string `json:"ts"`
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	Actions []action `json:"actions"`
	View    view     `json:"view"`
}

type action struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
	ActionTS string `json:"action_ts"`
	Selected struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

type view struct {
	ID              string `json:"id"`
	Type            string `json:"type"`
	Hash            string `json:"hash"`
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	State           struct {
		Values map[string]map[string]struct {
			Value    string `json:"value"`
			Selected struct {
				Value string `json:"value"`
			} `json:"selected_option"`
		} `json:"values"`
	} `json:"state"`
}

// asks reports whether the dialog has a field.
func (v *view) asks(id string) bool { return v.State.Values[id] != nil }

// field returns what was entered in a field, whatever its kind.
func (v *view) field(id string) string {
	e := v.State.Values[id][id]
	if e.Selected.Value != "" {
		return e.Selected.Value
	}
	return strings.TrimSpace(e.Value)
}

// The keys name a delivery by what stays the same when Slack delivers it again:
// the envelope's own id need not. They begin with the kind.

func (p *slashPayload) key() string { return kindSlash + ":" + p.TriggerID }

func (p *eventPayload) key() string {
	// An edited mention comes again as an event of its own, and is what was said.
	if p.EventID != "" && p.Event.Type != "app_mention" {
		return kindEvent + ":" + p.EventID
	}
	return kindEvent + ":" + p.TeamID + ":" + p.Event.Channel + ":" + p.Event.TS
}

func (p *interaction) key() string {
	if p.Type == "view_submission" {
		// A view that was refused comes again with another hash or not at all.
		return kindModal + ":" + p.View.ID + ":" + p.View.Hash
	}
	a := p.action()
	if a.ActionTS == "" {
		return kindClick + ":" + p.TriggerID
	}
	return strings.Join([]string{kindClick, p.Team.ID, p.channel(), p.Container.MessageTS + p.Message.TS, p.User.ID, a.ActionID, a.ActionTS}, ":")
}

func (p *interaction) action() action {
	if len(p.Actions) == 0 {
		return action{}
	}
	return p.Actions[0]
}

func (p *interaction) channel() string {
	if p.Container.ChannelID != "" {
		return p.Container.ChannelID
	}
	return p.Channel.ID
}

// under is the thread in which the clicked message stands, "" for one that
// stands in the channel, whether or not it has a thread of its own.
func (p *interaction) under() string {
	ts := cmp.Or(p.Container.ThreadTS, p.Message.ThreadTS)
	if ts == cmp.Or(p.Container.MessageTS, p.Message.TS) {
		return ""
	}
	return ts
}

// thread is what a click is about: the thread its message stands in, or the one
// that its message begins. What only one person sees begins none.
func (p *interaction) thread() string {
	if p.Container.Ephemeral {
		return p.under()
	}
	return cmp.Or(p.under(), p.Container.MessageTS, p.Message.TS)
}

func decode[T any](payload json.RawMessage) (T, error) {
	var v T
	if err := json.Unmarshal(payload, &v); err != nil {
		return v, fmt.Errorf("payload: %w", err)
	}
	return v, nil
}
