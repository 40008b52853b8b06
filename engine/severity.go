package engine

import "strings"

// Severity is how bad an alert or incident is, on one scale for all senders.
type Severity string

// The severities, worst first. Unknown is shown with the sender's own word and
// treated as medium: an unfamiliar word must not silently become harmless.
const (
	SeverityCritical Severity = "critical"
	SeverityHigh     Severity = "high"
	SeverityMedium   Severity = "medium"
	SeverityLow      Severity = "low"
	SeverityInfo     Severity = "info"
	SeverityUnknown  Severity = "unknown"
)

var severities = []Severity{SeverityCritical, SeverityHigh, SeverityMedium, SeverityLow, SeverityInfo, SeverityUnknown}

// ParseSeverity maps a sender's word to a Severity. SEV-2 is sev2.
func ParseSeverity(word string) Severity {
	switch strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.TrimSpace(word))) {
	case "critical", "page", "fatal", "disaster", "p0", "p1", "sev0", "crit", "emergency", "emerg":
		return SeverityCritical
	case "high", "error", "err", "major", "p2", "sev1", "availability":
		return SeverityHigh
	case "warning", "warn", "medium", "average", "minor", "p3", "sev2", "performance", "moderate":
		return SeverityMedium
	case "low", "notice", "p4", "sev3":
		return SeverityLow
	case "info", "informational", "p5", "sev4", "none", "debug":
		return SeverityInfo
	}
	return SeverityUnknown
}

// Rank orders severities: higher is worse. Unknown ranks as medium.
func (s Severity) Rank() int {
	switch s {
	case SeverityCritical:
		return 5
	case SeverityHigh:
		return 4
	case SeverityMedium, SeverityUnknown:
		return 3
	case SeverityLow:
		return 2
	case SeverityInfo:
		return 1
	}
	return 0
}

// Worse reports whether s is worse than other.
func (s Severity) Worse(other Severity) bool { return s.Rank() > other.Rank() }
