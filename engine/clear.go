package engine

import "time"

// owned reports whether somebody was made the incident's owner, or declared it. Its
// end is theirs to say then: alerts that fall silent propose it and don't decide
// it. To acknowledge is only to have seen it.
func (i *Incident) owned() bool { return i.Owner != nil || i.DeclaredBy != "" }

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
