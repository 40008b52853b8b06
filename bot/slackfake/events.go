package slackfake

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// eventEnvelope wraps an event the way the Events API does. It reports false
// for events that the app has not subscribed to.
func (s *Slack) eventEnvelope(name string, event map[string]any) (*envelope, bool) {
	subscription := name
	if name == "message" {
		subscription = "message." + map[string]string{"im": "im", "channel": "channels", "group": "groups"}[channelType(event)]
	}
	scope := eventScope(subscription)
	if !slices.Contains(s.cfg.Manifest.Events, subscription) || (scope != "" && !s.granted(scope)) {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	app := s.cfg.App
	e := &envelope{id: s.st.ids.uuid(), kind: kindEvent, event: name, eventID: s.st.ids.id("Ev")}
	payload, err := json.Marshal(map[string]any{
		"token": app.Token, "team_id": teamID, "context_team_id": teamID, "context_enterprise_id": nil,
		"api_app_id": app.ID, "event": event, "type": "event_callback", "event_id": e.eventID,
		"event_time": s.cfg.Now().Unix(), "is_ext_shared_channel": false,
		"event_context": "4-" + s.st.ids.hex(12),
		"authorizations": []map[string]any{{
			"enterprise_id": nil, "team_id": teamID, "user_id": app.UserID, "is_bot": true,
			"is_enterprise_install": false,
		}},
	})
	if err != nil {
		s.log.Error("event not encoded", "event", name, "err", err)
		return nil, false
	}
	e.payload = payload
	return e, true
}

// eventScope is the scope that a subscription needs; "" is none.
func eventScope(subscription string) string {
	switch subscription {
	case "app_mention":
		return "app_mentions:read"
	case "message.im", "message.channels", "message.groups":
		return strings.TrimPrefix(subscription, "message.") + ":history"
	case "reaction_added":
		return "reactions:read"
	case "pin_added":
		return "pins:read"
	case "assistant_thread_started", "assistant_thread_context_changed":
		return "assistant:write"
	}
	return ""
}

func channelType(event map[string]any) string {
	t, _ := event["channel_type"].(string)
	return t
}

// announce prepares the message event of a post, an edit or a deletion, the
// app's own among them: an app that listens to its direct messages hears
// itself. It is called with the state locked, what it returns without.
func (s *Slack) announce(ch *channel, m *Message, subtype string) func() {
	event := map[string]any{
		"type": "message", "channel": ch.ID, "channel_type": ch.kind(), "event_ts": s.st.ids.ts(),
	}
	switch subtype {
	case "":
		maps.Copy(event, s.messageJSON(ch, m, false))
		event["event_ts"] = m.TS
	case "message_changed":
		event["subtype"], event["hidden"], event["ts"] = subtype, true, event["event_ts"]
		event["message"] = s.messageJSON(ch, m, false)
		last := m.Edits[len(m.Edits)-1]
		event["previous_message"] = map[string]any{"type": "message", "user": m.User, "ts": m.TS, "text": last.Text}
	case "message_deleted":
		event["subtype"], event["hidden"], event["ts"] = subtype, true, event["event_ts"]
		event["deleted_ts"] = m.TS
		event["previous_message"] = map[string]any{"type": "message", "user": m.User, "ts": m.TS, "text": m.Text}
	}
	return func() { s.emit(event) }
}
