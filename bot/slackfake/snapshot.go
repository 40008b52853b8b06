package slackfake

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Snapshot is the workspace at one moment. It never changes; everything in it
// is to be read only.
type Snapshot struct {
	Channels []Channel
	Users    []User
	Groups   []UserGroup

	messages map[string][]*Message
	record   record
	sockets  []Socket
	views    map[string][]View
	homes    map[string]View
	files    []File
	threads  map[string]AssistantThread
}

// Snapshot pictures the workspace as it is now.
func (s *Slack) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.st.picture()
}

// WaitFor returns once a snapshot satisfies cond, at the latest when ctx ends.
// It looks again only when something has changed.
func (s *Slack) WaitFor(ctx context.Context, cond func(*Snapshot) bool) error {
	for {
		s.mu.Lock()
		snap, changed := s.st.picture(), s.changed
		s.mu.Unlock()
		if cond(snap) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for a condition: %w", context.Cause(ctx))
		case <-s.life.done:
			return ErrClosed
		}
	}
}

// picture copies pointers, never contents: those are replaced on change.
func (st *state) picture() *Snapshot {
	if st.snapshot != nil {
		return st.snapshot
	}
	p := &Snapshot{
		Groups:   slices.Clone(st.work.groups),
		messages: make(map[string][]*Message, len(st.work.order)),
		record:   st.record,
		sockets:  st.hub.list(),
		views:    st.surfaces.openViews(),
		homes:    map[string]View{},
		threads:  map[string]AssistantThread{},
	}
	p.record.deliveries.items = slices.Clone(st.record.deliveries.items)
	p.record.ephemerals.items = slices.Clone(st.record.ephemerals.items)
	p.record.byEnvelope = nil
	for _, id := range st.work.order {
		ch := st.work.channels[id]
		p.Channels = append(p.Channels, ch.Channel)
		p.messages[id] = slices.Clone(ch.messages)
	}
	for _, id := range st.work.userOrder {
		p.Users = append(p.Users, st.work.users[id])
	}
	for user, v := range st.surfaces.homes {
		p.homes[user] = *v
	}
	for _, id := range st.work.fileOrder {
		p.files = append(p.files, *st.work.files[id])
	}
	maps.Copy(p.threads, st.work.threads)
	st.snapshot = p
	return p
}

// Messages are a channel's messages, oldest first, thread replies among them,
// without deleted ones.
func (p *Snapshot) Messages(channel string) []*Message {
	return slices.DeleteFunc(slices.Clone(p.messages[channel]), func(m *Message) bool { return !m.Deleted.IsZero() })
}

// Timeline is what the channel itself shows: no replies, unless broadcast.
func (p *Snapshot) Timeline(channel string) []*Message {
	return slices.DeleteFunc(p.Messages(channel), func(m *Message) bool { return m.isReply() && !m.Broadcast })
}

// Thread is a message followed by its replies.
func (p *Snapshot) Thread(channel, ts string) []*Message {
	return slices.DeleteFunc(p.Messages(channel), func(m *Message) bool { return m.TS != ts && m.ThreadTS != ts })
}

// Message is one message, deleted ones included; nil when there is none.
func (p *Snapshot) Message(channel, ts string) *Message {
	for _, m := range p.messages[channel] {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

// BotMessages are the app's own messages in a channel, oldest first.
func (p *Snapshot) BotMessages(channel string) []*Message {
	return slices.DeleteFunc(p.Messages(channel), func(m *Message) bool { return m.BotID == "" })
}

// Ephemerals are the messages that only this user sees, oldest first.
func (p *Snapshot) Ephemerals(user string) []*Message {
	return slices.DeleteFunc(slices.Clone(p.record.ephemerals.items), func(m *Message) bool {
		return m.For != user || !m.Deleted.IsZero()
	})
}

// Views are the modals open to a user, the visible one last.
func (p *Snapshot) Views(user string) []View { return p.views[user] }

// Home is the Home tab that the app published for a user.
func (p *Snapshot) Home(user string) (View, bool) {
	v, ok := p.homes[user]
	return v, ok
}

// Calls are the finished calls of a method, or of all methods for "".
func (p *Snapshot) Calls(method string) []*Call {
	if method == "" {
		return slices.Clone(p.record.calls.items)
	}
	return slices.DeleteFunc(slices.Clone(p.record.calls.items), func(c *Call) bool { return c.Method != method })
}

// Deliveries are the envelopes written to sockets, of one type or of all for
// "".
func (p *Snapshot) Deliveries(kind string) []*Delivery {
	return slices.DeleteFunc(slices.Clone(p.record.deliveries.items), func(d *Delivery) bool {
		return kind != "" && d.Type != kind
	})
}

// DroppedAcks are the acknowledgements that Slack ignored.
func (p *Snapshot) DroppedAcks() []*DroppedAck { return slices.Clone(p.record.dropped.items) }

// Replies are the uses of one response_url, or of all for "".
func (p *Snapshot) Replies(url string) []*Reply {
	return slices.DeleteFunc(slices.Clone(p.record.replies.items), func(r *Reply) bool { return url != "" && r.URL != url })
}

// Pings are the mentions the app made, silent ones included.
func (p *Snapshot) Pings() []*Ping { return slices.Clone(p.record.pings.items) }

// Notified are the mentions that notified someone.
func (p *Snapshot) Notified() []*Ping {
	return slices.DeleteFunc(p.Pings(), func(x *Ping) bool { return x.Silent })
}

// Links are what the app made clickable.
func (p *Snapshot) Links() []*Link { return slices.Clone(p.record.links.items) }

// Sockets are the app's open connections.
func (p *Snapshot) Sockets() []Socket { return p.sockets }

// Live counts the sockets that get envelopes.
func (p *Snapshot) Live() int {
	n := 0
	for _, k := range p.sockets {
		if k.State == stateLive || k.State == stateWarned {
			n++
		}
	}
	return n
}

// SocketsOpened counts the sockets that ever said hello.
func (p *Snapshot) SocketsOpened() int { return p.record.opened }

// Files are the uploaded files.
func (p *Snapshot) Files() []File { return p.files }

// AssistantThread is what the app showed in an assistant's thread.
func (p *Snapshot) AssistantThread(channel, ts string) AssistantThread {
	return p.threads[channel+" "+ts]
}
