package engine

import "time"

// Runbook is a team's written procedure for a kind of alert. It is evidence
// beside incidents: where it is the best evidence, its mitigation is recommended.
type Runbook struct {
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Alerts     []string  `json:"alerts,omitempty"` // names of the alerts it is for
	ErrorType  string    `json:"error_type,omitempty"`
	Service    string    `json:"service,omitempty"`
	Text       string    `json:"text"`
	Mitigation string    `json:"mitigation,omitempty"`
	URL        string    `json:"url,omitempty"`
	Seed       bool      `json:"seed,omitempty"`
	UpdatedAt  time.Time `json:"updated_at"`
}
