package engine

import (
	"encoding/json"
	"time"
)

// Envelope is something that chat delivered and that must be acted on once:
// stored before it is acknowledged, worked on by its inbound job. A second one
// with the same ID is a redelivery and does nothing.
type Envelope struct {
	ID         string
	Kind       string
	Payload    json.RawMessage
	ReceivedAt time.Time
}
