package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// incident is the one message of an incident in its channel. It says nothing
// that grows old by itself, such as "4 min": it is edited when something
// changes, and only then.
func (r *renderer) incident(d *engine.Detail) *message {
	i := &d.Incident
	m := &message{text: dot(i) + " " + r.notify(headline(i), 200) + " · " + severity(i.Severity)}
	m.add(
		header(dot(i)+" "+r.plain(headline(i), limitHeader-8)),
		section(r.facts(d), r.services(i), r.relations(i), r.dependsOn(d), r.pointers(d), r.looksLike(d), r.lastUpdate(i)),
		incidentButtons(i),
	)
	return m.fit()
}

func (r *renderer) facts(d *engine.Detail) string {
	i := &d.Incident
	if i.Status == engine.Resolved && i.Flapping() {
		return join(r.flapping(i), severity(i.Severity), spread(i))
	}
	if i.Status == engine.Resolved {
		return join("*resolved*", severity(i.Severity), spread(i), r.ending(i))
	}
	return join(r.flapping(i), "*"+severity(i.Severity)+"*", r.size(d), since(i.StartedAt), spread(i), cleared(i), r.team(i), r.declaredBy(i), r.owner(i), r.muted(i), mention(i))
}

// size says how large the trouble is, by the best that is known of it.
func (r *renderer) size(d *engine.Detail) string {
	if a := worst(d.Alerts); a != nil {
		return r.measure(a)
	}
	if m := measureOf(&d.Incident); m != nil {
		return join(r.quantity(m.Value, m.Unit), spikeOf(m))
	}
	if d.Spike != nil && d.ClearedAt == nil {
		return change(*d.Spike)
	}
	return ""
}

// worst is the alert whose value stands for the incident: firing, the most
// severe, the earliest.
func worst(alerts []engine.Alert) *engine.Alert {
	var found *engine.Alert
	for n := range alerts {
		a := &alerts[n]
		if a.Value == nil || a.Status == engine.AlertResolved {
			continue
		}
		if found == nil || a.Severity.Worse(found.Severity) {
			found = a
		}
	}
	return found
}

// services tells the order of onset where more than one service is hit.
func (r *renderer) services(i *engine.Incident) string {
	if len(i.Services) < 2 {
		return ""
	}
	const shown = 8
	var names []string
	for _, s := range i.Services[1:min(len(i.Services), shown)] {
		names = append(names, r.esc(s, maxName))
	}
	line := "first: " + r.esc(i.Services[0], maxName) + ", then " + strings.Join(names, ", ")
	if more := len(i.Services) - shown; more > 0 {
		line += " and " + itoa(more) + " more"
	}
	return line
}

// pointers are the allowed links of the alerts, one of each kind, and the id.
func (r *renderer) pointers(d *engine.Detail) string {
	var parts []string
	seen := map[string]bool{}
	if r.about != nil {
		for _, l := range r.about(&d.Incident) {
			if link := r.trusted(l.URL, l.Name); link != "" && len(parts) < 5 {
				seen[strings.ToLower(l.Name)] = true
				parts = append(parts, link)
			}
		}
	}
	for _, a := range d.Alerts[:min(len(d.Alerts), 20)] {
		for _, l := range a.Links[:min(len(a.Links), 10)] {
			if seen[l.Rel] || len(parts) == 5 {
				continue
			}
			if link := r.link(l.URL, title(cmp.Or(l.Rel, "link"))); link != "" {
				seen[l.Rel] = true
				parts = append(parts, link)
			}
		}
	}
	if d.TruncatedBy > 0 {
		parts = append(parts, "the sender left out "+itoa(d.TruncatedBy)+" more")
	}
	if d.Reopened > 0 {
		parts = append(parts, "reopened "+times(d.Reopened))
	}
	return join(append(parts, "`"+r.esc(d.ID, maxName)+"`")...)
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return itoa(n) + " times"
}

// title begins a word with a capital.
func title(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}

// looksLike points at the advice in the thread.
func (r *renderer) looksLike(d *engine.Detail) string {
	if d.Status == engine.Resolved {
		return ""
	}
	last := latest(d.Decisions)
	switch {
	case last == nil:
		return ""
	case last.Match() == "" && len(last.Onset) > 0:
		first := last.Onset[0]
		return join(count(last.Stormed(), "service")+" fire at once; "+r.esc(first.Service, maxName)+" was first", "start at `"+r.esc(first.IncidentID, maxName)+"`")
	case last.Match() == "":
		return "⚪ No confident match; the nearest are in the thread"
	}
	word := cmp.Or(last.Confidence.Word, percent(last.ConfidenceScore))
	line := "Looks like " + r.esc(last.Match(), maxName) + " (" + r.esc(word, 20) + "); "
	v := standing(last)
	switch {
	case last.Outcome != nil && last.Outcome.Outcome != engine.NotTried:
		line += r.esc(last.Outcome.Outcome.Words(), 40) + ", says " + r.person(last.Outcome.Actor)
	case v != nil:
		line += verdictWord(v.Verdict) + " by " + r.person(v.Actor)
	case last.Outdated == "":
		line += "advice in the thread"
	}
	if last.Outdated != "" {
		line = strings.TrimSuffix(line, "; ") + "; " + r.esc(last.Outdated, maxTitle)
	}
	return join(line, mark(last.Example))
}

func latest(decisions []engine.Decision) *engine.Decision {
	if len(decisions) == 0 {
		return nil
	}
	last := slices.MaxFunc(decisions, func(a, b engine.Decision) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return &last
}

// incidentButtons offers what the state allows: resolving comes after somebody
// has taken it.
func incidentButtons(i *engine.Incident) slack.Block {
	details := button(actionDetails, i.ID, "Details")
	switch i.Status {
	case engine.Open:
		return buttons(primary(button(actionAck, i.ID, "Acknowledge")), details)
	case engine.Acknowledged, engine.Mitigated:
		return buttons(primary(button(actionResolve, i.ID, "Resolve")), details)
	case engine.Resolved:
		if i.ResolvedBy == "" && !i.Historical {
			// Its alerts ended it; what fixed it is worth knowing all the same.
			return buttons(button(actionResolve, i.ID, "What fixed it?"), details)
		}
	}
	return buttons(details)
}
