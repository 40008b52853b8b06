package slackfake

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// messageJSON is a message as the Web API and payloads show it.
func (s *Slack) messageJSON(ch *channel, m *Message, metadata bool) map[string]any {
	if !m.Deleted.IsZero() {
		return map[string]any{
			"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": true,
			"text": "This message was deleted.", "ts": m.TS, "thread_ts": m.TS,
		}
	}
	out := map[string]any{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": teamID}
	put := func(key string, v any, when bool) {
		if when {
			out[key] = v
		}
	}
	if m.BotID != "" {
		out["bot_id"], out["app_id"] = m.BotID, s.cfg.App.ID
		out["bot_profile"] = map[string]any{
			"id": m.BotID, "app_id": s.cfg.App.ID, "name": s.cfg.App.Name, "team_id": teamID,
			"deleted": false, "updated": m.Posted.Unix(), "user_id": m.User,
			"icons": map[string]any{"image_36": "", "image_48": "", "image_72": ""},
		}
	} else {
		out["client_msg_id"] = "00000000-0000-4000-8000-" + strings.ReplaceAll(m.TS, ".", "")[4:]
	}
	put("subtype", m.Subtype, m.Subtype != "")
	put("blocks", m.Blocks, len(m.Blocks) > 0)
	put("attachments", m.Attachments, len(m.Attachments) > 0)
	put("metadata", m.Metadata, metadata && m.Metadata != nil)
	put("thread_ts", m.ThreadTS, m.ThreadTS != "")
	if m.Edited {
		last := m.Edits[len(m.Edits)-1]
		out["edited"] = map[string]any{"user": m.User, "ts": tsOf(last.At)}
	}
	if len(m.Reactions) > 0 {
		out["reactions"] = reactionsJSON(m.Reactions)
	}
	put("pinned_to", []string{ch.ID}, slices.Contains(ch.Pins, m.TS))
	if len(m.Files) > 0 {
		var files []map[string]any
		for _, id := range m.Files {
			files = append(files, s.fileJSON(s.st.work.files[id]))
		}
		out["files"], out["upload"], out["display_as_bot"] = files, false, false
	}
	if m.isReply() {
		if parent := ch.message(m.ThreadTS); parent != nil {
			out["parent_user_id"] = parent.User
		}
	} else if m.ThreadTS != "" {
		s.threadJSON(out, ch, m)
	}
	return out
}

// threadJSON is what a thread's parent says about its replies.
func (s *Slack) threadJSON(out map[string]any, ch *channel, m *Message) {
	replies := ch.thread(m.TS)
	var users []string
	for _, r := range replies {
		if !slices.Contains(users, r.User) {
			users = append(users, r.User)
		}
	}
	out["reply_count"] = len(replies)
	out["reply_users"], out["reply_users_count"] = users, len(users)
	out["is_locked"], out["subscribed"] = false, true
	if len(replies) > 0 {
		out["latest_reply"] = replies[len(replies)-1].TS
	}
}

func reactionsJSON(list []Reaction) []map[string]any {
	var out []map[string]any
	for _, r := range list {
		out = append(out, map[string]any{"name": r.Name, "users": r.Users, "count": len(r.Users)})
	}
	return out
}

func (s *Slack) fileJSON(f *File) map[string]any {
	return map[string]any{
		"id": f.ID, "name": f.Name, "title": f.Title, "size": len(f.Content), "created": f.Created.Unix(),
		"timestamp": f.Created.Unix(), "user": s.cfg.App.UserID, "mode": "hosted", "mimetype": "text/plain",
		"filetype": "text", "is_external": false, "is_public": true, "editable": false,
		"url_private":          s.base.String() + "/files-pri/" + f.ID,
		"url_private_download": s.base.String() + "/files-pri/" + f.ID + "/download",
		"permalink":            s.base.String() + "/files/" + f.ID,
	}
}

func (s *Slack) channelJSON(ch *channel) map[string]any {
	app := s.cfg.App.UserID
	im := ch.IM != ""
	out := map[string]any{
		"id": ch.ID, "created": ch.Created.Unix(), "is_archived": ch.Archived, "is_im": im,
		"is_org_shared": false, "context_team_id": teamID,
	}
	if im {
		out["user"], out["is_user_deleted"], out["is_open"] = ch.IM, s.st.work.users[ch.IM].Deleted, true
		return out
	}
	maps.Copy(out, map[string]any{
		"name": ch.Name, "name_normalized": ch.Name, "is_channel": !ch.Private, "is_group": ch.Private,
		"is_private": ch.Private, "is_mpim": false, "is_general": false, "is_member": ch.member(app),
		"is_shared": false, "is_ext_shared": false, "creator": app, "num_members": len(ch.Members),
		"topic":   map[string]any{"value": ch.Topic, "creator": "", "last_set": 0},
		"purpose": map[string]any{"value": ch.Purpose, "creator": "", "last_set": 0},
	})
	return out
}

// kind is the conversation's kind, as scopes and events name it.
func (c *channel) kind() string {
	switch {
	case c.IM != "":
		return "im"
	case c.Private:
		return "group"
	}
	return "channel"
}

// payloadChannel names a channel the way interaction payloads do.
func payloadChannel(ch *channel) map[string]any {
	name := ch.Name
	switch ch.kind() {
	case "im":
		name = "directmessage"
	case "group":
		name = "privategroup"
	}
	return map[string]any{"id": ch.ID, "name": name}
}

func (s *Slack) userJSON(u User) map[string]any {
	tz := u.TZ
	if tz == "" {
		tz = "Etc/UTC"
	}
	return map[string]any{
		"id": u.ID, "team_id": cmp.Or(u.TeamID, teamID), "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"is_bot": u.Bot, "is_app_user": false, "tz": tz, "tz_label": tz, "tz_offset": 0, "updated": 0,
		"is_admin": false, "is_owner": false, "is_restricted": u.Guest, "is_stranger": u.TeamID != "", "is_ultra_restricted": false,
		"profile": map[string]any{
			"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.Name,
			"display_name_normalized": u.Name, "email": u.Email, "team": teamID,
		},
	}
}
