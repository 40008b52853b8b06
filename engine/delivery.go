package engine

import "time"

// Delivery is one accepted body of a source, after its parser.
type Delivery struct {
	Source    string
	Alerts    []Alert
	Changes   []Change // what was done on purpose
	Remarks   []Remark // what was written of alerts where they come from
	Beats     []Beat   // heartbeats that came, each with Name and, where not now, At
	Idle      int      // members that ask for nothing, such as a ping: they are counted
	Truncated int      // alerts the sender cut from this body

	// What tells a repeat from news where the sender gives no times. ID is its own
	// id of this delivery, the same when it sends it again, and IDs are those of
	// the Alerts, where each has one. Body is what was sent.
	ID   string
	IDs  []string
	Body []byte

	// Expire is how long after its last notice an alert ends whose sender never
	// says that it is over; zero where the sender does.
	Expire time.Duration

	own bool // we say it ourselves: no source has sent it
}

// Receipt says what became of a delivery. It is given only once everything in
// it is durable.
type Receipt struct {
	Accepted int           // alerts that changed something
	Silenced int           // of those, what a silence or a maintenance window holds back
	Ignored  int           // repeats, stale and empty ones
	Alerts   []AlertResult // in the delivery's order
}

// AlertResult says where one alert of a delivery went.
type AlertResult struct {
	AlertID    string
	IncidentID string // empty where there is no incident, such as a resolve of what never fired
	Changed    bool
}
