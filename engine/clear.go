package engine

import "time"

// owned reports whether somebody has made the incident theirs. Its end is theirs
// to say then: alerts that fall silent propose it and don't decide it.
func (i *Incident) owned() bool { return i.taker() != nil || i.DeclaredBy != "" }

// end is what it means for a live incident that nothing of it fires any more: an
// owned one is proposed for closing, any other is over.
func (i *Incident) end(at time.Time) (text string) {
	if i.owned() {
		i.ClearedAt = &at
		return "all alerts ended; closing it is left to people"
	}
	i.Status, i.ResolvedAt, i.Reason = Resolved, &at, ReasonRecovered
	return "all alerts ended"
}

// clearNotice says that nothing of it fires any more.
func (i *Incident) clearNotice(at time.Time) *Notice {
	return &Notice{What: "all_clear", After: Span(max(0, at.Sub(i.StartedAt)))}
}
