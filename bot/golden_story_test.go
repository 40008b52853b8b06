package bot

import (
	"testing"
	"time"

	"ragoffire/engine"
)

// storyStates are the messages that tell an incident's story, by the name of
// their golden file.
func storyStates() map[string]any {
	r := testRenderer()
	later := func(m int) time.Time { return night.Add(time.Duration(m) * time.Minute) }
	incident := func(change func(d *engine.Detail)) *engine.Detail {
		d := firing()
		change(d)
		return d
	}
	notice := func(n engine.Notice, change func(i *engine.Incident)) *message {
		i := firing().Incident
		change(&i)
		return r.notice(&i, &n)
	}
	taken := func(i *engine.Incident) { i.Status, i.AcknowledgedBy, i.SinceAck = engine.Acknowledged, "oncall", 3 }
	clear := func(i *engine.Incident) {
		taken(i)
		i.Owner = &engine.Person{ID: "U0ONCALL", Name: "oncall"}
		i.Firing, i.ClearedAt = 0, new(later(23))
	}
	flaps := func(i *engine.Incident) { i.FlappingSince, i.FlappedAt, i.Flaps = &night, new(later(42)), 5 }
	over := func(i *engine.Incident) { i.Status, i.ResolvedAt, i.Firing = engine.Resolved, new(later(42)), 0 }
	merged := func(i *engine.Incident) {
		over(i)
		i.Reason, i.ResolvedBy, i.DuplicateOf, i.MergedInto = engine.ReasonDuplicate, "oncall", "INC-2026-0041", "INC-2026-0041"
	}
	grown := incident(func(d *engine.Detail) {
		d.Series, d.Firing = 7, 7
		for n, why := range []string{"same service and environment, 2 min after the one before", "same group at alertmanager", "merged from INC-2026-0043", "same group at alertmanager", "same group at alertmanager", "same group at alertmanager"} {
			d.Alerts = append(d.Alerts, engine.Alert{
				Source: "alertmanager", Fingerprint: "f00" + itoa(n), Title: "Disk is full", Component: "db-" + itoa(n), ReceivedAt: later(n + 2), Joined: why, Status: engine.Firing,
			})
		}
	})
	lived := incident(func(d *engine.Detail) {
		taken(&d.Incident)
		d.Linked, d.Room = []string{"INC-2026-0040"}, "C0ROOM"
		dec := answered()
		dec.Reviews = []engine.Review{{Verdict: engine.Approve, Actor: "oncall", At: later(5)}}
		dec.Outcome, dec.Status = &engine.Outcome{Outcome: engine.Failed, Actor: "oncall", Note: "pool was fine", At: later(15)}, engine.Approved
		next := contested()
		next.ID, next.CreatedAt = "dec_01JC0000000000000000000009", later(16)
		d.Decisions, d.Changes = []engine.Decision{next, dec}, next.Changes
		d.Timeline = []engine.Entry{
			{At: night, Kind: "fired", Text: "HighErrorRate"},
			{At: later(2), Kind: "acknowledged", Actor: "oncall", Text: "acknowledged"},
			{At: later(8), Kind: "note", Actor: "lead", Text: "pool is at 200, trying 60"},
			{At: later(15), Kind: "outcome", Actor: "oncall", Text: "INC-2025-001: it did not help: pool was fine"},
		}
	})
	eighty := func(kind string) *engine.Detail {
		return incident(func(d *engine.Detail) {
			for n := range 80 {
				d.Timeline = append(d.Timeline, engine.Entry{At: later(n), Kind: kind, Text: "Disk is full: same group at alertmanager"})
			}
		})
	}
	waiting := answered()
	waiting.Status, waiting.Reviews = engine.Approved, []engine.Review{{Verdict: engine.Approve, Actor: "oncall", At: later(5)}}
	list := func(changes ...func(i *engine.Incident)) (list []engine.Incident) {
		for _, change := range changes {
			i := firing().Incident
			change(&i)
			list = append(list, i)
		}
		return list
	}
	return map[string]any{
		"incident_flapping":       r.incident(incident(func(d *engine.Detail) { flaps(&d.Incident) })),
		"incident_flapping_quiet": r.incident(incident(func(d *engine.Detail) { over(&d.Incident); flaps(&d.Incident) })),
		"incident_clear":          r.incident(incident(func(d *engine.Detail) { clear(&d.Incident) })),
		"incident_merged":         r.incident(incident(func(d *engine.Detail) { merged(&d.Incident) })),
		"incident_related": r.incident(incident(func(d *engine.Detail) {
			d.Merged, d.Linked, d.SplitFrom, d.Room = []string{"INC-2026-0043", "INC-2026-0044"}, []string{"INC-2026-0040"}, "INC-2026-0039", "C0ROOM"
		})),
		"joined":              r.joined(grown),
		"joined_none":         r.joined(firing()),
		"splittable":          r.splittable(grown),
		"splittable_none":     r.splittable(firing()),
		"notice_new_alert":    notice(engine.Notice{What: "new_alert", Names: []string{"Disk is full"}}, taken),
		"notice_flapping":     notice(engine.Notice{What: "flapping", Now: 3, After: "20 min"}, flaps),
		"notice_merged":       notice(engine.Notice{What: "merged", Other: "INC-2026-0043", Actor: "oncall", Was: 1, Now: 2}, taken),
		"notice_merged_worse": notice(engine.Notice{What: "merged", Other: "INC-2026-0043", Actor: "oncall", Was: 1, Now: 2, From: engine.SeverityHigh, To: engine.SeverityCritical}, taken),
		"notice_merged_into":  notice(engine.Notice{What: "merged_into", Other: "INC-2026-0041", Actor: "oncall"}, merged),
		"notice_split":        notice(engine.Notice{What: "split", Other: "INC-2026-0043", Actor: "oncall", Now: 1}, taken),
		"notice_linked":       notice(engine.Notice{What: "linked", Other: "INC-2026-0040", Actor: "oncall"}, taken),
		"notice_clear":        notice(engine.Notice{What: "all_clear"}, clear),
		"timeline":            r.timeline(lived),
		"timeline_long":       r.timeline(eighty("fired")),
		"timeline_joined":     r.timeline(eighty("joined")),
		"timeline_none":       r.timeline(firing()),
		"catchup":             r.catchup(lived, later(30)),
		"catchup_new":         r.catchup(firing(), later(1)),
		"catchup_over":        r.catchup(incident(func(d *engine.Detail) { over(&d.Incident) }), later(60)),
		"catchup_flapping":    r.catchup(incident(func(d *engine.Detail) { flaps(&d.Incident) }), later(60)),
		"handoff": r.handoff(&engine.Handoff{
			Open: list(func(*engine.Incident) {}, taken), Flapping: list(flaps), Clear: list(clear), Unanswered: []engine.Decision{waiting},
			Expiring: []engine.Expiry{{Name: "silence of DiskFull on db-1", By: "lead", Until: later(120)}}, More: true,
		}, later(60)),
		"handoff_none": r.handoff(&engine.Handoff{}, night),
	}
}

func TestEveryMessageOfTheStoryLooksAsItDid(t *testing.T) {
	for name, v := range storyStates() {
		t.Run(name, func(t *testing.T) { golden(t, name, v) })
	}
}

func TestEveryMessageOfTheStoryIsOneThatSlackTakes(t *testing.T) {
	for name, v := range storyStates() {
		valid(t, name, v)
	}
}

// stuffedStory are the messages that tell an incident's story, with a text
// everywhere that text from outside can stand.
func stuffedStory(r *renderer, d *engine.Detail, s string) map[string]any {
	i := &d.Incident
	i.MergedInto, i.SplitFrom, i.Room = s, s, s
	for range 30 {
		i.Merged, i.Linked = append(i.Merged, s), append(i.Linked, s)
	}
	for n := range d.Alerts {
		d.Alerts[n].Fingerprint = s + itoa(n)
	}
	clear := *i
	clear.ClearedAt = &night
	notice := func(i *engine.Incident, what string) *message {
		return r.notice(i, &engine.Notice{What: what, Names: []string{s, s}, Other: s, Actor: s, After: s, Now: 3})
	}
	old := *i
	old.Narrative = []engine.Moment{{At: s, Text: s}}
	out := map[string]any{
		"joined": r.joined(d), "splittable": r.splittable(d), "timeline": r.timeline(d), "catchup": r.catchup(d, night), "related": r.incident(d),
		"all clear": notice(&clear, "all_clear"), "timeline of history": r.timeline(&engine.Detail{Incident: old}),
		"handoff": r.handoff(&engine.Handoff{Open: []engine.Incident{*i}, Flapping: []engine.Incident{clear}, Unanswered: d.Decisions, Expiring: []engine.Expiry{{Name: s, By: s}}}, night),
	}
	for _, what := range []string{"new_alert", "flapping", "merged", "merged_into", "split", "linked"} {
		out["notice "+what] = notice(i, what)
	}
	return out
}
