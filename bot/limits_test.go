package bot

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// torrents are texts that are too long in every way there is to count.
func torrents() map[string]string {
	return map[string]string{
		"letters":  strings.Repeat("x", 3000),
		"escapes":  strings.Repeat("<&>", 1000),
		"emoji":    strings.Repeat("👩‍👩‍👧‍👦🔥", 700),
		"rtl":      strings.Repeat("خطأ في قاعدة البيانات ", 200),
		"hebrew":   "\u202e" + strings.Repeat("שגיאה ", 600),
		"links":    strings.Repeat("https://evil.example/a?b=c ", 150),
		"lines":    strings.Repeat("line\n", 800),
		"code":     strings.Repeat("``` ", 800),
		"combined": strings.Repeat("e\u0301", 1500),
		"null":     strings.Repeat("\x00\xff", 1500),
		"empty":    "",
	}
}

func TestNothingIsEverTooLongForSlack(t *testing.T) {
	r := testRenderer()
	for name, s := range torrents() {
		alerts := 5
		if slices.Contains([]string{"letters", "emoji", "rtl"}, name) {
			alerts = 100
		}
		for what, v := range stuffed(r, s, alerts) {
			valid(t, name+" "+what, v)
			if m, ok := v.(*message); ok && m.size() > limitTotal {
				t.Errorf("%s %s holds %d characters", name, what, m.size())
			}
		}
	}
}

// stuffed are messages and dialogs in states that matter, with a text everywhere
// that text from outside can stand and any number of alerts.
func stuffed(r *renderer, s string, alerts int) map[string]any {
	d := many(alerts)
	i := &d.Incident
	i.Title, i.Service, i.Environment, i.Symptom, i.AcknowledgedBy, i.Status = s, s, s, s, s, engine.Acknowledged
	i.Resolution, i.RootCause, i.ErrorType, i.DuplicateOf, i.ResolvedBy, i.Severity = s, s, s, s, s, engine.Severity("critical")
	for range min(30, 2*alerts) {
		i.Services = append(i.Services, s)
	}
	for n := range d.Alerts {
		a := &d.Alerts[n]
		a.Title, a.Name, a.Description, a.Component, a.Source, a.Unit, a.Joined = s, s, s, s, s, s, s
		a.Severity, a.SeverityRaw = engine.SeverityUnknown, s
		a.Labels = map[string]string{s: s, "pod": s, "cluster": s, "a": s, "b": s, "c": s, "d": s}
		for range 9 {
			a.Links = append(a.Links, engine.Link{Rel: s, URL: s}, engine.Link{Rel: s, URL: "https://g.example/" + s})
		}
	}
	for range min(40, 2*alerts) {
		d.Timeline = append(d.Timeline, engine.Entry{At: night, Kind: s, Actor: s, Text: s})
	}
	dec := answered()
	dec.Symptom, dec.RecommendedAction, dec.Generator = s, &s, s
	dec.MatchedIncident = new("INC-" + s)
	dec.Question.Service, dec.Question.Asked = s, &engine.Asked{By: s}
	dec.Fix = &engine.FixRecord{Tried: 9, Worked: 3, Cost: s, Undo: s, Took: s, CheckFirst: []string{s, s, s, s, s, s}}
	dec.Confidence.Reasons = []string{s, s, s, s, s, s, s, s, s, s}
	dec.Evidence = nil
	for range min(20, 2*alerts) {
		dec.Evidence = append(dec.Evidence, engine.Evidence{Kind: engine.KindIncident, ID: "INC-" + s, Title: s, Service: s, Resolution: s, Outcome: s, Why: []string{s, s, s, s, s, s, s, s}, Example: true})
	}
	dec.Words = &engine.Wording{Summary: s, Action: s, Check: s, Model: s, Cites: []string{s, s}, At: night}
	dec.Reviews = []engine.Review{{Verdict: engine.Reject, Actor: s, Reason: s, CorrectAction: s, CorrectIncident: s, At: night}}
	asks := dec
	dec.Changes = []engine.Change{{Kind: s, Service: s, Ref: s, Actor: s, URL: s}, {Title: s, URL: "https://g.example/" + s}, {Kind: s}, {Kind: s}}
	dec.Outdated, dec.SupersededBy, dec.Outcome = s, "dec_2", &engine.Outcome{Outcome: engine.Result(s), Actor: s, Note: s, At: night}
	for range min(30, 2*alerts) {
		dec.Onset = append(dec.Onset, engine.Onset{Service: s, IncidentID: s, Title: s, At: night})
	}
	dec.Fix.Then, dec.Fix.Warnings = s, []string{s, s, s, s}
	for range min(9, 2*alerts) {
		dec.Fix.Trials = append(dec.Fix.Trials, engine.Trial{ID: s, Outcome: engine.Failed, Took: s, Note: s}, engine.Trial{ID: s, Outcome: engine.Worked, Took: s})
		dec.Evidence = append(dec.Evidence, engine.Evidence{Kind: engine.KindDecision, ID: s, Title: s, Stance: engine.Against, Outcome: "resolved", Resolution: s, Why: []string{s}},
			engine.Evidence{ID: s, Title: s, Stance: engine.For, Why: []string{s, s, s, s}})
	}
	none := dec
	none.MatchedIncident, none.RecommendedAction, none.Reviews = nil, nil, nil
	d.Decisions = []engine.Decision{dec}
	ended := *i
	ended.Status, ended.Reason, ended.ResolvedAt = engine.Resolved, engine.ReasonFixed, new(night.Add(time.Hour))
	duplicate := ended
	duplicate.Reason = engine.ReasonDuplicate
	old := ended
	old.Historical, old.ID = true, s
	var all []engine.Incident
	for range min(60, 2*alerts) {
		all = append(all, *i)
	}
	out := map[string]any{
		"incident": r.incident(d), "alert": r.alert(d), "show": r.show(d), "list": r.list("", all, true),
		"fixed": r.incident(&engine.Detail{Incident: ended, Alerts: d.Alerts}), "duplicate": r.incident(&engine.Detail{Incident: duplicate}),
		"bare alert": r.alert(&engine.Detail{Incident: *i}),
		"decision":   r.decision(&advice{Decision: &dec, live: i, before: &dec}, night), "evidence": r.evidence(&dec),
		"no match": r.decision(&advice{Decision: &none, live: i, before: &none}, night),
		"question": r.outcome(&advice{Decision: &asks, live: i, alerts: d.Alerts}), "answer": r.outcome(&advice{Decision: &dec, live: i}),
		"similar": r.similar(s, []engine.SearchResult{{Kind: s, ID: s, Title: s, Service: s, Resolution: s, Matched: []string{s, s}}}), "nothing similar": r.similar(s, nil),
		"note": r.note("there is no incident " + s), "offer": r.offer("x "+s, button(actionAck, i.ID, "Acknowledge")),
		"reject": r.rejectModal(anchor{ID: dec.ID}, &dec), "resolve": r.resolveModal(anchor{ID: i.ID}, i, engine.ReasonFixed, s, s),
	}
	maps.Copy(out, stuffedCare(r, i, s))
	if s != "" {
		out["past"] = r.show(&engine.Detail{Incident: old})
	}
	for _, what := range []string{"worse", "new_service", "fired_again", "all_clear", "still_firing", "merged " + s} {
		out["notice "+what] = r.notice(i, &engine.Notice{What: what, From: engine.Severity("low"), To: engine.SeverityCritical, Was: 3, Now: 100, Names: []string{s, s}, After: s})
	}
	for name, v := range stuffedQuiet(r, i, s) {
		out[name] = v
	}
	maps.Copy(out, peopleStuffed(r, s))
	maps.Copy(out, stuffedStory(r, d, s))
	return out
}

func TestWhatIsTooLongEndsInAnEllipsis(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"one too many", 11, "one too ma…"},
		{"a<b", 10, "a&lt;b"},
		{"a<<<", 9, "a&lt;…"}, // an entity is never cut in two
		{"🔥🔥🔥", 5, "🔥🔥…"},
		{"with spaces at the cut", 12, "with spaces…"},
		{"", 5, ""},
	} {
		got := hosts(nil).esc(c.in, c.limit)
		if got != c.want {
			t.Errorf("esc(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
		if length(got) > c.limit {
			t.Errorf("esc(%q, %d) is %d long", c.in, c.limit, length(got))
		}
	}
}

func TestAMessageThatIsTooLongLosesItsLastSections(t *testing.T) {
	m := &message{text: "t"}
	m.add(header("stays"))
	for range 60 {
		m.add(section(strings.Repeat("y", 900)))
	}
	m.add(buttons(button(actionAck, "1", "stays")), footnote("stays"))
	m.fit()
	if m.size() > limitTotal || len(m.blocks) > limitBlocks {
		t.Fatalf("%d characters in %d blocks", m.size(), len(m.blocks))
	}
	if _, ok := m.blocks[len(m.blocks)-2].(*slack.ActionBlock); !ok {
		t.Errorf("the buttons are gone")
	}
	valid(t, "long", m)
}
