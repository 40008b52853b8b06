package slackfake

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// update is chat.update.
func (s *Slack) update(r *request) (reply, error) {
	ch, m, err := s.own(r.args, "cant_update_message")
	if err != nil {
		return nil, err
	}
	if ch.Archived {
		return nil, apiError{Code: "is_inactive"}
	}
	if utf8.RuneCountInString(r.args["text"]) > maxUpdateText {
		return nil, apiError{Code: "msg_too_long"}
	}
	c, err := parseContent(r.args)
	if err != nil {
		return nil, err
	}
	if !c.gaveText && !c.gaveBlocks && !c.gaveAttachments && !c.gaveMetadata {
		return nil, apiError{Code: "no_text"}
	}
	if c.empty() && !c.gaveMetadata {
		return nil, apiError{Code: "no_text"}
	}
	m = s.edit(ch, m, c, "chat.update")
	r.after = append(r.after, s.announce(ch, m, "message_changed"))
	return reply{"channel": ch.ID, "ts": m.TS, "text": m.Text, "message": s.messageJSON(ch, m, true)}, nil
}

// edit changes a message and keeps what it said before. What the app didn't
// give stays, except that a new text without blocks removes the blocks.
func (s *Slack) edit(ch *channel, m *Message, c content, via string) *Message {
	given := c
	s.st.ids.complete(&c)
	m = ch.change(m.TS, func(m *Message) { s.rewrite(m, c, given, via) })
	s.st.note(&c, Place{Via: via, Channel: ch.ID, TS: m.TS}, true)
	return m
}

func (s *Slack) rewrite(m *Message, c, given content, via string) {
	m.Edits = append(m.Edits[:len(m.Edits):len(m.Edits)], Edit{
		At: s.cfg.Now(), By: via,
		Text: m.Text, Blocks: m.Blocks, Attachments: m.Attachments, Metadata: m.Metadata,
	})
	switch {
	case given.gaveBlocks:
		m.Blocks = c.blocks
	case given.gaveText:
		m.Blocks = nil
	}
	if given.gaveText || given.gaveBlocks {
		m.Text = c.text
	}
	if given.gaveAttachments {
		m.Attachments = c.attachments
	}
	if given.gaveMetadata {
		m.Metadata = c.metadata
	}
	m.Edited = m.Edited || (given.gaveText && !given.gaveBlocks)
}

// remove is chat.delete.
func (s *Slack) remove(r *request) (reply, error) {
	ch, m, err := s.own(r.args, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	m = ch.change(m.TS, func(m *Message) { m.Deleted = s.cfg.Now() })
	r.after = append(r.after, s.announce(ch, m, "message_deleted"))
	return reply{"channel": ch.ID, "ts": m.TS}, nil
}

// permalink is chat.getPermalink.
func (s *Slack) permalink(r *request) (reply, error) {
	ch := s.st.work.channels[r.args["channel"]]
	if ch == nil {
		return nil, apiError{Code: "channel_not_found"}
	}
	m := ch.message(r.args["message_ts"])
	if m == nil {
		return nil, apiError{Code: "message_not_found"}
	}
	link := fmt.Sprintf("%s/archives/%s/p%s", s.base, ch.ID, strings.ReplaceAll(m.TS, ".", ""))
	if m.isReply() {
		link += "?" + url.Values{"thread_ts": {m.ThreadTS}, "cid": {ch.ID}}.Encode()
	}
	return reply{"channel": ch.ID, "permalink": link}, nil
}

// own finds a message that the app may change: one that it posted itself.
// Ephemeral messages are not found, they are in no history.
func (s *Slack) own(a args, denied string) (*channel, *Message, error) {
	ch := s.st.work.channels[a["channel"]]
	if ch == nil || (ch.Private && !ch.member(s.cfg.App.UserID)) {
		return nil, nil, apiError{Code: "channel_not_found"}
	}
	m := ch.message(a["ts"])
	if m == nil {
		return nil, nil, apiError{Code: "message_not_found"}
	}
	if m.BotID != s.cfg.App.BotID {
		return nil, nil, apiError{Code: denied}
	}
	return ch, m, nil
}
