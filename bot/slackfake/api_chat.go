package slackfake

import (
	"slices"
	"strings"
)

// postMessage is chat.postMessage.
func (s *Slack) postMessage(r *request) (reply, error) {
	ch, err := s.postable(r.args["channel"])
	if err != nil {
		return nil, err
	}
	thread, err := ch.root(r.args["thread_ts"])
	if err != nil {
		return nil, err
	}
	c, err := parseContent(r.args)
	if err != nil {
		return nil, err
	}
	if c.empty() {
		return nil, apiError{Code: "no_text"}
	}
	if wait := s.throttlePost(ch.ID); wait > 0 {
		return nil, apiError{Code: "ratelimited", Wait: wait}
	}
	m := s.post(ch, c, Message{
		ThreadTS: thread, Via: "chat.postMessage",
		Broadcast:   thread != "" && r.args.yes("reply_broadcast"),
		UnfurlLinks: r.args.yes("unfurl_links"), UnfurlMedia: !r.args.no("unfurl_media"),
	})
	r.call.Channel, r.call.TS = ch.ID, m.TS
	r.after = append(r.after, s.announce(ch, m, ""))
	return reply{"channel": ch.ID, "ts": m.TS, "message": s.messageJSON(ch, m, true)}, nil
}

// postEphemeral is chat.postEphemeral.
func (s *Slack) postEphemeral(r *request) (reply, error) {
	ch, err := s.postable(r.args["channel"])
	if err != nil {
		return nil, err
	}
	user := r.args["user"]
	if !ch.member(user) {
		return nil, apiError{Code: "user_not_in_channel"}
	}
	thread, err := ch.root(r.args["thread_ts"])
	if err != nil {
		return nil, err
	}
	c, err := parseContent(r.args)
	if err != nil {
		return nil, err
	}
	if c.empty() {
		return nil, apiError{Code: "no_text"}
	}
	m := s.postFor(user, ch, c, Message{ThreadTS: thread, Via: "chat.postEphemeral"})
	r.call.Channel, r.call.TS = ch.ID, m.TS
	return reply{"message_ts": m.TS}, nil
}

// post stores a message of the app's.
func (s *Slack) post(ch *channel, c content, m Message) *Message {
	s.st.ids.complete(&c)
	m.Channel, m.TS = ch.ID, s.st.ids.ts()
	m.User, m.BotID = s.cfg.App.UserID, s.cfg.App.BotID
	m.Text, m.Blocks, m.Attachments, m.Metadata = c.text, c.blocks, c.attachments, c.metadata
	m.Posted = s.cfg.Now()
	if m.Broadcast {
		m.Subtype = "thread_broadcast"
	}
	s.st.place(ch, &m)
	s.st.note(&c, Place{Via: m.Via, Channel: ch.ID, TS: m.TS}, false)
	s.st.answered(ch.ID, m.ThreadTS)
	return &m
}

// postFor stores a message that only one person sees.
func (s *Slack) postFor(user string, ch *channel, c content, m Message) *Message {
	s.st.ids.complete(&c)
	m.Channel, m.TS, m.For = ch.ID, s.st.ids.ts(), user
	m.User, m.BotID = s.cfg.App.UserID, s.cfg.App.BotID
	m.Text, m.Blocks, m.Attachments = c.text, c.blocks, c.attachments
	m.Posted = s.cfg.Now()
	s.st.record.ephemerals.add(&m)
	s.st.note(&c, Place{Via: m.Via, Channel: ch.ID, TS: m.TS}, true)
	return &m
}

// place puts a message into its channel; the first reply makes its parent a
// thread.
func (st *state) place(ch *channel, m *Message) {
	if m.ThreadTS != "" {
		ch.change(m.ThreadTS, func(parent *Message) { parent.ThreadTS = parent.TS })
	}
	ch.add(m)
}

// postable finds the channel that the app wants to write to: an id, a name, or
// a person's id for the direct message.
func (s *Slack) postable(name string) (*channel, error) {
	w := &s.st.work
	ch := w.channels[name]
	if ch == nil && strings.HasPrefix(name, "U") {
		if u, ok := w.users[name]; ok && !u.Bot && !u.Deleted {
			ch = w.im(name, s.cfg.App.UserID, s.cfg.Now())
		}
	}
	if ch == nil {
		ch = w.channelNamed(name)
	}
	switch in := ch != nil && ch.member(s.cfg.App.UserID); {
	case ch == nil, !in && ch.Private:
		return nil, apiError{Code: "channel_not_found"}
	case ch.Archived:
		return nil, apiError{Code: "is_archived"}
	case !in && !s.granted("chat:write.public"):
		return nil, apiError{Code: "not_in_channel"}
	}
	return ch, nil
}

// root checks that ts is a message that can have replies. Slack would take a
// reply's ts, too, and open a thread that nobody finds; that is never meant.
func (c *channel) root(ts string) (string, error) {
	if ts == "" {
		return "", nil
	}
	i, ok := c.at[ts]
	if !ok || (!c.messages[i].Deleted.IsZero() && len(c.thread(ts)) == 0) {
		return "", apiError{Code: "thread_not_found"}
	}
	if m := c.messages[i]; m.isReply() || slices.Contains(unthreadable(), m.Subtype) {
		return "", apiError{Code: "cannot_reply_to_message"}
	}
	return ts, nil
}

func (m *Message) isReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

func unthreadable() []string { return []string{"channel_join", "channel_topic", "channel_purpose"} }
