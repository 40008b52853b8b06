package slackfake

import (
	"slices"
	"strings"
)

func (s *Slack) reactionAdd(r *request) (reply, error) {
	ch, m, err := s.item(r, "reactions:write")
	if err != nil {
		return nil, err
	}
	name := strings.Trim(r.args["name"], ":")
	if name == "" {
		return nil, apiError{Code: "invalid_name"}
	}
	if !react(ch, m.TS, s.cfg.App.UserID, name) {
		return nil, apiError{Code: "already_reacted"}
	}
	return nil, nil
}

func (s *Slack) reactionGet(r *request) (reply, error) {
	ch, m, err := s.item(r, "reactions:read")
	if err != nil {
		return nil, err
	}
	out := s.messageJSON(ch, m, false)
	return reply{"type": "message", "channel": ch.ID, "message": out}, nil
}

// item finds the message that a reaction is about.
func (s *Slack) item(r *request, scope string) (*channel, *Message, error) {
	if r.args["channel"] == "" || r.args["timestamp"] == "" {
		return nil, nil, apiError{Code: "no_item_specified"}
	}
	ch := s.st.work.channels[r.args["channel"]]
	if ch == nil || !ch.member(s.cfg.App.UserID) {
		return nil, nil, apiError{Code: "channel_not_found"}
	}
	if ch.Archived && scope == "reactions:write" {
		return nil, nil, apiError{Code: "is_archived"}
	}
	m := ch.message(r.args["timestamp"])
	if m == nil {
		return nil, nil, apiError{Code: "message_not_found"}
	}
	return ch, m, nil
}

// react adds a reaction; it reports false when it was there already.
func react(ch *channel, ts, user, name string) (added bool) {
	ch.change(ts, func(m *Message) {
		m.Reactions = slices.Clone(m.Reactions)
		i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Name == name })
		switch {
		case i < 0:
			m.Reactions = append(m.Reactions, Reaction{Name: name, Users: []string{user}})
			added = true
		case !slices.Contains(m.Reactions[i].Users, user):
			m.Reactions[i].Users = append(slices.Clone(m.Reactions[i].Users), user)
			added = true
		}
	})
	return added
}

func (s *Slack) pinList(r *request) (reply, error) {
	ch := s.st.work.channels[r.args["channel"]]
	if ch == nil || !ch.member(s.cfg.App.UserID) {
		return nil, apiError{Code: "channel_not_found"}
	}
	items := []map[string]any{}
	for _, ts := range slices.Backward(ch.Pins) {
		if m := ch.message(ts); m != nil {
			items = append(items, map[string]any{
				"type": "message", "channel": ch.ID, "message": s.messageJSON(ch, m, false),
				"created": s.cfg.Now().Unix(), "created_by": m.User,
			})
		}
	}
	return reply{"items": items}, nil
}

func (s *Slack) bookmarkAdd(r *request) (reply, error) {
	ch := s.st.work.channels[r.args["channel_id"]]
	link := r.args["link"]
	switch {
	case ch == nil || !ch.member(s.cfg.App.UserID):
		return nil, apiError{Code: "channel_not_found"}
	case r.args["type"] != "link":
		return nil, apiError{Code: "invalid_bookmark_type"}
	case r.args["title"] == "":
		return nil, invalid("invalid_arguments", []Problem{{"/title", "missing required field: title"}})
	case !strings.HasPrefix(link, "http://") && !strings.HasPrefix(link, "https://"):
		return nil, apiError{Code: "invalid_link"}
	case len(ch.Bookmarks) >= 100:
		return nil, apiError{Code: "too_many_bookmarks"}
	}
	b := Bookmark{
		ID: s.st.ids.id("Bk"), Title: r.args["title"], Type: "link", Link: link,
		Emoji: r.args["emoji"], Created: s.cfg.Now(),
	}
	ch.Bookmarks = append(slices.Clone(ch.Bookmarks), b)
	f := &found{}
	f.link("explicit", link, b.Title, "bookmark")
	s.st.noteFound(f, Place{Via: "bookmarks.add", Channel: ch.ID}, true)
	return reply{"bookmark": s.bookmarkJSON(ch, b)}, nil
}

func (s *Slack) bookmarkList(r *request) (reply, error) {
	ch := s.st.work.channels[r.args["channel_id"]]
	if ch == nil || !ch.member(s.cfg.App.UserID) {
		return nil, apiError{Code: "channel_not_found"}
	}
	list := []map[string]any{}
	for _, b := range ch.Bookmarks {
		list = append(list, s.bookmarkJSON(ch, b))
	}
	return reply{"bookmarks": list}, nil
}

func (s *Slack) bookmarkJSON(ch *channel, b Bookmark) map[string]any {
	return map[string]any{
		"id": b.ID, "channel_id": ch.ID, "title": b.Title, "link": b.Link, "emoji": b.Emoji, "icon_url": "",
		"type": b.Type, "entity_id": "", "date_created": b.Created.Unix(), "date_updated": 0, "rank": "i",
		"last_updated_by_user_id": s.cfg.App.UserID, "last_updated_by_team_id": teamID,
		"shortcut_id": "", "app_id": s.cfg.App.ID,
	}
}
