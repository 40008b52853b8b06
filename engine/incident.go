package engine

import (
	"slices"
	"time"
)

// IncidentStatus is the state of an incident.
type IncidentStatus string

// The states of an incident.
const (
	Open         IncidentStatus = "open"
	Acknowledged IncidentStatus = "acknowledged"
	Mitigated    IncidentStatus = "mitigated"
	Resolved     IncidentStatus = "resolved"
)

// next lists the legal transitions. Acknowledging twice is no transition;
// resolved goes back only to open, by reopening or by firing again.
func (s IncidentStatus) next() []IncidentStatus {
	switch s {
	case Open:
		return []IncidentStatus{Acknowledged, Mitigated, Resolved}
	case Acknowledged:
		return []IncidentStatus{Open, Mitigated, Resolved}
	case Mitigated:
		return []IncidentStatus{Open, Acknowledged, Resolved}
	case Resolved:
		return []IncidentStatus{Open}
	}
	return nil
}

// Reason says how an incident ended. Only ReasonFixed makes its resolution a
// fix that later incidents may be advised to repeat.
type Reason string

// The reasons.
const (
	ReasonFixed      Reason = "fixed"
	ReasonRecovered  Reason = "recovered"
	ReasonFalseAlarm Reason = "false_alarm"
	ReasonDuplicate  Reason = "duplicate"
)

// Valid reports whether r is one of the reasons.
func (r Reason) Valid() bool {
	return slices.Contains([]Reason{ReasonFixed, ReasonRecovered, ReasonFalseAlarm, ReasonDuplicate}, r)
}

// Incident is one incident, live or historical: the same type, so that what
// fixed tonight's becomes history for the next night without translation.
type Incident struct {
	ID          string            `json:"id"`
	Title       string            `json:"title"`
	Status      IncidentStatus    `json:"status"`
	Severity    Severity          `json:"severity"`
	Service     string            `json:"service"`
	Environment string            `json:"environment,omitempty"`
	ErrorType   string            `json:"error_type"`
	Spike       *float64          `json:"spike_percentage"`
	Symptom     string            `json:"symptom"`
	Source      string            `json:"source"`
	Fingerprint string            `json:"fingerprint"`
	Rule        string            `json:"rule,omitempty"` // of the alert that opened it, such as Alertmanager's alertname
	Labels      map[string]string `json:"labels"`
	RootCause   string            `json:"root_cause"`
	Resolution  string            `json:"resolution"`
	Seed        bool              `json:"seed"`
	StartedAt   time.Time         `json:"started_at"`
	ResolvedAt  *time.Time        `json:"resolved_at"`
	UpdatedAt   time.Time         `json:"updated_at"`

	Historical     bool       `json:"historical,omitempty"` // imported or a seed; never fired here
	Text           string     `json:"text,omitempty"`       // the post-mortem's body, for search
	Reason         Reason     `json:"reason,omitempty"`
	DuplicateOf    string     `json:"duplicate_of,omitempty"`
	AcknowledgedAt *time.Time `json:"acknowledged_at,omitempty"`
	AcknowledgedBy string     `json:"acknowledged_by,omitempty"`
	MitigatedAt    *time.Time `json:"mitigated_at,omitempty"`
	ResolvedBy     string     `json:"resolved_by,omitempty"` // empty where its alerts ended it
	GroupKey       string     `json:"group_key,omitempty"`   // the sender's grouping that opened it
	LastSeriesAt   time.Time  `json:"last_series_at,omitzero"`
	Services       []string   `json:"services,omitempty"`     // where more than one is hit, in order of onset
	Firing         int        `json:"firing"`                 // its series that fire now
	Series         int        `json:"series"`                 // its series in all
	Reopened       int        `json:"reopened,omitempty"`     // times it was taken up again after its end: it fired again, or a person reopened it
	TruncatedBy    int        `json:"truncated_by,omitempty"` // alerts the sender cut from its messages
	Channel        string     `json:"channel,omitempty"`      // where it is announced
	Mention        string     `json:"mention,omitempty"`      // the route's user group, mentioned where critical

	Team      string    `json:"team,omitempty"`      // who owns the service, by the config
	Also      []string  `json:"also,omitempty"`      // more channels, since it got worse
	Quiet     string    `json:"quiet,omitempty"`     // the digest that tells it after quiet hours
	Muted     *Mute     `json:"muted,omitempty"`     // recorded and not announced
	UrgentAt  time.Time `json:"urgent_at,omitzero"`  // since when somebody must take it: open and critical
	Escalated int       `json:"escalated,omitempty"` // steps taken since then
	Paged     []Paged   `json:"paged,omitempty"`     // what went out past Slack

	Measures []Measure `json:"measures,omitempty"` // what the monitoring said when it opened
	Trend    []Sample  `json:"trend,omitempty"`    // the values of the alert that opened it, the latest last

	// What a post-mortem knows and a live incident learns when it resolves.
	Metrics        []Metric  `json:"metrics,omitempty"`
	Narrative      []Moment  `json:"narrative,omitempty"`
	Tried          []Attempt `json:"tried,omitempty"`
	Cost           string    `json:"cost,omitempty"`
	Undo           string    `json:"undo,omitempty"`
	CheckFirst     []string  `json:"check_first,omitempty"`
	FollowUps      []string  `json:"follow_ups,omitempty"`
	TimeToMitigate string    `json:"time_to_mitigate,omitempty"` // such as "18 min"

	Care
	Story
}

// Metric is one measured quantity of a historical incident.
type Metric struct {
	Name     string  `json:"name"`
	Baseline float64 `json:"baseline"`
	Peak     float64 `json:"peak"`
	Unit     string  `json:"unit"`
}

// Moment is one line of a historical incident's timeline, with its time of day
// or its distance from the start, as the post-mortem tells it.
type Moment struct {
	At   string `json:"at"`
	Text string `json:"text"`
}

// Attempt is one thing that people tried, and how it ended.
type Attempt struct {
	Action  string `json:"action"`
	Outcome string `json:"outcome"` // worked, failed, reverted
	Note    string `json:"note,omitempty"`
}

// To moves the incident to status, or says why that is not a legal transition.
func (i *Incident) To(status IncidentStatus) error {
	if i.Historical {
		return Conflictf("%s is history; it has no state to change", i.ID)
	}
	if err := i.Gone(); err != nil {
		return err
	}
	if !slices.Contains(i.Status.next(), status) {
		return Conflictf("%s is %s; it cannot become %s", i.ID, i.Status, status)
	}
	i.Status = status
	return nil
}

// Gone is the conflict of changing an incident whose alerts another one has now,
// nil where they are its own.
func (i *Incident) Gone() error {
	if i.MergedInto == "" {
		return nil
	}
	return Conflictf("%s was merged into %s, which has its alerts now", i.ID, i.MergedInto)
}

// Fix reports whether history has the incident: it is over, people fixed it, and
// they said how. A past incident is history in any case: it is evidence of what
// a problem was even where nobody wrote down what ended it.
func (i *Incident) Fix() bool {
	return i.Status == Resolved && (i.Historical || i.Resolution != "" && i.Reason == ReasonFixed)
}

// touch says that the incident changes now. What is newer must look so to the replicas,
// also where a clock was set back, or another's is ahead.
func (i *Incident) touch(now time.Time) {
	if i.UpdatedAt.After(now) {
		now = i.UpdatedAt.Add(time.Microsecond)
	}
	i.UpdatedAt = now
}

// Live reports whether the incident is neither history nor over.
func (i *Incident) Live() bool { return !i.Historical && i.Status != Resolved }

// Entry is one line of a live incident's timeline.
type Entry struct {
	ID         string    `json:"id"`
	IncidentID string    `json:"incident_id"`
	At         time.Time `json:"at"`
	Kind       string    `json:"kind"` // fired, joined, worse, acknowledged, decided, approved, rejected, undone, outcome, resolved, reopened, all_clear, calm, merged, split, linked, room, note, declared, severity, assigned, mitigated, update
	Actor      string    `json:"actor,omitempty"`
	Text       string    `json:"text"`
}
