package face

import (
	"bytes"
	"encoding/json"
	"slices"

	"ragoffire/bot/slackfake"
)

// update is what a page must change to show the next picture. A field that is
// left out stands as it was.
type update struct {
	Reset    bool      `json:"reset,omitempty"` // forget everything first
	Work     *work     `json:"work,omitempty"`
	Messages []message `json:"messages,omitempty"`
	Gone     []string  `json:"gone,omitempty"` // keys of messages
	Surface  *surface  `json:"surface,omitempty"`
}

func (u *update) empty() bool {
	return !u.Reset && u.Work == nil && len(u.Messages) == 0 && len(u.Gone) == 0 && u.Surface == nil
}

// work is who and what is there.
type work struct {
	Me        string    `json:"me"`
	App       member    `json:"app"`
	Connected bool      `json:"connected"`
	Users     []member  `json:"users"`
	Groups    []group   `json:"groups"`
	Channels  []channel `json:"channels"`
	Prompts   []prompts `json:"prompts"`
}

type member struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Real string `json:"real"`
	Bot  bool   `json:"bot,omitempty"`
}

type group struct {
	ID     string `json:"id"`
	Handle string `json:"handle"`
}

type channel struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	IM       bool   `json:"im,omitempty"`
	Private  bool   `json:"private,omitempty"`
	Archived bool   `json:"archived,omitempty"`
	Topic    string `json:"topic,omitempty"`
	Members  int    `json:"members"`
}

// prompts are what the app suggests to ask it.
type prompts struct {
	Channel string           `json:"channel"`
	TS      string           `json:"ts"`
	Prompts []map[string]any `json:"prompts"`
}

type message struct {
	Key         string           `json:"key"`
	Channel     string           `json:"channel"`
	TS          string           `json:"ts"`
	Thread      string           `json:"thread,omitempty"`
	User        string           `json:"user"`
	Bot         bool             `json:"bot,omitempty"`
	Only        bool             `json:"only,omitempty"` // for this person alone
	Broadcast   bool             `json:"broadcast,omitempty"`
	Subtype     string           `json:"subtype,omitempty"`
	Text        string           `json:"text"`
	Blocks      []map[string]any `json:"blocks,omitempty"`
	Attachments []map[string]any `json:"attachments,omitempty"`
	Edited      bool             `json:"edited,omitempty"`
	Pinned      bool             `json:"pinned,omitempty"`
	Reactions   []reaction       `json:"reactions,omitempty"`
	Files       []file           `json:"files,omitempty"`
}

type reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
}

type file struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int    `json:"size"`
	Text string `json:"text"` // how it begins
}

// surface is what lies over the channels, or stands beside them.
type surface struct {
	Modal *view `json:"modal"`
	Home  *view `json:"home"`
}

type view struct {
	ID     string            `json:"id"`
	Title  string            `json:"title"`
	Submit string            `json:"submit,omitempty"`
	Close  string            `json:"close,omitempty"`
	Blocks []map[string]any  `json:"blocks"`
	Errors map[string]string `json:"errors,omitempty"`
}

// watcher knows what one page shows already.
type watcher struct {
	me      string
	app     slackfake.App
	told    bool
	shown   map[string]shown
	work    []byte
	surface []byte
}

// shown is a message as a page has it. The workspace replaces what it changes, so
// the same pointer is the same message.
type shown struct {
	at     *slackfake.Message
	pinned bool
}

func newWatcher(me string, app slackfake.App) *watcher {
	return &watcher{me: me, app: app, shown: make(map[string]shown)}
}

// next is what changed since the last picture.
func (w *watcher) next(p *slackfake.Snapshot) (update, error) {
	u := update{Reset: !w.told}
	w.told = true
	there := make(map[string]bool, len(w.shown))
	uploads := p.Files()
	take := func(m *slackfake.Message, pinned bool) {
		key := m.Channel + "/" + m.TS
		there[key] = true
		if now := (shown{m, pinned}); w.shown[key] != now {
			w.shown[key] = now
			u.Messages = append(u.Messages, messageOf(key, m, pinned, uploads))
		}
	}
	for _, c := range p.Channels {
		if !slices.Contains(c.Members, w.me) {
			continue
		}
		for _, m := range p.Messages(c.ID) {
			take(m, slices.Contains(c.Pins, m.TS))
		}
	}
	for _, m := range p.Ephemerals(w.me) {
		take(m, false)
	}
	for key := range w.shown {
		if !there[key] {
			delete(w.shown, key)
			u.Gone = append(u.Gone, key)
		}
	}
	work := w.workOf(p)
	fresh, err := differs(&w.work, work)
	if err != nil {
		return u, err
	}
	if fresh {
		u.Work = &work
	}
	surface := w.surfaceOf(p)
	fresh, err = differs(&w.surface, surface)
	if fresh {
		u.Surface = &surface
	}
	return u, err
}

// differs keeps v's JSON in last, and tells whether it is another one.
func differs(last *[]byte, v any) (bool, error) {
	now, err := json.Marshal(v)
	if err != nil || bytes.Equal(now, *last) {
		return false, err
	}
	*last = now
	return true, nil
}

func (w *watcher) workOf(p *slackfake.Snapshot) work {
	out := work{
		Me: w.me, App: member{ID: w.app.UserID, Name: w.app.Name, Real: w.app.Name, Bot: true}, Connected: p.Live() > 0,
		Users: []member{}, Groups: []group{}, Channels: []channel{}, Prompts: []prompts{},
	}
	for _, u := range p.Users {
		if !u.Deleted {
			out.Users = append(out.Users, member{ID: u.ID, Name: u.Name, Real: u.RealName, Bot: u.Bot})
		}
	}
	for _, g := range p.Groups {
		out.Groups = append(out.Groups, group{ID: g.ID, Handle: g.Handle})
	}
	for _, c := range p.Channels {
		if slices.Contains(c.Members, w.me) {
			out.Channels = append(out.Channels, channel{
				ID: c.ID, Name: c.Name, IM: c.IM != "", Private: c.Private, Archived: c.Archived, Topic: c.Topic, Members: len(c.Members),
			})
		}
		if c.IM != w.me {
			continue
		}
		for _, m := range p.Messages(c.ID) {
			if t := p.AssistantThread(c.ID, m.TS); len(t.Prompts) > 0 {
				out.Prompts = append(out.Prompts, prompts{Channel: c.ID, TS: m.TS, Prompts: t.Prompts})
			}
		}
	}
	return out
}

func (w *watcher) surfaceOf(p *slackfake.Snapshot) surface {
	var out surface
	if stack := p.Views(w.me); len(stack) > 0 {
		out.Modal = viewOf(stack[len(stack)-1])
	}
	if home, ok := p.Home(w.me); ok {
		out.Home = viewOf(home)
	}
	return out
}

func viewOf(v slackfake.View) *view {
	return &view{ID: v.ID, Title: v.Title, Submit: v.Submit, Close: v.Dismiss, Blocks: v.Blocks, Errors: v.Errors}
}

func messageOf(key string, m *slackfake.Message, pinned bool, files []slackfake.File) message {
	out := message{
		Key: key, Channel: m.Channel, TS: m.TS, Thread: m.ThreadTS, User: m.User, Bot: m.BotID != "", Only: m.For != "",
		Broadcast: m.Broadcast, Subtype: m.Subtype, Text: m.Text, Blocks: m.Blocks, Attachments: m.Attachments,
		Edited: m.Edited, Pinned: pinned,
	}
	for _, r := range m.Reactions {
		out.Reactions = append(out.Reactions, reaction{r.Name, r.Users})
	}
	for _, f := range files {
		if slices.Contains(m.Files, f.ID) {
			out.Files = append(out.Files, file{f.ID, f.Name, len(f.Content), beginning(f.Content)})
		}
	}
	return out
}

// beginning is as much of a file as fits a preview.
func beginning(content []byte) string {
	const most = 1200
	cut := []rune(string(content[:min(len(content), 4*most)]))
	return string(cut[:min(len(cut), most)])
}
