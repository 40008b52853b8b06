package slackfake

import (
	"encoding/json"
	"time"
)

// Call is one Web API call, webhook post or response_url post, as it ended.
type Call struct {
	Seq    int    // in order of arrival
	Method string // or "webhook", or "response_url"
	At     time.Time
	Took   time.Duration
	// Args are the arguments without the token; what was not a string is JSON.
	Args   map[string]string
	Status int    // HTTP; 0 when the client got no answer
	Error  string // Slack's error code; empty when ok
	// Stored tells whether Slack did it; with Lost, the client doesn't know.
	Stored     bool
	Lost       bool
	RetryAfter time.Duration
	Channel    string // of the message it is about
	TS         string
}

// Delivery is one envelope written to one socket.
type Delivery struct {
	Envelope  string
	Type      string // events_api, slash_commands, interactive
	Event     string // events_api: the inner event's type
	EventID   string // events_api: the same in every retry
	Attempt   int    // events_api: 0 first
	Duplicate bool   // the same envelope once more
	Socket    int
	Sent      time.Time
	Acked     time.Time // zero until acknowledged
	AckSocket int
	Late      bool            // acknowledged after Slack had given up waiting
	Payload   json.RawMessage // what was sent
	Answer    json.RawMessage // what the acknowledgement carried
}

// DroppedAck is an acknowledgement that Slack ignored.
type DroppedAck struct {
	Envelope string
	Socket   int
	Size     int
	Reason   string // too_large, other_socket, unknown_envelope, not_json
}

// Reply is one use of a response_url.
type Reply struct {
	URL      string
	User     string
	Channel  string
	At       time.Time
	Use      int // 1 first
	Type     string
	Replaced bool
	Deleted  bool
	TS       string // of the message it made or changed
	Text     string
	Blocks   []map[string]any
}

// Ping is a mention that the app put in front of people.
type Ping struct {
	Kind string // channel, here, everyone, subteam, user
	ID   string // of the group or user
	// Silent mentions show, but notify nobody: edits, views, ephemeral
	// messages.
	Silent bool
	Place
}

// Link is something the app made clickable, or that Slack would fetch.
type Link struct {
	// Kind is explicit (<url|label>), bare (a URL in the text), domain (a word
	// that Slack takes for a host name), email, markdown, rich_text, button,
	// image, or attachment.
	Kind  string
	URL   string
	Label string
	Place
}

// Place is where a ping or link stood.
type Place struct {
	Via     string // the method, "webhook", "response_url" or "ack"
	Channel string
	TS      string
	View    string
	Where   string // text, or a JSON pointer into blocks or attachments
	At      time.Time
}

// Socket is one open Socket Mode connection.
type Socket struct {
	ID     int
	State  string // opening, live, warned, leaving
	Opened time.Time
}

// record is what happened.
type record struct {
	calls      journal[Call]
	seq        int
	deliveries journal[Delivery]
	byEnvelope map[string][]int // to absolute numbers in deliveries
	dropped    journal[DroppedAck]
	replies    journal[Reply]
	ephemerals journal[Message]
	pings      journal[Ping]
	links      journal[Link]
	opened     int // sockets so far
}

func newRecord(keep int) record {
	return record{
		calls:      journal[Call]{keep: keep},
		deliveries: journal[Delivery]{keep: keep},
		byEnvelope: map[string][]int{},
		dropped:    journal[DroppedAck]{keep: keep},
		replies:    journal[Reply]{keep: keep},
		ephemerals: journal[Message]{keep: keep},
		pings:      journal[Ping]{keep: keep},
		links:      journal[Link]{keep: keep},
	}
}

// ephemeral finds an ephemeral message that is still shown to a user.
func (r *record) ephemeral(user, channel, ts string) (m *Message, number int) {
	for i := len(r.ephemerals.items) - 1; i >= 0; i-- {
		m := r.ephemerals.items[i]
		if m.TS == ts && m.Channel == channel && m.Deleted.IsZero() && (user == "" || m.For == user) {
			return m, r.ephemerals.first + i
		}
	}
	return nil, 0
}
