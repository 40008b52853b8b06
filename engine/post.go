package engine

import (
	"encoding/json"
	"time"
)

// The kinds of post. What a post says is rendered from the state of its
// subject when it is sent, so the newest state wins and a crash repeats
// harmlessly.
const (
	PostIncident = "incident" // subject: an incident; its one channel message, edited in place
	PostAlert    = "alert"    // subject: an incident; the plain alert in its thread
	PostDecision = "decision" // subject: a decision
	PostOutcome  = "outcome"  // subject: a decision; asks what came of its advice
	PostNotice   = "notice"   // subject: an incident; a broadcast reply, told by Detail
	PostChart    = "chart"    // subject: an incident; a picture in its thread of the Chart in Detail; sent by its own job
	PostDigest   = "digest"   // subject: a channel; tells several incidents in one message, told by Detail
	PostReply    = "reply"    // subject: an incident; a reply, told by Detail
	PostTrouble  = "trouble"  // subject: a trouble; says that a source does not get through, and what to do
	PostJoined   = "joined"   // subject: an incident; why alerts joined it, and how to mend that
)

// Post is one message that people should see in chat: a row with a wanted and
// a sent revision. The announce job of its channel brings the one to the other.
type Post struct {
	Key     string          `json:"key"`     // unique; wanting it again bumps Wanted
	Channel string          `json:"channel"` // where
	Thread  string          `json:"thread"`  // a fixed parent timestamp, where a person asked in a thread
	Parent  string          `json:"parent"`  // else the Key of the post in whose thread it stands; "" for none
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Detail  json.RawMessage `json:"detail,omitempty"` // a Notice, for PostNotice; a Digest, for PostDigest; a Reply, for PostReply
	Wanted  int64           `json:"wanted"`
	Sent    int64           `json:"sent"`

	TS          string    `json:"ts"`      // Slack's timestamp once it stands
	Hash        string    `json:"hash"`    // of what was last sent; the same content is not sent again
	Sending     bool      `json:"sending"` // an attempt is under way, or its outcome is unknown
	AttemptedAt time.Time `json:"attempted_at"`
	Attempts    int       `json:"attempts"`
	NotBefore   time.Time `json:"not_before"`
	LastError   string    `json:"last_error"`
	File        string    `json:"file,omitempty"` // of a chart: its id in chat, shown yet or not
	Dead        bool      `json:"dead"`           // given up: the channel does not exist or refuses it
	CreatedAt   time.Time `json:"created_at"`

	// Digest is the key of the digest that tells this post in its place; such a
	// post waits for nothing. Told is that of one that told it ahead of its turn.
	Digest string `json:"digest,omitempty"`
	Told   string `json:"told,omitempty"`
}

// KeyOf is the key of an incident's own message.
func KeyOf(incident string) string { return incidentKey(incident) }

// ChartKeyOf is the key of the chart in an incident's thread.
func ChartKeyOf(incident string) string { return "chart:" + incident }

// Notice is what people must notice and an edit would not tell them.
type Notice struct {
	What  string   `json:"what"` // worse, new_service, new_alert, fired_again, flapping, all_clear, still_firing, reopened, merged, split, linked
	From  Severity `json:"from,omitempty"`
	To    Severity `json:"to,omitempty"`
	Was   int      `json:"was,omitempty"` // alerts before
	Now   int      `json:"now,omitempty"` // alerts now
	Names []string `json:"names,omitempty"`
	After string   `json:"after,omitempty"` // such as "12 min"
	Other string   `json:"other,omitempty"` // the other incident of merged, split and linked
	Actor string   `json:"actor,omitempty"` // who did that
}

// Pace says how fast a channel may be posted to; see Tx.TakePace.
type Pace struct {
	Burst int
	Every time.Duration
}
