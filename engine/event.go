package engine

import (
	"encoding/json"
	"fmt"
	"time"
)

// EventType says what an event's data is.
type EventType string

// The types of event.
const (
	EventDecision EventType = "decision" // a Decision, made or reviewed
	EventAnomaly  EventType = "anomaly"  // an Alert, as it stands after a delivery
	EventIncident EventType = "incident" // an Incident, after a change
	EventReview   EventType = "review"   // a Review with its decision's id
	EventAction   EventType = "action"   // an approved action's run
	EventSystem   EventType = "system"   // runbooks changed, seeds loaded, deliveries refused
)

// Event is one state change. It is written in the transaction of the change,
// and Seq rises in commit order (holes are allowed), so whoever has read up to
// a Seq has missed nothing before it.
type Event struct {
	Seq  int64           `json:"seq"`
	Type EventType       `json:"type"`
	At   time.Time       `json:"at"`
	Data json.RawMessage `json:"data"` // the object as REST gives it

	of string
}

// EventOf makes an event, to be emitted, of the alert or incident with an id, as
// the same transaction puts it last: the store has its Data already.
func EventOf(t EventType, at time.Time, id string) Event { return Event{Type: t, At: at, of: id} }

// Of is the id that EventOf was given, else empty.
func (e *Event) Of() string { return e.of }

// NewEvent makes an event of v as it stands now.
func NewEvent(t EventType, at time.Time, v any) (Event, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return Event{}, fmt.Errorf("event %s: %w", t, err)
	}
	return Event{Type: t, At: at, Data: data}, nil
}
