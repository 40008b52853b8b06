package engine

import (
	"encoding/json"
	"time"
)

// DecisionStatus is where a decision stands with people.
type DecisionStatus string

// The states of a decision.
const (
	Proposed DecisionStatus = "proposed"
	Approved DecisionStatus = "approved"
	Rejected DecisionStatus = "rejected"
)

// Decision is an answer to "what is this, and what worked": the past incident
// or runbook it resembles, the mitigation, how sure we are and why. It is a
// proposal; people decide.
type Decision struct {
	ID                string         `json:"id"`
	MatchedIncident   *string        `json:"matched_incident"`
	MatchedRunbook    *string        `json:"matched_runbook"`
	Symptom           string         `json:"symptom"`
	RecommendedAction *string        `json:"recommended_action"`
	ConfidenceScore   float64        `json:"confidence_score"`
	LatencyMS         float64        `json:"latency_ms"`
	Status            DecisionStatus `json:"status"`
	Abstained         bool           `json:"abstained"`
	Example           bool           `json:"example"`
	Confidence        Confidence     `json:"confidence"`
	Fix               *FixRecord     `json:"fix"`
	Evidence          []Evidence     `json:"evidence"`
	Generator         string         `json:"generator"`
	IncidentID        *string        `json:"incident_id"`
	CreatedAt         time.Time      `json:"created_at"`
	Reviews           []Review       `json:"reviews"`
	Outcome           *Outcome       `json:"outcome"` // null until somebody told

	// RightIncident is the past incident that this was, as people said when they
	// closed it as a duplicate.
	RightIncident string `json:"right_incident,omitempty"`

	// Changes are those on the same service in the hour before, the nearest first:
	// the first thing to look at.
	Changes []Change `json:"changes,omitempty"`
	// Onset is set where many services fire at once: which was first.
	Onset []Onset `json:"onset,omitempty"`
	// OnsetServices is how many services they are, where Onset has the first only.
	OnsetServices int `json:"onset_services,omitempty"`
	// Basis is what the incident was when this was decided.
	Basis *Basis `json:"basis,omitempty"`
	// Outdated says why newer facts have overtaken this decision; SupersededBy is
	// the one that answers them, and Follows the one that this answers after.
	Outdated     string `json:"outdated,omitempty"`
	SupersededBy string `json:"superseded_by,omitempty"`
	Follows      string `json:"follows,omitempty"`

	// Words are a model's explanation, where there is one. WordedFor is a hash of
	// the evidence that it was asked about, whether or not words came of it.
	Words     *Wording `json:"words,omitempty"`
	WordedFor string   `json:"worded_for,omitempty"`

	Question Question `json:"question"`
	// Then is the matched incident's own spike, shown beside tonight's.
	Then *float64 `json:"then_spike_percentage,omitempty"`

	thenSymptom string // the matched incident's own; only while deciding
}

// Header is the title a decision goes by in chat and on the terminal.
func (d *Decision) Header() string {
	switch {
	case d.MatchedIncident != nil:
		return "Incident Decision: " + *d.MatchedIncident
	case d.MatchedRunbook != nil:
		return "Incident Decision: " + *d.MatchedRunbook
	case len(d.Onset) > 0:
		return "Many services at once: " + d.Onset[0].Service + " was first"
	}
	return "No confident match"
}

// Match returns the id of the matched incident or runbook, or "".
func (d *Decision) Match() string {
	switch {
	case d.MatchedIncident != nil:
		return *d.MatchedIncident
	case d.MatchedRunbook != nil:
		return *d.MatchedRunbook
	}
	return ""
}

// matched is what Match names.
func (d *Decision) matched() docKey {
	if d.MatchedRunbook != nil {
		return docKey{KindRunbook, *d.MatchedRunbook}
	}
	return docKey{KindIncident, d.Match()}
}

// Open reports whether the advice waits for people to say yes or no: nobody has,
// nobody told what came of it, and no newer facts have overtaken it.
func (d *Decision) Open() bool {
	told := d.Outcome != nil && d.Outcome.Outcome != NotTried
	return d.Status == Proposed && !d.Abstained && !told && !d.isOvertaken()
}

// isOvertaken reports whether newer facts or newer advice have taken its place.
func (d *Decision) isOvertaken() bool { return d.Outdated != "" || d.SupersededBy != "" }

// Unanswered reports whether approved advice has no outcome yet.
func (d *Decision) Unanswered() bool { return d.Status == Approved && d.Outcome == nil }

// Confidence says how sure we are that this is the same problem, and on what
// base. It is computed by us, never taken from a model.
type Confidence struct {
	Score      float64  `json:"score"`
	Raw        float64  `json:"raw"`
	Calibrated bool     `json:"calibrated"`
	Outcomes   int      `json:"outcomes"` // verdicts and outcomes behind the calibration
	Word       string   `json:"word,omitempty"`
	Guessed    bool     `json:"type_guessed,omitempty"` // the error type was guessed from the alert's words
	Reasons    []string `json:"reasons"`
	Base       string   `json:"base"` // what the number rests on
}

// Onset is when a service's trouble began, in a storm of several.
type Onset struct {
	Service    string    `json:"service"`
	IncidentID string    `json:"incident_id"`
	Title      string    `json:"title"`
	At         time.Time `json:"at"`
}

// Basis is the state of an incident that a decision was made on.
type Basis struct {
	Series   int      `json:"series"`
	Severity Severity `json:"severity"`
	Measured bool     `json:"measured,omitempty"` // the monitoring's numbers were known
}

// FixRecord is what history says of the recommended fix itself. It is never
// folded into the confidence.
type FixRecord struct {
	Tried      int      `json:"tried"`
	Worked     int      `json:"worked"`
	Cost       string   `json:"cost,omitempty"`
	Undo       string   `json:"undo,omitempty"`
	CheckFirst []string `json:"check_first,omitempty"`
	Took       string   `json:"took,omitempty"` // time to mitigate then
	// Then is what was set where it was done, such as "pool 200 → 60 on checkout".
	// Warnings say what of it may not hold here.
	Then     string   `json:"then,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	// Trials are the times it was tried, the latest first.
	Trials []Trial `json:"trials,omitempty"`
}

// Trial is one time that a fix was tried.
type Trial struct {
	ID      string `json:"id"` // the incident
	Outcome Result `json:"outcome"`
	Took    string `json:"took,omitempty"`
	Note    string `json:"note,omitempty"`
}

// Evidence is one past incident or runbook that a decision cites.
type Evidence struct {
	Kind       string   `json:"kind"` // incident or runbook
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Service    string   `json:"service,omitempty"`
	Score      float64  `json:"score"`
	Resolution string   `json:"resolution"`
	Outcome    string   `json:"outcome"` // resolved, or what history says against it: failed, reverted, rejected; empty for a runbook
	Stance     Stance   `json:"stance,omitempty"`
	Why        []string `json:"why"`
	Matched    []string `json:"matched,omitempty"` // the question's words that it has
	Example    bool     `json:"example,omitempty"`
}

// Stance says whether evidence speaks for the recommendation or against it. What
// is only near says neither.
type Stance string

// The stances.
const (
	For     Stance = "for"
	Against Stance = "against"
)

// The kinds of evidence.
const (
	KindIncident = "incident"
	KindRunbook  = "runbook"
	KindDecision = "decision" // an earlier decision, as a witness
)

// Question is what a decision answers: an alert's facts, or what a person
// typed. ErrorType is only ever a given one (field, label, key=value or the
// config's rule); one guessed from words is the decision's business.
type Question struct {
	ErrorType   string            `json:"error_type,omitempty"`
	Spike       *float64          `json:"spike_percentage,omitempty"`
	Service     string            `json:"service,omitempty"`
	Environment string            `json:"environment,omitempty"`
	Text        string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Runbook     string            `json:"runbook_url,omitempty"` // the runbook that the alert itself names
	Asked       *Asked            `json:"asked,omitempty"`
}

// Asked says who asked in chat and where the answer goes.
type Asked struct {
	By      string `json:"by"`
	User    string `json:"user,omitempty"` // chat's own id of who asked
	Channel string `json:"channel"`
	Thread  string `json:"thread,omitempty"` // the parent message's timestamp
	Request string `json:"request"`          // one answer per request
}

// MarshalJSON keeps the contract's lists as lists: never null.
func (d Decision) MarshalJSON() ([]byte, error) {
	type plain Decision
	p := plain(d)
	if p.Reviews == nil {
		p.Reviews = []Review{}
	}
	if p.Evidence == nil {
		p.Evidence = []Evidence{}
	}
	if p.Confidence.Reasons == nil {
		p.Confidence.Reasons = []string{}
	}
	return json.Marshal(p)
}
