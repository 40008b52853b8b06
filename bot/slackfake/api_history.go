package slackfake

import (
	"encoding/base64"
	"slices"
	"strings"
)

// history is conversations.history: the channel's timeline, newest first.
func (s *Slack) history(r *request) (reply, error) {
	ch, err := s.readable(r.args["channel"], "history")
	if err != nil {
		return nil, err
	}
	w, err := parseWindow(r.args)
	if err != nil {
		return nil, err
	}
	var found []*Message
	for _, m := range slices.Backward(ch.messages) {
		shown := m.Deleted.IsZero() || len(ch.thread(m.TS)) > 0
		if (!m.isReply() || m.Broadcast) && shown && w.holds(m.TS) && w.from(m.TS, true) {
			found = append(found, m)
		}
	}
	body := s.page(ch, found, r.args, r.args.limit(100, 999))
	body["pin_count"] = len(ch.Pins)
	return body, nil
}

// threadReplies is conversations.replies: a thread, oldest first, its parent on
// top of the first page whatever the window.
func (s *Slack) threadReplies(r *request) (reply, error) {
	ch, err := s.readable(r.args["channel"], "history")
	if err != nil {
		return nil, err
	}
	w, err := parseWindow(r.args)
	if err != nil {
		return nil, err
	}
	i, ok := ch.at[r.args["ts"]]
	if !ok {
		return nil, apiError{Code: "thread_not_found"}
	}
	root := ch.messages[i]
	if root.isReply() {
		root = ch.messages[ch.at[root.ThreadTS]]
	}
	replies := ch.thread(root.TS)
	if !root.Deleted.IsZero() && len(replies) == 0 {
		return nil, apiError{Code: "thread_not_found"}
	}
	var found []*Message
	if r.args["cursor"] == "" {
		found = append(found, root)
	}
	for _, m := range replies {
		if w.holds(m.TS) && w.from(m.TS, false) {
			found = append(found, m)
		}
	}
	return s.page(ch, found, r.args, r.args.limit(1000, 1000)), nil
}

// page cuts off one page, with the cursor to the next.
func (s *Slack) page(ch *channel, found []*Message, a args, limit int) reply {
	next := ""
	if len(found) > limit {
		next = cursorTo(found[limit].TS)
		found = found[:limit]
	}
	list := make([]map[string]any, 0, len(found))
	for _, m := range found {
		list = append(list, s.messageJSON(ch, m, a.yes("include_all_metadata")))
	}
	body := reply{"messages": list, "has_more": next != ""}
	if next != "" {
		body["response_metadata"] = reply{"next_cursor": next}
	}
	return body
}

// window is the span of time that a reader asks for, in microseconds.
type window struct {
	oldest, latest, cursor int64 // cursor -1: none
	inclusive              bool
}

func parseWindow(a args) (window, error) {
	w := window{latest: 1 << 62, cursor: -1, inclusive: a.yes("inclusive")}
	var ok bool
	if v := a["oldest"]; v != "" {
		if w.oldest, ok = parseTS(v); !ok {
			return w, apiError{Code: "invalid_ts_oldest"}
		}
	}
	if v := a["latest"]; v != "" && v != "now" {
		if w.latest, ok = parseTS(v); !ok {
			return w, apiError{Code: "invalid_ts_latest"}
		}
	}
	if v := a["cursor"]; v != "" {
		raw, err := base64.StdEncoding.DecodeString(v)
		ts, found := strings.CutPrefix(string(raw), "next_ts:")
		if w.cursor, ok = parseTS(ts); err != nil || !found || !ok {
			return w, apiError{Code: "invalid_cursor"}
		}
	}
	return w, nil
}

func cursorTo(ts string) string {
	return base64.StdEncoding.EncodeToString([]byte("next_ts:" + ts))
}

func (w window) holds(ts string) bool {
	at, _ := parseTS(ts)
	if w.inclusive {
		return at >= w.oldest && at <= w.latest
	}
	return at > w.oldest && at < w.latest
}

// from tells whether a message is at or behind the cursor.
func (w window) from(ts string, backward bool) bool {
	at, _ := parseTS(ts)
	if w.cursor < 0 {
		return true
	}
	if backward {
		return at <= w.cursor
	}
	return at >= w.cursor
}
