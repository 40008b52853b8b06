package engine

import (
	"crypto/sha256"
	"encoding/base32"
	"time"
)

// Person is somebody in chat: the id is what a message can mention, the name is
// what everything else shows.
type Person struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// Is reports whether p is the same person: by id where both have one, for names
// change.
func (p Person) Is(o Person) bool {
	if p.ID != "" && o.ID != "" {
		return p.ID == o.ID
	}
	return p.Name == o.Name
}

// Care is who looks after an incident and what they said of it.
type Care struct {
	DeclaredBy       string    `json:"declared_by,omitempty"` // a person opened it, and no alert
	Owner            *Person   `json:"owner,omitempty"`
	OwnedAt          time.Time `json:"owned_at,omitzero"`           // since when that is the owner
	AcknowledgedUser string    `json:"acknowledged_user,omitempty"` // the chat id of who acknowledged it

	// SeverityBy set the severity by hand. SeverityOver is the worst of its alerts
	// then: only a worse one overrules a person.
	SeverityBy   string   `json:"severity_by,omitempty"`
	SeverityOver Severity `json:"severity_over,omitempty"`

	LastUpdate *Said   `json:"last_update,omitempty"` // for those who wait
	Nudges     []Nudge `json:"nudges,omitempty"`      // reminders, by what they remind of
}

// Said is a text with who said it and when.
type Said struct {
	By   string    `json:"by"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Taker is who has an incident, the owner first; nil where nobody has.
func (i *Incident) Taker() *Person {
	switch {
	case i.Owner != nil:
		return i.Owner
	case i.AcknowledgedBy != "":
		return &Person{ID: i.AcknowledgedUser, Name: i.AcknowledgedBy}
	}
	return nil
}

// Alone reports whether a live incident has nobody yet.
func (i *Incident) Alone() bool { return i.Status == Open && i.Taker() == nil }

// takenAt is since when somebody has had an incident as it is now: one that fires
// again is taken anew.
func (i *Incident) takenAt() time.Time {
	at := i.OwnedAt
	switch {
	case i.AcknowledgedAt != nil && i.AcknowledgedAt.After(at):
		at = *i.AcknowledgedAt
	case i.AcknowledgedAt == nil && i.LastSeriesAt.After(at):
		at = i.LastSeriesAt
	}
	return at
}

// entryID names the timeline entry of a request, so that a request which is
// worked on twice is one entry.
func entryID(request string) string {
	if request == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(request))
	return "ent_" + base32.NewEncoding(crockford).WithPadding(base32.NoPadding).EncodeToString(sum[:16])
}
