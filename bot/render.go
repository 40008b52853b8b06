package bot

import (
	"cmp"
	"context"
	"strings"
	"time"

	"ragoffire/engine"
)

// renderer turns values of the engine into messages. Its methods are pure:
// what they need, the time included, they are given.
type renderer struct {
	hosts
	command string // the slash command's root, for examples that can be copied
	// about are the links of an incident's service; nil for none.
	about func(*engine.Incident) []engine.ServiceLink
	// depends are the dependencies of an incident's service that are in trouble;
	// nil for none.
	depends func(context.Context, engine.Reader, *engine.Incident) ([]engine.Dependency, error)
	updates bool // there is a channel of updates
}

// The lengths at which text from outside is cut. They leave room for a full
// message with every part at its longest.
const (
	maxName   = 80   // a service, a person, an id
	maxTitle  = 140  // a title in a line with other facts
	maxLine   = 300  // a line of its own
	maxAction = 1200 // a recommended action, a symptom
)

// example marks a seed wherever its id is shown.
const example = "EXAMPLE, not your systems"

func mark(seed bool) string {
	if seed {
		return example
	}
	return ""
}

// dot is the state at a glance. Colour is never the only sign: the words say
// it, too.
func dot(i *engine.Incident) string {
	switch {
	case i.Historical:
		return "📁"
	case i.Flapping():
		return "🟠"
	case i.Status == engine.Resolved:
		return "🟢"
	case i.Status == engine.Mitigated:
		return "🔵"
	case i.Status == engine.Acknowledged:
		return "🟡"
	}
	return "🔴"
}

// where says what is hit: checkout prod.
func where(i *engine.Incident) string {
	return strings.TrimSpace(i.Service + " " + i.Environment)
}

// headline is an incident in one plain line: where, what.
func headline(i *engine.Incident) string {
	return join(where(i), cmp.Or(i.Title, i.Symptom, engine.Words(i.ErrorType), i.ID))
}

// person shows a name that cannot ping: Slack sees only text in it.
func (r *renderer) person(name string) string {
	name = strings.TrimLeft(name, "@ ")
	if name == "" {
		return "somebody"
	}
	return "@" + r.esc(name, maxName)
}

// mention pings the group of the incident's route, for critical incidents only.
func mention(i *engine.Incident) string {
	if i.Severity != engine.SeverityCritical || i.Muted != nil || !engine.Group.MatchString(i.Mention) {
		return ""
	}
	return "<!subteam^" + i.Mention + ">"
}

// severity is the word: one of ours, whatever the store holds.
func severity(s engine.Severity) string {
	if s.Rank() == 0 {
		return string(engine.SeverityUnknown)
	}
	return string(s)
}

// spread says how much of an incident fires.
func spread(i *engine.Incident) string {
	switch {
	case i.Series > 1 && i.Firing < i.Series && i.Status != engine.Resolved:
		return itoa(i.Firing) + " of " + itoa(i.Series) + " firing"
	case i.Series > 1:
		return count(i.Series, "alert")
	}
	return ""
}

// measure shows a value against its threshold: 12.5 % (limit 5 %).
func (r *renderer) measure(a *engine.Alert) string {
	if a.Value == nil {
		return ""
	}
	unit := ""
	if a.Unit != "" {
		unit = " " + r.esc(a.Unit, 20)
	}
	s := number(*a.Value) + unit
	if a.Threshold != nil {
		s += " (limit " + number(*a.Threshold) + unit + ")"
	}
	return s
}

// team says who owns the service, by the config.
func (r *renderer) team(i *engine.Incident) string {
	if i.Team == "" || i.Historical {
		return ""
	}
	return "owner " + r.esc(i.Team, maxName)
}

// muted says what holds an incident back.
func (r *renderer) muted(i *engine.Incident) string {
	switch {
	case i.Muted == nil || !i.Live():
		return ""
	case i.Muted.Silence == "":
		return "🔕 maintenance until " + clock(i.Muted.Until)
	}
	return "🔕 silenced by " + r.person(i.Muted.By) + " until " + clock(i.Muted.Until)
}

// owner says who has an incident.
func (r *renderer) owner(i *engine.Incident) string {
	switch {
	case i.Historical || i.Status == engine.Resolved:
		return ""
	case i.Owner != nil:
		return r.owned(i)
	case i.AcknowledgedBy != "":
		return r.person(i.AcknowledgedBy) + " has it"
	case i.Status == engine.Open:
		return "nobody has it"
	}
	return ""
}

// ending says how an incident ended.
func (r *renderer) ending(i *engine.Incident) string {
	if i.Status != engine.Resolved {
		return ""
	}
	var parts []string
	if i.ResolvedAt != nil && i.ResolvedAt.After(i.StartedAt) {
		parts = append(parts, "after "+span(i.StartedAt, *i.ResolvedAt))
	}
	if i.ResolvedBy != "" {
		parts = append(parts, "closed by "+r.person(i.ResolvedBy))
	}
	switch i.Reason {
	case engine.ReasonRecovered:
		parts = append(parts, "recovered by itself")
	case engine.ReasonFalseAlarm:
		parts = append(parts, "false alarm")
	case engine.ReasonDuplicate:
		if i.MergedInto != "" {
			parts = append(parts, r.merged(i)+", its alerts go there")
			break
		}
		parts = append(parts, "duplicate of "+r.esc(i.DuplicateOf, maxName))
	}
	if i.Resolution != "" && (i.Historical || i.Reason == engine.ReasonFixed || i.Reason == "") {
		parts = append(parts, "fix: "+r.esc(i.Resolution, maxLine))
	}
	if !i.Historical && i.Firing > 0 {
		parts = append(parts, itoa(i.Firing)+" still firing")
	}
	if !i.Historical && i.Fix() {
		parts = append(parts, "now part of history")
	}
	return join(parts...)
}

// merged says where an incident's alerts are now.
func (r *renderer) merged(i *engine.Incident) string {
	return "merged into `" + r.esc(i.MergedInto, maxName) + "`"
}

// since says when something began.
func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return "since " + clock(t)
}
