package bot

import (
	"regexp"
	"strings"

	"ragoffire/engine"
)

// channelID is a Slack channel's id; nothing else is ever pointed at.
var channelID = regexp.MustCompile(`^[CG][A-Z0-9]{2,20}$`)

// flapping says how an incident's alerts come and go. It is edited with each of
// them, so it may say how often and for how long.
func (r *renderer) flapping(i *engine.Incident) string {
	if !i.Flapping() {
		return ""
	}
	now := "quiet now"
	if i.Firing > 0 {
		now = "fires now"
	}
	since := ""
	if i.FlappingSince != nil && i.FlappedAt != nil {
		since = " in " + span(*i.FlappingSince, *i.FlappedAt)
	}
	return join("*flapping*", "fired again "+times(i.Flaps)+since, now)
}

// cleared says that nothing of it fires any more, where closing is left to people.
func cleared(i *engine.Incident) string {
	if !i.Clear() {
		return ""
	}
	return "all clear since " + clock(*i.ClearedAt)
}

// relations say what an incident has to do with others, and where it is worked on.
func (r *renderer) relations(i *engine.Incident) string {
	list := func(what string, ids []string) string {
		if len(ids) == 0 {
			return ""
		}
		var names []string
		for _, id := range ids[:min(len(ids), 5)] {
			names = append(names, "`"+r.esc(id, maxName)+"`")
		}
		line := what + " " + strings.Join(names, ", ")
		if more := len(ids) - 5; more > 0 {
			line += " and " + itoa(more) + " more"
		}
		return line
	}
	one := func(id string) []string {
		if id == "" {
			return nil
		}
		return []string{id}
	}
	room := ""
	if channelID.MatchString(i.Room) && !i.RoomClosed {
		room = "worked on in <#" + i.Room + ">"
	}
	return join(
		room, list("with the alerts of", i.Merged), list("taken out of", one(i.SplitFrom)), list("related to", i.Linked),
	)
}

// dependsOn names what an incident's service needs and is in trouble itself.
func (r *renderer) dependsOn(d *engine.Detail) string {
	var parts []string
	for n := range d.DependsOn {
		p := &d.DependsOn[n]
		state := dot(&engine.Incident{Status: p.Status})
		words := join(state+" `"+r.esc(p.IncidentID, maxName)+"` "+string(p.Status), severity(p.Severity))
		parts = append(parts, "*"+r.bold(p.Service, maxName)+"* ("+words+")")
	}
	if len(parts) == 0 {
		return ""
	}
	return "depends on " + strings.Join(parts, ", ")
}

// timelineShown is how much of a timeline is told on demand.
const timelineShown = 60

// timeline tells all that happened in an incident to the one who asks.
func (r *renderer) timeline(d *engine.Detail) *message {
	m := &message{text: "Timeline of " + r.notify(d.ID, maxName)}
	began := since(d.StartedAt)
	if d.Historical {
		began = day(d.StartedAt)
	}
	m.add(section(join("*"+r.bold(d.ID, maxName)+"*", r.esc(headline(&d.Incident), maxTitle), began)))
	if len(d.Timeline) == 0 {
		told := make([]string, 0, len(d.Narrative))
		for _, e := range d.Narrative[:min(len(d.Narrative), timelineShown)] {
			told = append(told, join(r.esc(e.At, 40), r.esc(e.Text, maxTitle)))
		}
		if len(told) == 0 {
			told = []string{"Nothing is written down."}
		}
		m.add(section(told...))
		return m.fit()
	}
	const inOne = 12 // lines of a section: at their longest they fit
	lines := r.timelineLines(d.Timeline, timelineShown)
	for len(lines) > 0 {
		n := min(len(lines), inOne)
		m.add(section(lines[:n]...))
		lines = lines[n:]
	}
	m.add(footnote("A pin or the timeline's emoji on a message of the thread adds it here."))
	return m.fit()
}

// episodes are the latest of each series: what flaps is told once.
func episodes(alerts []engine.Alert) []engine.Alert {
	at := map[engine.SeriesKey]int{}
	var list []engine.Alert
	for _, a := range alerts {
		n, seen := at[a.Series()]
		switch {
		case !seen || a.Fingerprint == "":
			at[a.Series()] = len(list)
			list = append(list, a)
		case a.StartedAt.After(list[n].StartedAt):
			list[n] = a
		}
	}
	return list
}
