package slackfake

import "fmt"

// OpenAppHome opens the app's Home tab, and returns the direct message that
// the event names.
func (s *Slack) OpenAppHome(user string) (channel string, err error) { return s.openTab(user, "home") }

// OpenMessages opens the app's Messages tab.
func (s *Slack) OpenMessages(user string) (channel string, err error) {
	return s.openTab(user, "messages")
}

func (s *Slack) openTab(user, tab string) (channel string, err error) {
	var event map[string]any
	s.do(func(st *state) {
		if _, err = s.person(user); err != nil {
			return
		}
		channel = st.work.im(user, s.cfg.App.UserID, s.cfg.Now()).ID
		event = map[string]any{
			"type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": st.ids.ts(),
		}
		if v := st.surfaces.homes[user]; v != nil && tab == "home" {
			event["view"] = s.viewJSON(v, nil)
		}
	})
	if err != nil {
		return "", err
	}
	s.emit(event)
	return channel, nil
}

// StartAssistant opens the app's assistant beside a channel, and returns the
// thread it opened.
func (s *Slack) StartAssistant(user, beside string) (channel, threadTS string, err error) {
	var event map[string]any
	s.do(func(st *state) {
		if _, err = s.person(user); err != nil {
			return
		}
		ch := st.work.im(user, s.cfg.App.UserID, s.cfg.Now())
		m := &Message{
			Channel: ch.ID, TS: st.ids.ts(), User: s.cfg.App.UserID, BotID: s.cfg.App.BotID,
			Subtype: "assistant_app_thread", Via: "person", Text: "New Assistant Thread", Posted: s.cfg.Now(),
		}
		m.ThreadTS = m.TS
		ch.add(m)
		channel, threadTS = ch.ID, m.TS
		st.work.threads[channel+" "+threadTS] = AssistantThread{Channel: channel, ThreadTS: threadTS}
		event = assistantEvent("assistant_thread_started", user, channel, threadTS, beside, st.ids.ts())
	})
	if err != nil {
		return "", "", err
	}
	s.emit(event)
	return channel, threadTS, nil
}

// MoveAssistant looks at another channel while the assistant is open.
func (s *Slack) MoveAssistant(user, threadTS, beside string) (err error) {
	var event map[string]any
	s.do(func(st *state) {
		if _, err = s.person(user); err != nil {
			return
		}
		ch := st.work.im(user, s.cfg.App.UserID, s.cfg.Now())
		if ch.message(threadTS) == nil {
			err = fmt.Errorf("%w: no assistant thread %s", ErrImpossible, threadTS)
			return
		}
		event = assistantEvent("assistant_thread_context_changed", user, ch.ID, threadTS, beside, st.ids.ts())
	})
	if err != nil {
		return err
	}
	s.emit(event)
	return nil
}

func assistantEvent(kind, user, channel, threadTS, beside, ts string) map[string]any {
	seen := map[string]any{}
	if beside != "" {
		seen = map[string]any{"channel_id": beside, "team_id": teamID, "enterprise_id": nil}
	}
	return map[string]any{
		"type": kind, "event_ts": ts,
		"assistant_thread": map[string]any{
			"user_id": user, "channel_id": channel, "thread_ts": threadTS, "context": seen,
		},
	}
}
