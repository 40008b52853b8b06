package bot

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// quietStates are the messages of storms, quiet hours, silences and escalations,
// by the names of their golden files.
func quietStates() map[string]any {
	r := testRenderer()
	r.about = (&engine.Config{Services: map[string]engine.Service{"checkout": {Owner: "payments", Links: []engine.ServiceLink{
		{Name: "Graph", URL: "https://graphs.internal/d/x?from={{from}}&to={{to}}"}, {Name: "Logs", URL: "http://logs:9200/"},
	}}}}).Links
	one := func(change func(i *engine.Incident)) engine.Incident {
		i := firing().Incident
		change(&i)
		return i
	}
	incident := func(change func(i *engine.Incident)) *message {
		d := firing()
		change(&d.Incident)
		return r.incident(d)
	}
	crowd := func(n int, severity engine.Severity) (list []engine.Incident) {
		services := []string{"db-primary", "checkout", "cart", "search", "payments", "mailer", "web", "auth", "stock", "tax", "maps"}
		for k := range n {
			list = append(list, one(func(i *engine.Incident) {
				i.ID, i.Service, i.Severity, i.Series, i.Firing = "INC-2026-"+itoa(1000+k), services[k%len(services)], severity, 1+k%4, 1+k%4
				i.StartedAt = night.Add(time.Duration(k) * time.Second)
				i.LastSeriesAt = i.StartedAt.Add(6 * time.Minute)
			}))
		}
		return list
	}
	over := crowd(3, engine.SeverityLow)
	for n := range over {
		over[n].Status, over[n].ResolvedAt = engine.Resolved, new(night.Add(time.Hour))
	}
	mixed := append(crowd(2, engine.SeverityMedium), over...)
	taken := crowd(7, engine.SeverityCritical)
	taken[1].Status, taken[1].AcknowledgedBy = engine.Acknowledged, "bob"
	silence := engine.Silence{
		ID: "sil_01JC0000000000000000000000", Status: engine.SilenceActive, By: "alice", Reason: "deploy", For: 2 * time.Hour, Until: night.Add(2 * time.Hour),
		Match: []engine.Matcher{{Name: "alertname", Value: "HighErrorRate"}, {Name: "pod", Value: "checkout-.*", Regex: true}},
	}
	preview := engine.SilencePreview{Silence: silence, Incidents: crowd(2, engine.SeverityHigh), Series: 3, Whole: 1, Reach: engine.ReachSlack}
	with := func(change func(p *engine.SilencePreview)) *engine.SilencePreview {
		p := preview
		change(&p)
		return &p
	}
	outside := silence
	outside.Outside = "7f9c"
	notice := func(n engine.Notice, change func(i *engine.Incident)) *message {
		i := one(change)
		return r.notice(&i, &n)
	}
	mine := func(i *engine.Incident) { i.Status, i.AcknowledgedBy = engine.Acknowledged, "bob" }
	same := func(*engine.Incident) {}
	return map[string]any{
		"incident_service": incident(func(i *engine.Incident) { i.Team = "payments" }),
		"incident_silenced": incident(func(i *engine.Incident) {
			i.Muted = &engine.Mute{Silence: silence.ID, By: "alice", Until: night.Add(2 * time.Hour), Reason: "deploy"}
		}),
		"incident_maintenance":         incident(func(i *engine.Incident) { i.Muted = &engine.Mute{Until: night.Add(time.Hour), Reason: "move"} }),
		"digest_storm":                 r.digest(&engine.Digest{Why: "storm"}, crowd(31, engine.SeverityHigh)),
		"digest_storm_over":            r.digest(&engine.Digest{Why: "storm"}, over),
		"digest_quiet":                 r.digest(&engine.Digest{Why: "quiet"}, mixed),
		"digest_critical":              r.digest(&engine.Digest{Why: "critical"}, taken),
		"digest_empty":                 r.digest(&engine.Digest{Why: "storm"}, nil),
		"notice_unacknowledged":        notice(engine.Notice{What: "unacknowledged", After: "5 min"}, same),
		"notice_unacknowledged_late":   notice(engine.Notice{What: "unacknowledged", After: "5 min"}, mine),
		"notice_paged":                 notice(engine.Notice{What: "paged", Names: []string{"webhook pager.example.com"}}, same),
		"notice_unsilenced":            notice(engine.Notice{What: "unsilenced", Now: 2}, same),
		"silence_preview":              r.silencePreview(&preview),
		"silence_preview_alertmanager": r.silencePreview(with(func(p *engine.SilencePreview) { p.Reach, p.Whole = engine.ReachAll, 2 })),
		"silence_preview_part":         r.silencePreview(with(func(p *engine.SilencePreview) { p.Reach = engine.ReachSome })),
		"silence_preview_nothing":      r.silencePreview(with(func(p *engine.SilencePreview) { p.Incidents, p.Series, p.Whole = nil, 0, 0 })),
		"silence_made":                 r.silenced(&preview, nil),
		"silence_made_alertmanager":    r.silenced(with(func(p *engine.SilencePreview) { p.Silence, p.Reach = outside, engine.ReachAll }), nil),
		"silence_made_elsewhere":       r.silenced(with(func(p *engine.SilencePreview) { p.Silence = outside }), nil),
		"silence_refused":              r.silenced(&preview, errors.New("the alertmanager answers 503")),
		"silence_list":                 r.silences([]engine.Silence{silence, outside}),
		"silence_list_empty":           r.silences(nil),
		"silence_ended":                r.silenceEnded(&outside, nil),
		"silence_ended_refused":        r.silenceEnded(&outside, errors.New("the alertmanager answers 503")),
	}
}

// stuffedQuiet are the same with a text everywhere that text from outside can
// stand.
func stuffedQuiet(r *renderer, i *engine.Incident, s string) map[string]any {
	muted := *i
	muted.Team, muted.Muted = s, &engine.Mute{Silence: s, By: s, Reason: s, Until: night}
	var list []engine.Incident
	for range 60 {
		list = append(list, muted)
	}
	silence := engine.Silence{ID: "sil_1", By: s, Reason: s, For: time.Hour, Until: night}
	for range 64 {
		silence.Match = append(silence.Match, engine.Matcher{Name: s, Value: s})
	}
	p := engine.SilencePreview{Silence: silence, Incidents: list, Series: 900, Reach: engine.ReachSome}
	err := errors.New(s)
	out := map[string]any{
		"muted": r.incident(&engine.Detail{Incident: muted}), "preview": r.silencePreview(&p), "silenced": r.silenced(&p, err),
		"silences": r.silences(make([]engine.Silence, 3)), "silence ended": r.silenceEnded(&silence, err),
		"many silences": r.silences([]engine.Silence{silence, silence, silence, silence, silence, silence, silence, silence, silence, silence, silence, silence, silence}),
	}
	for _, why := range []string{"storm", "quiet", "critical", s} {
		out["digest "+why] = r.digest(&engine.Digest{Why: why}, list)
	}
	for _, what := range []string{"unacknowledged", "paged", "unsilenced"} {
		out["notice "+what] = r.notice(&muted, &engine.Notice{What: what, Names: []string{s, s}, After: s, Now: 3})
	}
	return out
}

func TestQuietMessagesLookAsTheyDid(t *testing.T) {
	for name, v := range quietStates() {
		t.Run(name, func(t *testing.T) {
			golden(t, name, v)
			valid(t, name, v)
		})
	}
}

func TestASilenceTellsTheTruthAboutThePager(t *testing.T) {
	const truth = "Muted in Slack only; your pager still pages"
	for name, want := range map[string]bool{
		"silence_preview": true, "silence_made": true, "silence_refused": true,
		"silence_preview_alertmanager": false, "silence_made_alertmanager": false,
	} {
		if got := strings.Contains(string(encode(t, quietStates()[name])), truth); got != want {
			t.Errorf("%s says that the pager still pages: %v, want %v", name, got, want)
		}
	}
}
