package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"
)

// AlertStatus is the state of one alerting series as its sender reports it.
type AlertStatus string

// The states of a series.
const (
	Firing            AlertStatus = "firing"
	AlertAcknowledged AlertStatus = "acknowledged" // acknowledged at the sender
	AlertResolved     AlertStatus = "resolved"
)

// Link is one of an alert's own addresses. It comes from outside: it is shown
// as a link only where its host is allowed, else as plain, defanged text.
type Link struct {
	Rel string `json:"rel"` // source, dashboard, panel, runbook, silence, image, logs
	URL string `json:"url"`
}

// Alert is one episode of one alerting series, after a source's parser: the
// series is (Source, Fingerprint), the episode begins at StartedAt. What the
// sender did not say stays nil or empty; it is never guessed.
type Alert struct {
	ID          string            `json:"id"`
	IncidentID  string            `json:"incident_id,omitempty"`
	Source      string            `json:"source"` // the configured source's name, the last part of its webhook's path
	ExternalID  string            `json:"external_id,omitempty"`
	Fingerprint string            `json:"fingerprint"`
	Status      AlertStatus       `json:"status"`
	Severity    Severity          `json:"severity"`
	SeverityRaw string            `json:"severity_raw,omitempty"`
	Name        string            `json:"name,omitempty"` // the rule's name, such as Alertmanager's alertname
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	ErrorType   string            `json:"error_type,omitempty"`
	Service     string            `json:"service,omitempty"`
	Component   string            `json:"component,omitempty"` // instance, pod, host or resource
	Environment string            `json:"environment,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	StartedAt   time.Time         `json:"started_at"`
	EndedAt     *time.Time        `json:"ended_at,omitempty"`
	ReceivedAt  time.Time         `json:"received_at"`

	Value      *float64 `json:"value,omitempty"`
	FirstValue *float64 `json:"first_value,omitempty"` // the value it began with; kept by Ingest
	Values     []Sample `json:"values,omitempty"`      // those it has had, the latest last; kept by Ingest
	Threshold  *float64 `json:"threshold,omitempty"`
	Comparator string   `json:"comparator,omitempty"` // gt, gte, lt, lte, eq
	Unit       string   `json:"unit,omitempty"`
	Spike      *float64 `json:"spike_percentage,omitempty"` // against a baseline; percent over the threshold is not a spike

	Links    []Link `json:"links,omitempty"`
	GroupKey string `json:"group_key,omitempty"` // the sender's own grouping; empty where it groups nothing
	Reason   string `json:"reason,omitempty"`    // why the sender sent it again

	// Kept by Ingest, not by parsers.
	LastSeenAt     time.Time `json:"last_seen_at"`
	Count          int       `json:"count"`                      // deliveries of this episode
	ClosedByPerson bool      `json:"closed_by_person,omitempty"` // its incident was resolved while it fires
	ExpiresAt      time.Time `json:"expires_at,omitzero"`        // when a series ends whose sender doesn't say when
	Joined         string    `json:"joined,omitempty"`           // why it stands in its incident

	// Apart are the incidents that people took its series out of: it does not
	// join them by itself again. Refired is when it fired again within the hour.
	Apart   []string    `json:"apart,omitempty"`
	Refired []time.Time `json:"refired,omitempty"`

	// Held is one that opens no incident yet, since by the config it has not fired
	// often enough; Fired is when it did of late.
	Held  bool        `json:"held,omitempty"`
	Fired []time.Time `json:"fired,omitempty"`

	// Known are the deliveries that its series has been told by of late, where the
	// sender gives no times.
	Known []Known `json:"known,omitempty"`
	key   string  // of the delivery that tells it now
}

// SeriesKey names an alerting series.
type SeriesKey struct{ Source, Fingerprint string }

// Series returns the series the alert belongs to.
func (a *Alert) Series() SeriesKey { return SeriesKey{a.Source, a.Fingerprint} }

// Summary is the alert in one line: its title, else its rule's name, else its type.
func (a *Alert) Summary() string {
	for _, s := range []string{a.Title, a.Name, Words(a.ErrorType)} {
		if s != "" {
			return s
		}
	}
	if said := a.said(); said != "" {
		return clipped(said, longestSummary)
	}
	return "alert from " + a.Source
}

// longestSummary bounds a text that stands in for a title.
const longestSummary = 120

// HashFingerprint is the identity of a series whose sender gives none: its
// error type, service and labels. It is the same for firing and resolved.
func HashFingerprint(errorType, service string, labels map[string]string) string {
	h := sha256.New()
	h.Write([]byte(errorType + "\x00" + service + "\x00"))
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		h.Write([]byte(k + "\x00" + labels[k] + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
