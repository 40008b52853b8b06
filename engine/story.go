package engine

import "time"

// Story is what became of an incident beside its own states: what people put
// together and took apart, and how its alerts came and went.
type Story struct {
	MergedInto string   `json:"merged_into,omitempty"` // the incident that has its series now
	Merged     []string `json:"merged,omitempty"`      // those whose series it has
	SplitFrom  string   `json:"split_from,omitempty"`
	LastCut    *Done    `json:"last_cut,omitempty"`
	Linked     []string `json:"linked,omitempty"` // both ways

	// ClearedAt is when the last alert of an incident ended that somebody owns:
	// closing it is proposed, and left to people.
	ClearedAt *time.Time `json:"cleared_at,omitempty"`
	// SinceAck counts the series that joined after it was acknowledged.
	SinceAck int `json:"since_ack,omitempty"`

	// FlappingSince is set while it flaps. Flaps counts how often an alert of it
	// fired again, FlappedAt is when it last fired again or ended.
	FlappingSince *time.Time `json:"flapping_since,omitempty"`
	FlappedAt     *time.Time `json:"flapped_at,omitempty"`
	Flaps         int        `json:"flaps,omitempty"`

	// Room is the incident's own channel, where it has one, and RoomClosed that
	// it is archived or was not to be had.
	Room       string   `json:"room,omitempty"`
	RoomClosed bool     `json:"room_closed,omitempty"`
	RoomMarks  []string `json:"room_marks,omitempty"` // the links that are bookmarks there

	Postmortem *Upload `json:"postmortem,omitempty"` // its draft, as it was uploaded last
}

// Done is a request that was carried out, and the incident that came of it.
type Done struct {
	Request string `json:"request,omitempty"`
	Into    string `json:"into"`
}

// Upload is an upload of the post-mortem's draft: of which content, as which
// file, and whether people can see it.
type Upload struct {
	Hash   string `json:"hash"`
	File   string `json:"file"`
	Shared bool   `json:"shared"`
}

// Flapping reports whether its alerts keep coming and going.
func (i *Incident) Flapping() bool { return i.FlappingSince != nil && i.FlappedAt != nil }

// Clear reports whether nothing of a live incident fires any more: closing it is
// proposed.
func (i *Incident) Clear() bool { return i.Live() && i.ClearedAt != nil }
