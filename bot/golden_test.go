package bot

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

var update = flag.Bool("update", false, "write the golden files anew")

var night = time.Date(2026, 11, 23, 3, 1, 10, 0, time.UTC)

func testRenderer() *renderer {
	return &renderer{hosts: hosts{"runbooks.example.com", "g.example"}, command: "/incident"}
}

func firing() *engine.Detail {
	return &engine.Detail{
		Incident: engine.Incident{
			ID: "INC-2026-0042", Title: "HighErrorRate", Status: engine.Open, Severity: engine.SeverityCritical,
			Service: "checkout", Environment: "prod", ErrorType: "database_timeout", Spike: new(320.0),
			Symptom: "p99 1.9 s on checkout", Source: "alertmanager", StartedAt: night, Firing: 1, Series: 1,
			Channel: "C0INCIDENT", Mention: "S0SRE",
		},
		Alerts: []engine.Alert{{
			ID: "alr_1", Source: "alertmanager", Status: engine.Firing, Severity: engine.SeverityCritical, Name: "HighErrorRate", Title: "Errors on checkout are above 5 %",
			Service: "checkout", Environment: "prod", Component: "checkout-7f9c", StartedAt: night, Description: "5xx of checkout, 5 min mean.\nSee the graph.",
			Value: new(12.5), Threshold: new(5.0), Unit: "%", Spike: new(320.0),
			Labels: map[string]string{"alertname": "HighErrorRate", "service": "checkout", "cluster": "eu-1", "namespace": "shop", "pod": "checkout-7f9c-x2", "team": "payments", "a": "1", "b": "2", "c": "3", "d": "4"},
			Links: []engine.Link{
				{Rel: "dashboard", URL: "https://g.example/d/x?from=1&to=2"},
				{Rel: "runbook", URL: "https://runbooks.example.com/checkout"},
				{Rel: "source", URL: "http://prometheus:9090/graph?g0.expr=up"},
			},
		}},
	}
}

func answered() engine.Decision {
	return engine.Decision{
		ID: "dec_01JC0000000000000000000000", MatchedIncident: new("INC-2025-001"), Symptom: "Database response time increased 320%",
		RecommendedAction: new("Throttle connections to 30%"), ConfidenceScore: 0.95, LatencyMS: 3.2, Status: engine.Proposed, Example: true,
		Confidence: engine.Confidence{Score: 0.95, Raw: 0.95, Word: "strong", Reasons: []string{"same type and size"}, Base: "rule of thumb, no outcomes yet"},
		Fix:        &engine.FixRecord{Tried: 2, Worked: 1, Cost: "queued requests", Undo: "restore pool", CheckFirst: []string{"pool size here"}, Took: "18 min"},
		Evidence: []engine.Evidence{
			{Kind: engine.KindIncident, ID: "INC-2025-001", Title: "Database connection pool exhausted", Service: "checkout", Score: 1, Resolution: "Throttle connections to 30%", Outcome: "resolved", Why: []string{"same type", "words: pool, timeout"}, Example: true},
			{Kind: engine.KindIncident, ID: "INC-2025-006", Title: "Slow queries after a deploy", Service: "orders", Score: 0.61, Resolution: "Roll back the deploy", Outcome: "resolved", Example: true},
			{Kind: engine.KindRunbook, ID: "RB-database", Title: "When the database is slow", Score: 0.55, Resolution: "Look at the slow log"},
		},
		Generator: "deterministic", IncidentID: new("INC-2026-0042"), CreatedAt: night, Then: new(450.0),
		Question: engine.Question{ErrorType: "database_timeout", Spike: new(320.0), Service: "checkout"},
	}
}

// contested is a decision with everything that may stand beside advice.
func contested() engine.Decision {
	d := answered()
	d.Example, d.Evidence[0].Example = false, false
	d.Changes = []engine.Change{
		{Kind: "deploy", Service: "checkout", Ref: "4f1c2e", Actor: "ann", URL: "https://g.example/deploys/7", At: night.Add(-3 * time.Minute)},
		{Kind: "flag", Service: "checkout", Title: "new pricing on", At: night.Add(-25 * time.Minute)},
	}
	d.Fix.Then, d.Fix.Warnings = "pool 200 → 60 on checkout", []string{"the numbers are those of checkout; the size of payments is unknown"}
	d.Fix.Tried, d.Fix.Trials = 6, []engine.Trial{
		{ID: "INC-2025-001", Outcome: engine.Worked, Took: "18 min"},
		{ID: "INC-2025-006", Outcome: engine.Failed, Note: "pool was too small"},
		{ID: "INC-2026-0012", Outcome: engine.Reverted},
		{ID: "INC-2026-0007", Outcome: engine.Worked},
	}
	d.Evidence[0].Stance = engine.For
	d.Evidence[1].Stance, d.Evidence[1].Example, d.Evidence[1].Why = engine.Against, false, []string{"same error type database_timeout", "as near, and fixed another way"}
	d.Evidence = append(d.Evidence,
		engine.Evidence{Kind: engine.KindRunbook, ID: "RB-pool", Title: "Pools", Score: 0.7, Stance: engine.For, Why: []string{"same service checkout", "words: pool"}},
		engine.Evidence{Kind: engine.KindDecision, ID: "INC-2026-0012", Stance: engine.Against, Outcome: "reverted", Resolution: "Throttle connections to 30%", Why: []string{"taken back on INC-2026-0012, 3 h ago"}},
	)
	return d
}

// states are every message and dialog there is, by the name of its golden file.
func states() map[string]any {
	r := testRenderer()
	soon, late := night.Add(2*time.Minute), night.Add(time.Hour)
	incident := func(change func(d *engine.Detail)) *message {
		d := firing()
		change(d)
		return r.incident(d)
	}
	decision := func(change func(d *engine.Decision), live bool, now time.Time) *message {
		d := answered()
		change(&d)
		a := &advice{Decision: &d}
		if live {
			a.live = &firing().Incident
		}
		return r.decision(a, now)
	}
	notice := func(n engine.Notice, change func(i *engine.Incident)) *message {
		i := firing().Incident
		change(&i)
		return r.notice(&i, &n)
	}
	same := func(*engine.Incident) {}
	ended := func(i *engine.Incident) {
		i.Status, i.ResolvedAt, i.Firing = engine.Resolved, new(night.Add(23*time.Minute)), 0
	}
	past := engine.Incident{
		ID: "INC-2025-001", Title: "Database connection pool exhausted", Historical: true, Seed: true, Status: engine.Resolved, Severity: engine.SeverityHigh,
		Service: "checkout", Symptom: "Database response time increased 450%", Resolution: "Throttle connections to 30%", RootCause: "pool too small", StartedAt: night.AddDate(-1, 0, 0),
	}
	approve := engine.Review{Verdict: engine.Approve, Actor: "oncall", At: night}
	question := func(change func(a *advice)) *message {
		d, live := answered(), firing()
		d.Status, d.Reviews = engine.Approved, []engine.Review{approve}
		a := &advice{Decision: &d, live: &live.Incident, alerts: live.Alerts}
		a.alerts[0].Value, a.alerts[0].FirstValue = new(11.8), new(12.5)
		change(a)
		return r.outcome(a)
	}
	said := func(o engine.Result, note string) *engine.Outcome {
		return &engine.Outcome{Outcome: o, Actor: "oncall", Note: note, At: night.Add(20 * time.Minute)}
	}
	before := func(change func(d *engine.Decision)) *engine.Decision {
		d := answered()
		d.MatchedIncident = new("INC-2025-006")
		change(&d)
		return &d
	}
	reject := engine.Review{Verdict: engine.Reject, Actor: "lead", Reason: "pool is fine, it's the disk", CorrectAction: "free space on /var", CorrectIncident: "INC-2025-004", At: night}
	d := answered()
	weighed := contested()
	storm := []engine.Onset{{Service: "db-primary", IncidentID: "INC-2026-0040", Title: "Replication stopped", At: night.Add(-time.Minute)}}
	for n, s := range []string{"checkout", "cart", "search", "payments", "mailer"} {
		storm = append(storm, engine.Onset{Service: s, IncidentID: "INC-2026-004" + itoa(n+1), At: night.Add(time.Duration(n) * time.Second)})
	}
	all := map[string]any{
		"incident_open":         incident(func(*engine.Detail) {}),
		"incident_decided":      incident(func(d *engine.Detail) { d.Decisions = []engine.Decision{answered()} }),
		"incident_acknowledged": incident(func(d *engine.Detail) { d.Status, d.AcknowledgedBy = engine.Acknowledged, "oncall" }),
		"incident_spread": incident(func(d *engine.Detail) {
			d.Series, d.Firing, d.Services, d.Reopened, d.TruncatedBy = 3, 2, []string{"db-primary", "checkout", "cart"}, 1, 7
			d.Status, d.AcknowledgedBy, d.Severity = engine.Mitigated, "oncall", engine.SeverityHigh
			a := answered()
			a.Reviews = []engine.Review{approve}
			d.Decisions = []engine.Decision{a}
		}),
		"incident_fixed": incident(func(d *engine.Detail) {
			ended(&d.Incident)
			d.ResolvedBy, d.Reason, d.Resolution = "oncall", engine.ReasonFixed, "throttled connections to 30%"
		}),
		"incident_closed_firing": incident(func(d *engine.Detail) {
			ended(&d.Incident)
			d.Series, d.Firing, d.ResolvedBy, d.Reason = 3, 2, "oncall", engine.ReasonFalseAlarm
		}),
		"incident_all_clear": incident(func(d *engine.Detail) { ended(&d.Incident) }),
		"alert":              r.alert(firing()),
		"alert_many":         r.alert(many(20)),
		"alert_ended": r.alert(func() *engine.Detail {
			d := firing()
			d.Alerts[0].Status, d.Alerts[0].EndedAt, d.Alerts[0].Joined = engine.AlertResolved, new(night.Add(5*time.Minute)), "same service checkout in prod within 5 min"
			return d
		}()),
		"decision": decision(func(*engine.Decision) {}, true, soon),
		"decision_asked": decision(func(d *engine.Decision) {
			d.IncidentID, d.Question.Asked = nil, &engine.Asked{By: "alice", Channel: "C0INCIDENT", Request: "slash:1"}
			d.Confidence = engine.Confidence{Word: "weak", Guessed: true, Reasons: []string{"type guessed from the alert's words", "size unknown", "worked on checkout; you are on payments"}, Base: "rule of thumb, no outcomes yet"}
			d.ConfidenceScore, d.Question.Service, d.Then, d.Question.Spike = 0.56, "payments", nil, nil
		}, false, soon),
		"decision_calibrated": decision(func(d *engine.Decision) {
			d.Example, d.Evidence[0].Example = false, false
			d.Confidence = engine.Confidence{Word: "likely", Calibrated: true, Outcomes: 31, Reasons: []string{"same type, near in size"}, Base: "adjusted by 31 verdicts"}
			d.ConfidenceScore = 0.74
		}, true, soon),
		"decision_worded": decision(func(d *engine.Decision) {
			d.Generator = "gpt-4o-mini"
			d.Words = &engine.Wording{
				Summary: "The connection pool of checkout is probably exhausted, as it was then.", Action: "Let fewer connections in, down to 30%.",
				Check: "Pool size here.", Model: "gpt-4o-mini", Cites: []string{"INC-2025-001"}, At: soon,
			}
		}, true, soon),
		"decision_runbook": decision(func(d *engine.Decision) {
			d.MatchedIncident, d.MatchedRunbook, d.Fix, d.Then = nil, new("RB-database"), nil, nil
			d.RecommendedAction, d.Evidence = new("Look at the slow log"), d.Evidence[2:]
			d.Example = false
		}, true, soon),
		"decision_none": decision(func(d *engine.Decision) {
			d.MatchedIncident, d.RecommendedAction, d.Fix, d.Abstained, d.Then, d.Example = nil, nil, nil, true, nil, false
			d.ConfidenceScore, d.Confidence = 0.31, engine.Confidence{Reasons: []string{"similar words only"}}
		}, true, soon),
		"decision_none_empty": decision(func(d *engine.Decision) {
			d.MatchedIncident, d.RecommendedAction, d.Fix, d.Abstained, d.Then, d.Example, d.Evidence = nil, nil, nil, true, nil, false, nil
		}, false, soon),
		"decision_approved":       decision(func(d *engine.Decision) { d.Reviews = []engine.Review{approve} }, true, soon),
		"decision_approved_later": decision(func(d *engine.Decision) { d.Reviews = []engine.Review{approve} }, true, late),
		"decision_rejected":       decision(func(d *engine.Decision) { d.Reviews = []engine.Review{reject} }, true, soon),
		"decision_contested":      r.decision(&advice{Decision: &weighed, live: &firing().Incident}, soon),
		"decision_outdated": decision(func(d *engine.Decision) {
			d.Outdated, d.SupersededBy = "this advice predates 3 alerts", "dec_01JC0000000000000000000009"
		}, true, soon),
		"decision_exhausted": decision(func(d *engine.Decision) {
			d.Reviews, d.Status, d.Outdated = []engine.Review{reject}, engine.Rejected, "nothing else in the history is close enough"
		}, true, soon),
		"decision_worked": decision(func(d *engine.Decision) {
			d.Reviews, d.Status, d.Outcome = []engine.Review{approve}, engine.Approved, said(engine.Worked, "")
		}, true, late),
		"decision_next":        r.decision(&advice{Decision: &d, live: &firing().Incident, before: before(func(d *engine.Decision) { d.Reviews = []engine.Review{reject} })}, soon),
		"decision_next_failed": r.decision(&advice{Decision: &d, live: &firing().Incident, before: before(func(d *engine.Decision) { d.Outcome = said(engine.Failed, "") })}, soon),
		"decision_newer":       r.decision(&advice{Decision: &d, live: &firing().Incident, before: before(func(d *engine.Decision) { d.Outdated = "this advice predates critical" })}, soon),
		"decision_storm": decision(func(d *engine.Decision) {
			d.MatchedIncident, d.RecommendedAction, d.Fix, d.Abstained, d.Then, d.Example, d.Onset = nil, nil, nil, true, nil, false, storm
		}, true, soon),
		"decision_storm_first": func() *message {
			d, i := answered(), firing().Incident
			i.ID, i.Service, d.Onset = "INC-2026-0040", "db-primary", storm
			return r.decision(&advice{Decision: &d, live: &i}, soon)
		}(),
		"incident_outdated": incident(func(d *engine.Detail) {
			a := answered()
			a.Outdated = "this advice predates 3 alerts"
			d.Decisions = []engine.Decision{a}
		}),
		"incident_storm": incident(func(d *engine.Detail) {
			a := answered()
			a.MatchedIncident, a.Abstained, a.Onset = nil, true, storm
			d.Decisions = []engine.Decision{a}
		}),
		"incident_helped": incident(func(d *engine.Detail) {
			a := answered()
			a.Reviews, a.Outcome = []engine.Review{approve}, said(engine.Worked, "")
			d.Decisions = []engine.Decision{a}
		}),
		"outcome":             question(func(*advice) {}),
		"outcome_first_value": question(func(a *advice) { a.alerts[0].FirstValue = nil }),
		"outcome_no_value":    question(func(a *advice) { a.alerts[0].Value, a.live.Series, a.live.Firing = nil, 3, 2 }),
		"outcome_over":        question(func(a *advice) { ended(a.live) }),
		"outcome_merged":      question(func(a *advice) { ended(a.live); a.live.MergedInto = "INC-2026-0041" }),
		"outcome_asked":       question(func(a *advice) { a.live, a.alerts, a.IncidentID = nil, nil, nil }),
		"outcome_worked":      question(func(a *advice) { a.Outcome = said(engine.Worked, "") }),
		"outcome_failed": question(func(a *advice) {
			a.Outcome, a.Outdated, a.SupersededBy = said(engine.Failed, "pool was fine"), "the next candidate is INC-2025-006", "dec_01JC0000000000000000000009"
		}),
		"outcome_reverted":   question(func(a *advice) { a.Outcome = said(engine.Reverted, "queue grew") }),
		"outcome_not_tried":  question(func(a *advice) { a.Outcome = said(engine.NotTried, "") }),
		"evidence_contested": r.evidence(&weighed),
		"similar": r.similar("pool timeouts", []engine.SearchResult{
			{Kind: engine.KindIncident, ID: "INC-2025-001", Title: "Database connection pool exhausted", Score: 0.91, Matched: []string{"pool", "timeout"}, Service: "checkout", Resolution: "Throttle connections to 30%", Example: true},
			{Kind: engine.KindRunbook, ID: "RB-database", Title: "When the database is slow", Score: 0.4, Matched: []string{}},
		}),
		"similar_none":       r.similar("the moon", nil),
		"evidence":           r.evidence(&d),
		"evidence_none":      r.evidence(&engine.Decision{ID: "dec_01JC0000000000000000000000"}),
		"notice_worse":       notice(engine.Notice{What: "worse", From: engine.SeverityMedium, To: engine.SeverityCritical, Was: 3, Now: 14}, same),
		"notice_new_service": notice(engine.Notice{What: "new_service", Names: []string{"payments"}, Was: 2, Now: 3}, func(i *engine.Incident) { i.Severity = engine.SeverityHigh }),
		"notice_fired_again": notice(engine.Notice{What: "fired_again", After: "12 min"}, same),
		"notice_all_clear":   notice(engine.Notice{What: "all_clear"}, ended),
		"notice_still_firing": notice(engine.Notice{What: "still_firing", Now: 2}, func(i *engine.Incident) {
			ended(i)
			i.ResolvedBy, i.Firing = "oncall", 2
		}),
		"list": r.list("", []engine.Incident{firing().Incident, func() engine.Incident {
			i := firing().Incident
			i.Status, i.AcknowledgedBy = engine.Acknowledged, "bob"
			return i
		}()}, true),
		"list_empty": r.list("", nil, false),
		"list_none":  r.list("sev:low <checkout>", nil, false),
		"show": r.show(func() *engine.Detail {
			d := firing()
			d.Timeline = []engine.Entry{
				{At: night, Kind: "fired", Text: "HighErrorRate"},
				{At: soon, Kind: "acknowledged", Actor: "oncall", Text: "acknowledged"},
			}
			return d
		}()),
		"show_past":     r.show(&engine.Detail{Incident: past}),
		"help":          r.help(""),
		"note":          r.note("INC-2026-0042 is yours."),
		"offer":         r.offer("INC-2025-001 is history. This thread is INC-2026-0042.", primary(button(actionResolve, "INC-2026-0042", "Resolve that one"))),
		"modal_reject":  r.rejectModal(anchor{ID: d.ID, Channel: "C0INCIDENT", Thread: "1.2"}, &d),
		"modal_resolve": r.resolveModal(anchor{ID: "INC-2026-0042", Channel: "C0INCIDENT"}, &calm().Incident, engine.ReasonFixed, "Throttle connections to 30%", "pool too small"),
	}
	maps.Copy(all, peopleStates(r))
	return all
}

// many is an incident with n alerts.
func many(n int) *engine.Detail {
	d := firing()
	for i := 1; i < n; i++ {
		a := d.Alerts[0]
		a.StartedAt = night.Add(time.Duration(i) * time.Second)
		a.Component = "checkout-" + itoa(i)
		d.Alerts = append(d.Alerts, a)
	}
	d.Series, d.Firing = n, n
	return d
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	if m, ok := v.(*message); ok {
		v = struct {
			Text      string        `json:"text"`
			Broadcast bool          `json:"reply_broadcast,omitempty"`
			Blocks    []slack.Block `json:"blocks"`
		}{m.text, m.broadcast, m.blocks}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

func TestEveryMessageLooksAsItDid(t *testing.T) {
	for name, v := range allStates() {
		t.Run(name, func(t *testing.T) { golden(t, name, v) })
	}
}

// golden compares a message or a dialog with its file.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	got := encode(t, v)
	file := filepath.Join("testdata", name+".golden.json")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEveryMessageIsOneThatSlackTakes(t *testing.T) {
	for name, v := range allStates() {
		valid(t, name, v)
	}
}

func valid(t *testing.T, name string, v any) {
	t.Helper()
	switch v := v.(type) {
	case *message:
		raw, err := json.Marshal(v.blocks)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range slackfake.ValidateBlocks(raw) {
			t.Errorf("%s: %s", name, p)
		}
		if v.text == "" || len(v.blocks) == 0 {
			t.Errorf("%s says nothing: text %q, %d blocks", name, v.text, len(v.blocks))
		}
	case slack.ModalViewRequest:
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range slackfake.ValidateView(raw) {
			t.Errorf("%s: %s", name, p)
		}
	case slack.HomeTabViewRequest:
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range slackfake.ValidateView(raw) {
			t.Errorf("%s: %s", name, p)
		}
	default:
		t.Fatalf("%s is a %T", name, v)
	}
}
