package slackfake

import (
	"encoding/json"
	"slices"
)

func (s *Slack) assistantStatus(r *request) (reply, error) {
	return s.assist(r, func(t *AssistantThread) error {
		t.Status = r.args["status"]
		if t.Status != "" {
			t.Statuses = append(slices.Clone(t.Statuses), t.Status)
		}
		return nil
	})
}

func (s *Slack) assistantTitle(r *request) (reply, error) {
	return s.assist(r, func(t *AssistantThread) error {
		t.Title = r.args["title"]
		return nil
	})
}

func (s *Slack) assistantPrompts(r *request) (reply, error) {
	return s.assist(r, func(t *AssistantThread) error {
		var prompts []map[string]any
		if json.Unmarshal([]byte(r.args["prompts"]), &prompts) != nil || len(prompts) == 0 || len(prompts) > 4 {
			return apiError{Code: "invalid_arguments"}
		}
		t.Prompts = prompts
		return nil
	})
}

// assist changes what the assistant shows in a thread.
func (s *Slack) assist(r *request, f func(t *AssistantThread) error) (reply, error) {
	ch := s.st.work.channels[r.args["channel_id"]]
	if ch == nil || !ch.member(s.cfg.App.UserID) {
		return nil, apiError{Code: "channel_not_found"}
	}
	ts := r.args["thread_ts"]
	if ch.message(ts) == nil {
		return nil, apiError{Code: "invalid_thread_ts"}
	}
	key := ch.ID + " " + ts
	t := s.st.work.threads[key]
	t.Channel, t.ThreadTS = ch.ID, ts
	if err := f(&t); err != nil {
		return nil, err
	}
	s.st.work.threads[key] = t
	return nil, nil
}

// answered takes the status away: the answer is there.
func (st *state) answered(channel, thread string) {
	key := channel + " " + thread
	if t, ok := st.work.threads[key]; ok {
		t.Status = ""
		st.work.threads[key] = t
	}
}
