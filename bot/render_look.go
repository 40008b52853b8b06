package bot

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"ragoffire/engine"
)

// runbook shows a runbook: what to do first, then the rest of its text.
func (r *renderer) runbook(b *engine.Runbook) *message {
	m := &message{text: "Runbook " + r.notify(b.ID, maxName)}
	text := strings.TrimSpace(b.Text)
	if b.Mitigation != "" {
		text = strings.TrimSpace(strings.Replace(text, b.Mitigation, "", 1))
	}
	m.add(
		header(r.plain(b.Title, limitHeader)),
		section(join("`"+r.esc(b.ID, maxName)+"`", mark(b.Seed), r.esc(b.Service, maxName), r.forAlerts(b), r.link(b.URL, "Open"))),
		fact("What to do", r.escLines(b.Mitigation, maxAction)),
		section(r.headings(r.escLines(text, maxAction))),
	)
	if b.URL != "" && r.allow(b.URL) == nil {
		m.add(footnote("at " + r.esc(b.URL, 200)))
	}
	return m.fit()
}

// heading is one of Markdown's, alone on its line.
var heading = regexp.MustCompile(`(?m)^#{1,6} +([^*\n]*?[^*\s#])[ #]*$`)

// headings are bold where Slack would show their marks.
func (r *renderer) headings(text string) string { return heading.ReplaceAllString(text, "*$1*") }

func (r *renderer) forAlerts(b *engine.Runbook) string {
	if len(b.Alerts) == 0 {
		return ""
	}
	return "for " + r.names(b.Alerts)
}

// stats shows the figures of the last days, and what the confidence rests on.
func (r *renderer) stats(l *engine.Lately, s *engine.Stats) *message {
	m := &message{text: fmt.Sprintf("The last %d days", l.Days)}
	m.add(header(fmt.Sprintf("The last %d days", l.Days)))
	if l.Opened+l.Advised+l.Silent == 0 {
		m.add(section("No incidents, and no advice was asked for."))
		return m.fit()
	}
	var bad []string
	for _, sev := range []engine.Severity{engine.SeverityCritical, engine.SeverityHigh, engine.SeverityMedium, engine.SeverityLow, engine.SeverityInfo, engine.SeverityUnknown} {
		if n := l.BySeverity[sev]; n > 0 {
			bad = append(bad, itoa(n)+" "+string(sev))
		}
	}
	declared, fixed := "", ""
	if l.Declared > 0 {
		declared = itoa(l.Declared) + " declared by people"
	}
	if l.Resolved > 0 {
		fixed = itoa(l.Resolved) + " resolved, " + itoa(l.Fixed) + " with what fixed it"
	}
	var often []string
	for _, c := range l.Services {
		often = append(often, r.esc(c.Service, maxName)+" "+itoa(c.N))
	}
	m.add(fact("Incidents", join(count(l.Opened, "incident"), strings.Join(bad, ", "), declared), fixed,
		join(took("acknowledged after", l.MTTA), took("over after", l.MTTR)), strings.Join(often, ", ")))
	m.add(fact("Advice", join(itoa(l.Advised)+" given", itoa(l.Silent)+" times no confident match"),
		join(itoa(l.Approved)+" approved", itoa(l.Rejected)+" rejected"),
		join(itoa(l.Worked)+" worked", itoa(l.Failed)+" failed or taken back", itoa(l.NotAnswered)+" not answered")))
	m.add(r.noise(&s.Noise))
	m.add(footnote(join(count(s.History.Incidents, "past incident")+" and "+count(s.History.Runbooks, "runbook")+" to learn from", "examples count nowhere")))
	return m.fit()
}

func took(what string, d time.Duration) string {
	if d == 0 {
		return ""
	}
	return what + " " + engine.Span(d) + " on average"
}

// status tells how rof itself is, one line each.
func (r *renderer) status(s *state) *message {
	m := &message{text: "How rof is doing"}
	slack := "🔴 Slack: no connection"
	if s.slack.Error != "" {
		slack += " · " + r.esc(s.slack.Error, maxTitle)
	}
	if s.slack.Sockets > 0 {
		slack = "🟢 Slack: " + itoa(s.slack.Sockets) + " of 2 connections, " + since(s.slack.Since)
	}
	store := "🟢 Store: takes alerts in"
	if s.store != nil {
		store = "🔴 Store: " + r.esc(words(s.store, "status"), maxTitle)
	}
	heard := "⚪ Alerts: none of late"
	if len(s.heard) > 0 {
		var list []string
		for _, h := range s.heard[:min(len(s.heard), 6)] {
			list = append(list, r.esc(h.Source, maxName)+" "+clock(h.At))
		}
		heard = "🟢 Alerts: last from " + strings.Join(list, ", ")
	}
	var live []string
	for _, status := range []engine.IncidentStatus{engine.Open, engine.Acknowledged, engine.Mitigated} {
		if n := s.counts[string(status)]; n > 0 {
			live = append(live, itoa(n)+" "+string(status))
		}
	}
	incidents := "🟢 Incidents: none is live"
	if len(live) > 0 {
		incidents = "🔴 Incidents: " + strings.Join(live, ", ")
	}
	posts := "🟢 Messages: all sent"
	if s.waiting > 0 {
		posts = "🟡 Messages: " + itoa(s.waiting) + " wait, the first " + since(s.oldest)
	}
	history := count(s.history.Incidents, "past incident") + ", " + count(s.history.Runbooks, "runbook")
	if s.history.Examples > 0 {
		history += " and " + count(s.history.Examples, "example")
	}
	m.add(section(slack, store, heard, incidents, posts), footnote("History: "+history))
	return m.fit()
}
