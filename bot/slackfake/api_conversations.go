package slackfake

import (
	"slices"
	"strconv"
	"strings"
)

// readable finds a conversation that the app may look into, with the scope for
// its kind: what is "history" or "read".
func (s *Slack) readable(id, what string) (*channel, error) {
	ch := s.st.work.channels[id]
	if ch == nil || (ch.Private && !ch.member(s.cfg.App.UserID)) {
		return nil, apiError{Code: "channel_not_found"}
	}
	if err := s.permit([]string{kindScope(ch.kind(), what)}); err != nil {
		return nil, err
	}
	if what == "history" && !ch.member(s.cfg.App.UserID) {
		return nil, apiError{Code: "not_in_channel"}
	}
	return ch, nil
}

func kindScope(kind, what string) string {
	if kind == "im" {
		return "im:" + what
	}
	return kind + "s:" + what
}

func (s *Slack) conversationInfo(r *request) (reply, error) {
	ch, err := s.readable(r.args["channel"], "read")
	if err != nil {
		return nil, err
	}
	return reply{"channel": s.channelJSON(ch)}, nil
}

func (s *Slack) conversationList(r *request) (reply, error) {
	types := r.args.list("types")
	if len(types) == 0 {
		types = []string{"public_channel"}
	}
	kinds := map[string]string{"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
	for _, t := range types {
		kind, ok := kinds[t]
		if !ok {
			return nil, apiError{Code: "invalid_types"}
		}
		scope := kindScope(kind, "read")
		if kind == "mpim" {
			scope = "mpim:read"
		}
		if err := s.permit([]string{scope}); err != nil {
			return nil, err
		}
	}
	var list []map[string]any
	for _, id := range s.st.work.order {
		ch := s.st.work.channels[id]
		wanted := slices.ContainsFunc(types, func(t string) bool { return kinds[t] == ch.kind() })
		hidden := (ch.Archived && r.args.yes("exclude_archived")) || (ch.Private && !ch.member(s.cfg.App.UserID))
		if wanted && !hidden {
			list = append(list, s.channelJSON(ch))
		}
	}
	return paged("channels", list, r.args, r.args.limit(100, 1000))
}

func (s *Slack) conversationMembers(r *request) (reply, error) {
	ch, err := s.readable(r.args["channel"], "read")
	if err != nil {
		return nil, err
	}
	return paged("members", ch.Members, r.args, r.args.limit(100, 1000))
}

// paged cuts one page off a list; the cursor is the offset of the next.
func paged[T any](key string, list []T, a args, limit int) (reply, error) {
	from := 0
	if c := a["cursor"]; c != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(c, "offset:"))
		if err != nil || n < 0 || n > len(list) {
			return nil, apiError{Code: "invalid_cursor"}
		}
		from = n
	}
	to := min(from+limit, len(list))
	next := ""
	if to < len(list) {
		next = "offset:" + strconv.Itoa(to)
	}
	page := append(make([]T, 0, to-from), list[from:to]...)
	return reply{key: page, "response_metadata": reply{"next_cursor": next}}, nil
}

func (s *Slack) conversationOpen(r *request) (reply, error) {
	w := &s.st.work
	if id := r.args["channel"]; id != "" {
		ch := w.channels[id]
		if ch == nil || ch.IM == "" {
			return nil, apiError{Code: "channel_not_found"}
		}
		return reply{"channel": s.channelJSON(ch), "no_op": true, "already_open": true}, nil
	}
	users := r.args.list("users")
	switch {
	case len(users) == 0:
		return nil, apiError{Code: "users_list_not_supplied"}
	case len(users) > 1:
		// Group direct messages are not part of this workspace.
		return nil, apiError{Code: "method_not_supported_for_channel_type"}
	}
	u, ok := w.users[users[0]]
	if !ok || u.Bot {
		return nil, apiError{Code: "user_not_found"}
	}
	if u.Deleted {
		return nil, apiError{Code: "user_disabled"}
	}
	ch := w.im(u.ID, s.cfg.App.UserID, s.cfg.Now())
	if !r.args.yes("return_im") {
		return reply{"channel": reply{"id": ch.ID}}, nil
	}
	return reply{"channel": s.channelJSON(ch)}, nil
}

func (s *Slack) conversationJoin(r *request) (reply, error) {
	ch := s.st.work.channels[r.args["channel"]]
	switch {
	case ch == nil || ch.Private:
		return nil, apiError{Code: "channel_not_found"}
	case ch.IM != "":
		return nil, apiError{Code: "method_not_supported_for_channel_type"}
	case ch.Archived:
		return nil, apiError{Code: "is_archived"}
	}
	out := reply{}
	if ch.member(s.cfg.App.UserID) {
		out["warning"] = "already_in_channel"
		out["response_metadata"] = reply{"warnings": []string{"already_in_channel"}}
	} else {
		ch.Members = append(slices.Clone(ch.Members), s.cfg.App.UserID)
	}
	out["channel"] = s.channelJSON(ch)
	return out, nil
}
