package slackfake

import "time"

// Message is one message as people see it. Its slices and maps are shared with
// other snapshots: read them, never write them.
type Message struct {
	Channel  string
	TS       string
	ThreadTS string // of the thread it replies to; its own on a thread's parent
	User     string
	BotID    string // empty for people
	Subtype  string
	For      string // an ephemeral message: the only one who sees it
	Via      string // the method, "webhook", "response_url", "ack" or "person"

	Text        string
	Blocks      []map[string]any
	Attachments []map[string]any
	Metadata    *Metadata
	UnfurlLinks bool
	UnfurlMedia bool

	Posted    time.Time
	Edits     []Edit // oldest first, each with what stood there before
	Deleted   time.Time
	Edited    bool // shows "(edited)": Slack omits it for edits with blocks
	Reactions []Reaction
	Files     []string
	Broadcast bool // a reply shown in the channel, too
}

// Edit is what a message said until it was changed.
type Edit struct {
	At          time.Time // when it was changed
	By          string    // as Message.Via
	Text        string
	Blocks      []map[string]any
	Attachments []map[string]any
	Metadata    *Metadata
}

// Metadata is what an app attached to a message for itself.
type Metadata struct {
	EventType string         `json:"event_type"`
	Payload   map[string]any `json:"event_payload"`
}

// Reaction is an emoji and who put it there.
type Reaction struct {
	Name  string
	Users []string
}

// Element is one interactive element of a message or view.
type Element struct {
	BlockID  string
	ActionID string
	Type     string
	Text     string // a button's
	Value    string // a button's
	URL      string // a button's
	Style    string // a button's
	Options  []string
	raw      map[string]any
}
