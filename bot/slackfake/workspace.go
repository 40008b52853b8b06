package slackfake

import (
	"slices"
	"strings"
	"time"
)

// User is a person or a bot of the workspace.
type User struct {
	ID       string
	Name     string // the handle, without the @
	RealName string
	Email    string
	TZ       string
	Bot      bool
	Deleted  bool
	Guest    bool   // of one channel or several
	TeamID   string // of another workspace, for who comes by a shared channel
}

// UserGroup is a group that a message can mention as a whole.
type UserGroup struct {
	ID     string
	Handle string // without the @
	Name   string
	Users  []string
}

// Channel is a conversation of any kind.
type Channel struct {
	ID        string
	Name      string
	Private   bool
	IM        string // in a direct message with the app: the person
	Archived  bool
	Topic     string
	Purpose   string
	Members   []string // in the order they joined
	Pins      []string // timestamps of pinned messages
	Bookmarks []Bookmark
	Created   time.Time
}

// Bookmark is a link in a channel's header.
type Bookmark struct {
	ID, Title, Type, Link, Emoji string
	Created                      time.Time
}

// File is an uploaded file; Shared once the upload has been completed.
type File struct {
	ID, Name, Title string
	Alt             string // for who does not see a picture
	Content         []byte
	Shared          bool
	Channel         string
	TS              string // of the message that shares it
	Created         time.Time
}

// AssistantThread is what the app showed in a thread of its assistant.
type AssistantThread struct {
	Channel, ThreadTS string
	Status            string // gone once the app has answered
	Statuses          []string
	Title             string
	Prompts           []map[string]any
}

// workspace is who and what is there.
type workspace struct {
	channels  map[string]*channel
	order     []string // channels as they were made
	users     map[string]User
	userOrder []string
	groups    []UserGroup
	files     map[string]*File
	fileOrder []string
	threads   map[string]AssistantThread // by channel and thread
}

// channel is a Channel with its messages, replies among them, oldest first.
// Messages are replaced, never changed: snapshots share them.
type channel struct {
	Channel
	messages []*Message
	at       map[string]int   // ts to index in messages
	replies  map[string][]int // thread ts to indexes of its replies
}

func newWorkspace(app App, now time.Time) workspace {
	w := workspace{
		channels: map[string]*channel{},
		users:    map[string]User{},
		files:    map[string]*File{},
		threads:  map[string]AssistantThread{},
	}
	w.addUser(User{ID: app.UserID, Name: app.Name, RealName: app.Name, Bot: true})
	w.addUser(User{ID: "U0ALICE", Name: "alice", RealName: "Alice Ames"})
	w.addUser(User{ID: "U0BOB", Name: "bob", RealName: "Bob Brandt"})
	w.addUser(User{ID: "U0CAROL", Name: "carol", RealName: "Carol Chen"})
	w.groups = []UserGroup{{ID: "S0SRE", Handle: "sre", Name: "SRE", Users: []string{"U0ALICE", "U0BOB"}}}
	w.addChannel(Channel{
		ID: "C0INCIDENT", Name: "incidents", Created: now,
		Members: []string{app.UserID, "U0ALICE", "U0BOB", "U0CAROL"},
	})
	return w
}

func (w *workspace) addUser(u User) {
	if _, known := w.users[u.ID]; !known {
		w.userOrder = append(w.userOrder, u.ID)
	}
	w.users[u.ID] = u
}

func (w *workspace) addChannel(c Channel) *channel {
	if known := w.channels[c.ID]; known != nil {
		known.Channel = c
		return known
	}
	ch := &channel{Channel: c, at: map[string]int{}, replies: map[string][]int{}}
	w.channels[c.ID] = ch
	w.order = append(w.order, c.ID)
	return ch
}

// im is the direct message between the app and a person, opened when needed.
func (w *workspace) im(user, bot string, now time.Time) *channel {
	id := "D" + strings.TrimPrefix(user, "U")
	if ch := w.channels[id]; ch != nil {
		return ch
	}
	return w.addChannel(Channel{ID: id, IM: user, Created: now, Members: []string{user, bot}})
}

// userNamed finds a person by handle.
func (w *workspace) userNamed(name string) (User, bool) {
	for _, id := range w.userOrder {
		if u := w.users[id]; u.Name == name {
			return u, true
		}
	}
	return User{}, false
}

// channelNamed finds a channel by name, with or without the #.
func (w *workspace) channelNamed(name string) *channel {
	name = strings.TrimPrefix(name, "#")
	for _, id := range w.order {
		if ch := w.channels[id]; ch.Name == name && name != "" {
			return ch
		}
	}
	return nil
}

func (c *channel) member(user string) bool { return slices.Contains(c.Members, user) }

// message finds a message that has not been deleted.
func (c *channel) message(ts string) *Message {
	i, ok := c.at[ts]
	if !ok || !c.messages[i].Deleted.IsZero() {
		return nil
	}
	return c.messages[i]
}

func (c *channel) add(m *Message) {
	c.at[m.TS] = len(c.messages)
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		c.replies[m.ThreadTS] = append(c.replies[m.ThreadTS], len(c.messages))
	}
	c.messages = append(c.messages, m)
}

// change replaces a message by what f makes of a copy of it.
func (c *channel) change(ts string, f func(m *Message)) *Message {
	i, ok := c.at[ts]
	if !ok {
		return nil
	}
	m := *c.messages[i]
	f(&m)
	c.messages[i] = &m
	return &m
}

// thread is the replies to a message that have not been deleted, oldest first.
func (c *channel) thread(ts string) []*Message {
	var out []*Message
	for _, i := range c.replies[ts] {
		if m := c.messages[i]; m.Deleted.IsZero() {
			out = append(out, m)
		}
	}
	return out
}
