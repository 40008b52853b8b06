package bot

import (
	"maps"
	"time"

	"ragoffire/engine"
)

func allStates() map[string]any {
	all := states()
	maps.Copy(all, careStates())
	return all
}

// calm is the incident of firing once its alerts have ended.
func calm() *engine.Detail {
	d := firing()
	d.Firing = 0
	return d
}

// careStates are the messages and dialogs that look after an incident.
func careStates() map[string]any {
	r := testRenderer()
	told := testRenderer()
	told.updates = true
	at := anchor{ID: "INC-2026-0042", Channel: "C0INCIDENT"}
	bob := &engine.Person{ID: "U0BOB", Name: "bob"}
	said := &engine.Said{By: "alice", Text: "payments work again, we keep watching", At: night.Add(20 * time.Minute)}
	incident := func(change func(d *engine.Detail)) *message {
		d := firing()
		change(d)
		return r.incident(d)
	}
	partly := firing().Incident
	partly.Series, partly.Firing = 3, 2
	mitigated := partly
	mitigated.Status = engine.Mitigated
	declared := firing()
	declared.Alerts, declared.Series, declared.Firing, declared.DeclaredBy = nil, 0, 0, "alice"
	declared.Title, declared.Symptom = "checkout is down", "since the deploy nobody can pay\np99 is at 9 s"
	over := func(reason engine.Reason) any { return r.resolveModal(at, &calm().Incident, reason, "x", "y") }
	nudged := func(n engine.Nudge, what string) *message {
		i := firing().Incident
		i.Status, n.What = engine.Acknowledged, what
		i.Nudges = []engine.Nudge{n}
		text := "no update on INC-2026-0042 for 30 min"
		if what == engine.NudgeUnresolved {
			text = "INC-2026-0042 is not over after 24 h"
		}
		return r.reply(&i, &engine.Reply{What: engine.ReplyReminder, To: bob, Text: text, Nudge: what, Count: 1}, false)
	}
	book := &engine.Runbook{
		ID: "RB-database", Title: "When the database is slow", Service: "checkout", Alerts: []string{"HighErrorRate", "SlowQueries"},
		Mitigation: "Throttle connections to 30%", Text: "Look at the slow log.\nThrottle connections to 30%\nThen look for the query.", URL: "https://runbooks.example.com/database",
	}
	foreign := *book
	foreign.URL, foreign.Seed = "https://wiki.example.org/database", true
	return map[string]any{
		"help_all":           r.help("all"),
		"help_one":           r.help("sev"),
		"incident_declared":  r.incident(declared),
		"alert_declared":     r.alert(declared),
		"declared":           r.declared(&declared.Incident, "C0INCIDENT"),
		"declared_elsewhere": r.declared(&declared.Incident, "D0ALICE"),
		"incident_owned": incident(func(d *engine.Detail) {
			d.Status, d.AcknowledgedBy, d.Owner, d.LastUpdate = engine.Acknowledged, "alice", bob, said
		}),
		"incident_owned_open": incident(func(d *engine.Detail) { d.Owner = bob }),
		"notice_worse_said":   r.notice(&firing().Incident, &engine.Notice{What: "worse", From: engine.SeverityMedium, To: engine.SeverityCritical, Actor: "alice"}),
		"notice_reopened":     r.notice(&firing().Incident, &engine.Notice{What: "reopened", Actor: "alice"}),
		"reply_assigned":      r.reply(&firing().Incident, &engine.Reply{What: engine.ReplyAssigned, By: "alice", To: bob}, false),
		"reply_update":        r.reply(&firing().Incident, &engine.Reply{What: engine.ReplyUpdate, By: "alice", Text: said.Text}, false),
		"update_alone":        r.reply(&firing().Incident, &engine.Reply{What: engine.ReplyUpdate, By: "alice", Text: "payments work again\nwe keep watching"}, true),
		"update_broadcast":    r.reply(&firing().Incident, &engine.Reply{What: engine.ReplyUpdate, By: "alice", Text: said.Text, Broadcast: true}, false),

		"reminder_update":     nudged(engine.Nudge{Count: 1, At: night}, engine.NudgeUpdate),
		"reminder_unresolved": nudged(engine.Nudge{Count: 1, At: night}, engine.NudgeUnresolved),
		"reminder_snoozed":    nudged(engine.Nudge{Count: 1, At: night, By: "bob", Until: night.Add(time.Hour)}, engine.NudgeUpdate),
		"reminder_dismissed":  nudged(engine.Nudge{Count: 1, At: night, By: "bob", Off: true}, engine.NudgeUpdate),
		"reminder_old":        nudged(engine.Nudge{Count: 2, At: night}, engine.NudgeUpdate),

		"modal_declare":                  r.declareModal(anchor{Channel: "C0INCIDENT"}),
		"modal_note":                     r.noteModal(at, &firing().Incident),
		"modal_update":                   r.updateModal(at, &firing().Incident),
		"modal_update_again":             told.updateModal(at, &engine.Incident{ID: "INC-2026-0042", Title: "HighErrorRate", Care: engine.Care{LastUpdate: said}}),
		"modal_severity":                 r.severityModal(at, &firing().Incident),
		"modal_severity_unknown":         r.severityModal(at, &engine.Incident{ID: "INC-2026-0042", Title: "HighErrorRate", Severity: engine.SeverityUnknown}),
		"modal_resolve_recovered":        over(engine.ReasonRecovered),
		"modal_resolve_duplicate":        over(engine.ReasonDuplicate),
		"modal_resolve_firing":           r.resolveModal(at, &partly, engine.ReasonFixed, "", ""),
		"modal_resolve_firing_mitigated": r.resolveModal(at, &mitigated, engine.ReasonFixed, "", ""),
		"modal_mitigated":                r.doneModal(at, "Mitigated", "🔵 INC-2026-0042 is marked as mitigated. Resolve it once nothing fires any more."),

		"runbook":         r.runbook(book),
		"runbook_foreign": r.runbook(&foreign),
		"stats_none":      r.stats(&engine.Lately{Days: 7}, &engine.Stats{}),
		"stats": r.stats(&engine.Lately{
			Days: 7, Opened: 12, Declared: 2, BySeverity: map[engine.Severity]int{engine.SeverityCritical: 3, engine.SeverityMedium: 9}, Resolved: 10, Fixed: 4,
			MTTA: 4 * time.Minute, MTTR: 95 * time.Minute, Services: []engine.ServiceCount{{Service: "checkout", N: 5}, {Service: "cart", N: 2}},
			Advised: 9, Silent: 3, Approved: 6, Rejected: 1, Worked: 4, Failed: 1, NotAnswered: 1,
		}, &engine.Stats{
			History: engine.HistoryStats{Incidents: 40, Runbooks: 7, Examples: 10},
			Noise: engine.Noise{Days: 30, Rules: []engine.RuleNoise{
				{Source: "alertmanager", Rule: "DiskFillsUp", Fired: 41, Acknowledged: 3, ActedOn: 1, FalseAlarms: 6, Untouched: 30},
				{Source: "grafana", Rule: "Queue holds jobs", Fired: 12, Acknowledged: 2, Untouched: 10},
				{Source: "alertmanager", Rule: "HighErrorRate", Fired: 4, Acknowledged: 4, ActedOn: 4},
			}},
		}),
		"status": r.status(&state{
			slack: Health{Sockets: 2, Since: night}, heard: []engine.Heard{{Source: "alertmanager", At: night}, {Source: "grafana", At: night.Add(-time.Hour)}},
			counts: map[string]int{"open": 2, "acknowledged": 1, "resolved": 9}, history: engine.HistoryStats{Incidents: 9, Runbooks: 1, Examples: 10},
		}),
		"status_ill": r.status(&state{
			slack: Health{Since: night, Error: "account_inactive"}, store: engine.Invalidf("", "the disk is full"), waiting: 14, oldest: night,
		}),
	}
}

// stuffedCare are those with a text everywhere that text from outside can stand.
func stuffedCare(r *renderer, of *engine.Incident, s string) map[string]any {
	i := *of
	i.DeclaredBy, i.Owner, i.LastUpdate = s, &engine.Person{ID: s, Name: s}, &engine.Said{By: s, Text: s, At: night}
	i.Nudges = []engine.Nudge{{What: engine.NudgeUpdate, Count: 1, By: s, Until: night}}
	i.SeverityBy = s
	at := anchor{ID: i.ID}
	partly := i
	partly.Series, partly.Firing = 3, 2
	book := &engine.Runbook{ID: s, Title: s, Service: s, Alerts: []string{s, s, s}, Mitigation: s, Text: s, URL: s}
	return map[string]any{
		"owned": r.incident(&engine.Detail{Incident: i}), "declared": r.declared(&i, ""), "bare declared": r.alert(&engine.Detail{Incident: i}),
		"assigned": r.reply(&i, &engine.Reply{What: engine.ReplyAssigned, By: s, To: i.Owner}, true),
		"told":     r.reply(&i, &engine.Reply{What: engine.ReplyUpdate, By: s, Text: "x" + s}, true),
		"reminder": r.reply(&i, &engine.Reply{What: engine.ReplyReminder, To: i.Owner, Text: "x" + s, Nudge: engine.NudgeUpdate, Count: 1}, true),
		"runbook":  r.runbook(book), "status": r.status(&state{slack: Health{Error: s}, store: engine.Invalidf("", "%s", s), heard: []engine.Heard{{Source: s, At: night}}}),
		"stats": r.stats(&engine.Lately{Days: 7, Opened: 1, Services: []engine.ServiceCount{{Service: s, N: 1}}},
			&engine.Stats{Noise: engine.Noise{Days: 30, Rules: []engine.RuleNoise{{Source: s, Rule: s, Fired: 1, Untouched: 1}}}}),
		"help":          r.help(s),
		"declare modal": r.declareModal(at), "note modal": r.noteModal(at, &i), "update modal": r.updateModal(at, &i), "severity modal": r.severityModal(at, &i),
		"firing modal": r.resolveModal(at, &partly, engine.ReasonFixed, s, s), "duplicate modal": r.resolveModal(at, &partly, engine.ReasonDuplicate, s, s),
		"done modal": r.doneModal(at, "Mitigated", s+" is done"),
		"reopened":   r.notice(&i, &engine.Notice{What: "reopened", Actor: s}), "worse said": r.notice(&i, &engine.Notice{What: "worse", From: engine.SeverityLow, To: engine.SeverityCritical, Actor: s}),
	}
}
