package engine

import (
	"encoding/json"
	"fmt"
)

// Reply is a message in an incident's thread that is nobody's edit: what it says
// was so when it was said.
type Reply struct {
	What      string  `json:"what"`
	By        string  `json:"by,omitempty"`
	To        *Person `json:"to,omitempty"` // who is mentioned: the owner, a person who took it
	Text      string  `json:"text,omitempty"`
	Broadcast bool    `json:"broadcast,omitempty"`
	Nudge     string  `json:"nudge,omitempty"` // of a reminder: what it reminds of
	Count     int     `json:"count,omitempty"` // of a reminder: the how manieth it is
}

// What a reply is.
const (
	ReplyAssigned = "assigned"
	ReplyUpdate   = "update"
	ReplyReminder = "reminder"
)

// reply wants a message in an incident's thread.
func (w *wants) reply(i *Incident, id string, r Reply) error {
	p, err := r.post(i, "reply:"+id)
	if err != nil {
		return err
	}
	p.Channel, p.Parent = i.Channel, incidentKey(i.ID)
	w.post(p)
	return nil
}

// digestUpdate wants an update in the channel of updates.
func (w *wants) digestUpdate(i *Incident, id, channel string, r Reply) error {
	p, err := r.post(i, "update:"+id)
	if err != nil {
		return err
	}
	p.Channel = channel
	w.post(p)
	return nil
}

func (r *Reply) post(i *Incident, key string) (Post, error) {
	detail, err := json.Marshal(r)
	if err != nil {
		return Post{}, fmt.Errorf("reply: %w", err)
	}
	return Post{Key: key, Kind: PostReply, Subject: i.ID, Detail: detail}, nil
}
