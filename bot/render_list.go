package bot

import (
	"strings"

	"ragoffire/engine"
)

// shownIncidents is how many a list tells: what one screen holds.
const shownIncidents = 12

// list shows the live incidents to the one who asks.
func (r *renderer) list(asked string, live []engine.Incident, more bool) *message {
	if len(live) == 0 && asked != "" {
		m := &message{text: "No such incident"}
		m.add(section("No incident is like “" + r.esc(asked, maxTitle) + "”. " + r.exampleOf(verbList) + " shows all that live."))
		return m.fit()
	}
	if len(live) == 0 {
		m := &message{text: "No live incidents"}
		m.add(section("🟢 No live incidents."))
		return m.fit()
	}
	what := "live incident"
	if asked != "" {
		what = "incident"
	}
	m := &message{text: count(len(live), what)}
	var lines []string
	for n := range live[:min(len(live), shownIncidents)] {
		i := &live[n]
		lines = append(lines, join(
			dot(i)+" `"+r.esc(i.ID, maxName)+"`", r.esc(headline(i), maxTitle), severity(i.Severity), since(i.StartedAt), spread(i), r.owner(i),
		))
	}
	m.add(section(lines...))
	if more || len(live) > shownIncidents {
		m.add(footnote("and more; the newest are shown"))
	}
	m.add(footnote("`" + r.command + " show ID` tells more"))
	return m.fit()
}

// shownEntries is how much of a timeline is told.
const shownEntries = 10

// show tells an incident, live or past, to the one who asks.
func (r *renderer) show(d *engine.Detail) *message {
	i := &d.Incident
	if i.Historical {
		return r.past(i)
	}
	m := &message{text: r.notify(i.ID+" "+headline(i), 200)}
	m.add(
		header(dot(i)+" "+r.plain(headline(i), limitHeader-8)),
		// Nothing that only one person sees pings the rest.
		section(strings.TrimSuffix(r.facts(d), " · "+mention(i)), r.services(i), r.relations(i), r.dependsOn(d), r.pointers(d), r.looksLike(d)),
	)
	if i.Symptom != "" && i.Symptom != i.Title {
		m.add(fact("Symptom", r.esc(i.Symptom, maxAction)))
	}
	m.add(fact("Timeline", strings.Join(r.timelineLines(d.Timeline, shownEntries), "\n")))
	switch i.Status {
	case engine.Open:
		m.add(buttons(primary(button(actionAck, i.ID, "Acknowledge"))))
	case engine.Acknowledged, engine.Mitigated:
		m.add(buttons(primary(button(actionResolve, i.ID, "Resolve"))))
	}
	return m.fit()
}

// past tells a historical incident: what it was and what fixed it.
func (r *renderer) past(i *engine.Incident) *message {
	m := &message{text: r.notify(i.ID+" "+i.Title, 200)}
	m.add(
		header(r.plain(i.ID, limitHeader)),
		section(join("*"+r.bold(i.ID, maxName)+"*", r.esc(i.Title, maxTitle), mark(i.Seed)),
			join("history", severity(i.Severity), r.esc(i.Service, maxName), day(i.StartedAt))),
		fact("Symptom", r.esc(i.Symptom, maxAction)),
		fact("What fixed it", r.esc(i.Resolution, maxAction)),
		fact("Why it broke", r.esc(i.RootCause, maxAction)),
	)
	return m.fit()
}

// shownSimilar is how many search results are told.
const shownSimilar = 8

// shownScore is what all but the best must have to be told.
const shownScore = 0.25

// similar lists what a search found to the one who asks, with the words that
// were found.
func (r *renderer) similar(text string, found []engine.SearchResult) *message {
	if len(found) == 0 {
		return r.note("Nothing in history is like \"" + cut(flat(text), 100, nil) + "\".")
	}
	m := &message{text: "Similar: " + r.notify(found[0].ID, maxName)}
	for n := range found[:min(len(found), shownSimilar)] {
		f := &found[n]
		if n > 0 && f.Score < shownScore {
			break // a common word or two; the best comes first
		}
		kind, did, words := "", "", ""
		if f.Kind == engine.KindRunbook {
			kind = "runbook"
		}
		if f.Resolution != "" {
			did = "fix: " + r.esc(f.Resolution, maxTitle)
		}
		if len(f.Matched) > 0 {
			words = "words: " + r.esc(strings.Join(f.Matched[:min(len(f.Matched), 6)], ", "), maxTitle)
		}
		m.add(section(
			join("*"+r.bold(f.ID, maxName)+"*", percent(f.Score), r.esc(f.Title, maxTitle), mark(f.Example)),
			join(kind, r.esc(f.Service, maxName), words),
			did,
		))
	}
	m.add(footnote("`" + r.command + " show ID` tells more"))
	return m.fit()
}
